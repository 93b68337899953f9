package io.kadlink.server.admission;

import io.kadlink.identity.NodeId;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who may become a peer, as configured.
 *
 * @param netRestrict networks outside of which nobody is dialed or admitted; none: all
 * @param denied the deny list's fixed part
 * @param allowed the allow list's fixed part
 * @param allowListOnly whether nobody else may be a peer, static and trusted nodes aside
 * @param perAddress sessions with one IP address, 1 or more
 * @param perSubnet sessions with one IPv4 /24 or IPv6 /64, 1 or more
 * @param preferred nodes that no limit of slots counts for
 * @param eviction who makes room for those that no limit counts for
 * @param rotation whether, while all slots are taken, now and then a random peer has to go
 */
public record AdmissionOptions(
    List<Cidr> netRestrict,
    List<Subject> denied,
    List<Subject> allowed,
    boolean allowListOnly,
    int perAddress,
    int perSubnet,
    Set<NodeId> preferred,
    Eviction eviction,
    boolean rotation) {

  public AdmissionOptions {
    netRestrict = List.copyOf(netRestrict);
    denied = List.copyOf(denied);
    allowed = List.copyOf(allowed);
    preferred = Set.copyOf(preferred);
  }

  /** The lists that follow from it, before anything is read from a file. */
  public AccessLists lists(InstantSource clock) {
    AccessLists lists = new AccessLists(clock, new NetRestrict(netRestrict), allowListOnly);
    lists.denyAll(
        denied.stream()
            .map(
                subject ->
                    new Denial(
                        subject,
                        Optional.empty(),
                        "the configuration says so",
                        Denial.Origin.CONFIGURED))
            .toList());
    allowed.forEach(subject -> lists.allow(subject, Denial.Origin.CONFIGURED));
    return lists;
  }
}
