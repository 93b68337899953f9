package io.kadlink.server.admission;

import io.kadlink.identity.NodeId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Decides who becomes a peer. Asked twice for each connection: when the handshake has proven who it
 * is, and again when both Hellos are there.
 *
 * <p><b>Simultaneous dials.</b> When two nodes dial each other at the same moment there are two
 * connections, and if each side keeps the one it saw first, both may close the other's choice. Here
 * one side chooses: the node with the lower id. <em>Its own dial</em> is the preferred connection.
 *
 * <ul>
 *   <li>The lower id holds a connection that comes in while its own dial is under way. The dial
 *       succeeds: the other is refused. It fails or takes long: the other goes on.
 *   <li>The higher id does not choose. A second connection that is past its Hello waits for the
 *       first to be closed by the chooser, and is refused when that does not happen within {@link
 *       #CHOICE_WAIT}.
 * </ul>
 *
 * So no established session is ever taken down for the sake of another, and the two sides can't
 * refuse each other's choice. With software that keeps what it sees first, the same rules work: the
 * lower id never has two to choose from, the higher id follows what the other side closed.
 *
 * <p>Confined to the server's loop.
 */
public final class Admission {
  /** Two dials further apart than all time limits of a dial together are not simultaneous. */
  static final Duration SIMULTANEOUS = Duration.ofSeconds(30);

  /** How long our own dial may keep the other's waiting: well under the handshake's time limit. */
  static final Duration DIAL_WAIT = Duration.ofMillis(1500);

  /** How long the other side's choice may take: a few round trips; under the handshake's limit. */
  static final Duration CHOICE_WAIT = Duration.ofSeconds(2);

  private final NodeId self;
  private final PeerLimits limits;
  private final AccessLists access;
  private final Eviction eviction;
  private final RandomGenerator random;
  private final Set<NodeId> trusted = new HashSet<>();
  private final Set<NodeId> preferred = new HashSet<>();
  private boolean stopping;

  public Admission(
      NodeId self,
      PeerLimits limits,
      AccessLists access,
      Eviction eviction,
      RandomGenerator random) {
    this.self = self;
    this.limits = limits;
    this.access = access;
    this.eviction = eviction;
    this.random = random;
  }

  /** No limit counts for this node, the allow list neither. */
  public void trust(NodeId id) {
    trusted.add(id);
  }

  public void distrust(NodeId id) {
    trusted.remove(id);
  }

  public boolean trusts(NodeId id) {
    return trusted.contains(id);
  }

  public Set<NodeId> trusted() {
    return Set.copyOf(trusted);
  }

  /** This node takes a slot while there is one, is admitted even so, and never evicted. */
  public void prefer(NodeId id) {
    preferred.add(id);
  }

  public void unprefer(NodeId id) {
    preferred.remove(id);
  }

  /** From now on nobody is admitted. */
  public void stop() {
    stopping = true;
  }

  /** Judges one connection by what is known at this moment. */
  public Decision decide(Applicant applicant, Census census) {
    if (stopping) {
      return new Decision.Refuse(Rule.STOPPING, "this node is stopping");
    }
    if (applicant.id().equals(self)) {
      return new Decision.Refuse(Rule.SELF, "it is this node itself");
    }
    boolean named = applicant.privileged() || trusted.contains(applicant.id());
    Optional<Decision.Refuse> barred =
        access.judge(Optional.of(applicant.id()), applicant.socket(), named);
    if (barred.isPresent()) {
      return barred.get();
    }
    Optional<Census.Held> held = census.held(applicant.id());
    if (held.isPresent()) {
      return besides(held.get(), applicant);
    }
    boolean preferredInbound = !chooses(applicant.id());
    if (applicant.patient()
        && !applicant.greeted() // past its Hello the other side has made its choice
        && applicant.inbound() != preferredInbound
        && census.underway(applicant.id(), preferredInbound)) {
      return new Decision.Hold(
          DIAL_WAIT,
          preferredInbound ? "it is dialing us at the same time" : "we are dialing it ourselves");
    }
    return limits(applicant, census);
  }

  private Decision besides(Census.Held first, Applicant second) {
    if (!first.established() && second.patient()) {
      return new Decision.Hold(DIAL_WAIT, "another connection with it is just being set up");
    }
    boolean simultaneous =
        first.inbound() != second.inbound() && first.age().compareTo(SIMULTANEOUS) < 0;
    // Before our Hello on the second connection nobody can have chosen it.
    if (simultaneous && second.greeted() && second.patient() && !chooses(second.id())) {
      return new Decision.Hold(CHOICE_WAIT, "the other side chooses between two connections");
    }
    return new Decision.Refuse(
        Rule.ALREADY_CONNECTED,
        simultaneous
            ? "the connection dialed by " + (first.inbound() ? "it" : "us") + " is kept"
            : "there is a session with it already");
  }

  private Decision limits(Applicant applicant, Census census) {
    NodeId id = applicant.id();
    if (applicant.privileged() || trusted.contains(id)) {
      return new Decision.Admit(Slot.FREE, evicted(census));
    }
    Decision decision = slot(applicant, census);
    return decision instanceof Decision.Refuse && preferred.contains(id)
        ? new Decision.Admit(Slot.FREE, evicted(census))
        : decision;
  }

  private Decision slot(Applicant applicant, Census census) {
    Optional<Decision> crowded =
        applicant.socket().map(InetSocketAddress::getAddress).flatMap(at -> place(at, census));
    if (crowded.isPresent()) {
      return crowded.get();
    }
    if (eviction != Eviction.NONE && census.total() >= limits.total()) {
      return new Decision.Refuse(
          Rule.TOO_MANY_PEERS, "all " + limits.total() + " places are taken");
    }
    boolean dialSlotFree = census.taken(Slot.DIALED) < limits.dialed();
    if (!applicant.inbound()) {
      return dialSlotFree
          ? new Decision.Admit(Slot.DIALED)
          : new Decision.Refuse(
              Rule.TOO_MANY_PEERS, "all " + limits.dialed() + " slots for dialed peers are taken");
    }
    if (census.taken(Slot.ACCEPTED) < limits.accepted()) {
      return new Decision.Admit(Slot.ACCEPTED);
    }
    if (applicant.wanted() && dialSlotFree) {
      return new Decision.Admit(Slot.DIALED);
    }
    return new Decision.Refuse(
        Rule.TOO_MANY_PEERS, "all " + limits.accepted() + " slots for accepted peers are taken");
  }

  private Optional<NodeId> evicted(Census census) {
    return census.total() < limits.total()
        ? Optional.empty()
        : eviction.choose(
            census.evictable().stream().filter(id -> !preferred.contains(id)).toList(), random);
  }

  /** Whether the node's address or network has its share already. */
  private Optional<Decision> place(InetAddress address, Census census) {
    if (!limits.countsPlace(address)) {
      return Optional.empty();
    }
    int here = census.within(Cidr.of(address));
    if (here >= limits.perAddress()) {
      return Optional.of(
          new Decision.Refuse(
              Rule.ADDRESS_LIMIT, "there are " + here + " sessions with its address already"));
    }
    Cidr subnet = PeerLimits.subnet(address);
    int around = census.within(subnet);
    if (around >= limits.perSubnet()) {
      return Optional.of(
          new Decision.Refuse(
              Rule.SUBNET_LIMIT, "there are " + around + " sessions with " + subnet + " already"));
    }
    return Optional.empty();
  }

  /** Whether we, not {@code other}, choose between two connections: the lower id does. */
  private boolean chooses(NodeId other) {
    return self.bytes().compareTo(other.bytes()) < 0;
  }
}
