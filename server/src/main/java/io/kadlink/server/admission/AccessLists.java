package io.kadlink.server.admission;

import io.kadlink.identity.NodeId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who may be a peer at all: permitted networks, the deny list, and the allow list when it is the
 * only way in. A denial wins over everything. Edited on the server's loop alone; {@link #judge} may
 * be called from anywhere.
 */
public final class AccessLists {
  /** Entries of the deny list: some 300 bytes each. */
  public static final int MAX_DENIED = 10_000;

  /** Entries of the allow list. */
  public static final int MAX_ALLOWED = 10_000;

  private final InstantSource clock;
  private final NetRestrict netRestrict;
  private final boolean allowListOnly;

  /**
   * One entry of the allow list.
   *
   * @param origin who put it there; {@link Denial.Origin#CONFIGURED} is not kept over a restart
   */
  public record Allowance(Subject subject, Denial.Origin origin) {}

  private volatile SubjectMap<Denial> denied = SubjectMap.empty();
  private volatile SubjectMap<Allowance> allowed = SubjectMap.empty();

  /**
   * @param allowListOnly whether only nodes of the allow list (and those the caller knows by name)
   *     may be peers
   */
  public AccessLists(InstantSource clock, NetRestrict netRestrict, boolean allowListOnly) {
    this.clock = clock;
    this.netRestrict = netRestrict;
    this.allowListOnly = allowListOnly;
  }

  /**
   * Judges a node by what is known of it.
   *
   * @param id empty as long as it has not proved one; the allow list can't keep it out before
   * @param socket where it is; empty when somebody else carries its bytes
   * @param named whether the operator named it: static, trusted, or asked for
   */
  public Optional<Decision.Refuse> judge(
      Optional<NodeId> id, Optional<InetSocketAddress> socket, boolean named) {
    Instant now = clock.instant();
    Optional<Denial> denial = denied.find(id, socket, entry -> !entry.expired(now));
    if (denial.isPresent()) {
      return Optional.of(refusal(denial.get()));
    }
    if (socket.isPresent() && !netRestrict.permits(socket.get().getAddress())) {
      return Optional.of(
          new Decision.Refuse(
              Rule.NETRESTRICT, "its address is outside the permitted networks " + netRestrict));
    }
    if (allowListOnly
        && id.isPresent()
        && !named
        && allowed.find(id, socket, entry -> true).isEmpty()) {
      return Optional.of(
          new Decision.Refuse(
              Rule.NOT_ALLOWED, "it is not on the allow list, and only that counts"));
    }
    return Optional.empty();
  }

  /** Whether the address is in a permitted network; the lists may still be against it. */
  public boolean permits(InetAddress address) {
    return netRestrict.permits(address);
  }

  private static Decision.Refuse refusal(Denial denial) {
    boolean banned = denial.origin() == Denial.Origin.REPUTATION;
    String until = denial.until().map(at -> " until " + at).orElse("");
    return new Decision.Refuse(
        banned ? Rule.BANNED : Rule.DENIED,
        (banned ? "it is banned" : "it is on the deny list (" + denial.subject() + ")")
            + until
            + ": "
            + denial.why());
  }

  /**
   * Adds an entry; one of the same subject is replaced, unless it is somebody's decision and the
   * new one is not.
   *
   * @param lasts how long; empty: for ever
   * @return false when the list is full of entries that are somebody's decision
   */
  public boolean deny(Subject subject, Optional<Duration> lasts, String why, Denial.Origin origin) {
    Optional<Instant> until = lasts.map(clock.instant()::plus);
    return denyAll(List.of(new Denial(subject, until, why, origin)));
  }

  /** As {@link #deny}, for many at once; stops at the first that has no room. */
  public boolean denyAll(Collection<Denial> denials) {
    dropExpired();
    Map<Subject, Denial> added = new LinkedHashMap<>();
    for (Denial denial : denials) {
      Denial before = denied.get(denial.subject());
      boolean decided = before != null && before.origin() != Denial.Origin.REPUTATION;
      if (decided && denial.origin() == Denial.Origin.REPUTATION) {
        continue;
      }
      if (before == null && denied.size() + added.size() >= MAX_DENIED && !makeRoom()) {
        denied = denied.with(added);
        return false;
      }
      added.put(denial.subject(), denial);
    }
    denied = denied.with(added);
    return true;
  }

  /** The ban that ends first goes. */
  private boolean makeRoom() {
    Optional<Denial> first =
        denied.values().stream()
            .filter(entry -> entry.origin() == Denial.Origin.REPUTATION)
            .min(Comparator.comparing(entry -> entry.until().orElse(Instant.MAX)));
    first.ifPresent(entry -> denied = denied.without(List.of(entry.subject())));
    return first.isPresent();
  }

  private void dropExpired() {
    Instant now = clock.instant();
    List<Subject> expired =
        denied.values().stream().filter(d -> d.expired(now)).map(Denial::subject).toList();
    if (!expired.isEmpty()) {
      denied = denied.without(expired);
    }
  }

  /** Takes a subject off the deny list; false when it was not there. */
  public boolean lift(Subject subject) {
    boolean there = denial(subject).isPresent();
    denied = denied.without(List.of(subject));
    return there;
  }

  /** Adds to the allow list; false when it is full. */
  public boolean allow(Subject subject, Denial.Origin origin) {
    if (allowed.get(subject) == null && allowed.size() >= MAX_ALLOWED) {
      return false;
    }
    allowed = allowed.with(Map.of(subject, new Allowance(subject, origin)));
    return true;
  }

  /** Takes a subject off the allow list; false when it was not there. */
  public boolean disallow(Subject subject) {
    boolean there = allowed.get(subject) != null;
    allowed = allowed.without(List.of(subject));
    return there;
  }

  /** The deny list as of now, oldest first. */
  public List<Denial> denials() {
    Instant now = clock.instant();
    return denied.values().stream().filter(entry -> !entry.expired(now)).toList();
  }

  /** What is on the deny list for exactly this subject, not for a network it is in. */
  public Optional<Denial> denial(Subject subject) {
    Instant now = clock.instant();
    return Optional.ofNullable(denied.get(subject)).filter(entry -> !entry.expired(now));
  }

  /** The allow list, oldest first. */
  public List<Allowance> allowances() {
    return List.copyOf(allowed.values());
  }
}
