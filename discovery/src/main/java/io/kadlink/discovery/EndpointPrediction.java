package io.kadlink.discovery;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Addresses;
import io.kadlink.discovery.table.Contact;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Works out where the world sees this node from what others say in their pongs, for IPv4 and IPv6
 * apart. A network has one vote, its latest, however many nodes it has: who owns a /24 must not be
 * able to move us. An endpoint is believed while it has more than half of at least {@value
 * #MIN_VOTES} votes that are not too old.
 */
final class EndpointPrediction {
  /** A vote counts this long: several rounds of liveness checks. */
  static final Duration VOTE_LIFETIME = Duration.ofMinutes(10);

  static final int MIN_VOTES = 10;

  /** Votes kept for each family; the oldest falls out first. */
  static final int MAX_VOTES = 256;

  private record Vote(InetSocketAddress endpoint, long nanos) {}

  private final Loop loop;
  private final Consumer<InetSocketAddress> predicted;
  private final Family v4 = new Family();
  private final Family v6 = new Family();

  /**
   * A prediction without any votes.
   *
   * @param predicted told of every endpoint that wins a majority and did not have it before
   */
  EndpointPrediction(Loop loop, Consumer<InetSocketAddress> predicted) {
    this.loop = loop;
    this.predicted = predicted;
  }

  /** A node said in its pong that it sees us there. */
  void statement(Contact by, InetSocketAddress us) {
    loop.assertInLoop();
    // The same rule as for hearsay about others: a stranger can't place us in a private network.
    if (us.getPort() == 0 || !Addresses.mayRelay(by.address(), us.getAddress())) {
      return;
    }
    (us.getAddress() instanceof Inet4Address ? v4 : v6).vote(voter(by.udp()), us);
  }

  /** Has the endpoint that wins the next vote told of again, even if it is the one told of last. */
  void tellAgain() {
    loop.assertInLoop();
    v4.believed = null;
    v6.believed = null;
  }

  /** In a private network, where all share one address, each endpoint has a vote. */
  private static Object voter(InetSocketAddress from) {
    InetAddress address = from.getAddress();
    return Addresses.isLan(address) ? from : Addresses.subnet(address);
  }

  private final class Family {
    /** The oldest vote first. */
    private final Map<Object, Vote> votes = new LinkedHashMap<>();

    private final Map<InetSocketAddress, Integer> counts = new HashMap<>();

    private @Nullable InetSocketAddress believed;

    void vote(Object voter, InetSocketAddress endpoint) {
      long now = loop.nanoTime();
      forget(votes.remove(voter));
      votes.put(voter, new Vote(endpoint, now));
      counts.merge(endpoint, 1, Integer::sum);
      Iterator<Vote> oldest = votes.values().iterator();
      while (oldest.hasNext()) {
        Vote vote = oldest.next();
        if (votes.size() <= MAX_VOTES && now - vote.nanos() <= VOTE_LIFETIME.toNanos()) {
          break;
        }
        oldest.remove();
        forget(vote);
      }
      // Only the endpoint that was just voted for is looked at: the others won no vote.
      if (votes.size() >= MIN_VOTES
          && counts.getOrDefault(endpoint, 0) > votes.size() / 2
          && !endpoint.equals(believed)) {
        believed = endpoint;
        predicted.accept(endpoint);
      }
    }

    private void forget(@Nullable Vote vote) {
      if (vote != null) {
        counts.computeIfPresent(vote.endpoint(), (endpoint, n) -> n == 1 ? null : n - 1);
      }
    }
  }
}
