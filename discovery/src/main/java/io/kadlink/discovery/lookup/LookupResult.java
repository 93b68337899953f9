package io.kadlink.discovery.lookup;

import io.kadlink.discovery.table.Contact;
import java.util.List;

/**
 * What a lookup found.
 *
 * @param closest the nodes nearest to the target that answered, nearest first
 * @param answered all nodes that answered, in the order they did
 * @param queries nodes asked
 * @param timeouts how many of them did not answer
 * @param hops length of the longest chain of referrals that was followed
 */
public record LookupResult(
    List<Contact> closest, List<Contact> answered, int queries, int timeouts, int hops) {
  /** Nobody was asked, nothing was found. */
  public static final LookupResult NONE = new LookupResult(List.of(), List.of(), 0, 0, 0);

  public LookupResult {
    closest = List.copyOf(closest);
    answered = List.copyOf(answered);
  }
}
