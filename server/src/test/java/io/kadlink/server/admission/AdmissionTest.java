package io.kadlink.server.admission;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import io.kadlink.identity.NodeId;
import io.kadlink.server.admission.Denial.Origin;
import io.kadlink.server.testing.ManualLoop;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

/** Decisions, from what is known. Ids are small numbers: we are 50, lower than 90, above 10. */
class AdmissionTest {
  private static final NodeId SELF = id(50);
  private static final NodeId LOWER = id(10);
  private static final NodeId HIGHER = id(90);
  private static final boolean INBOUND = true;
  private static final boolean DIALED = false;

  private final ManualLoop time = new ManualLoop();
  private final AccessLists access =
      new AccessLists(time::now, new NetRestrict(List.of(Cidr.parse("10.0.0.0/7"))), false);
  private final Admission admission = admission(Eviction.NONE);
  private final Known known = new Known();

  @Test
  void aStrangerTakesTheSlotOfItsDirection() {
    assertThat(decide(inbound(LOWER))).isEqualTo(new Decision.Admit(Slot.ACCEPTED));
    assertThat(decide(dialed(LOWER))).isEqualTo(new Decision.Admit(Slot.DIALED));
  }

  @Test
  void weAreNoPeerOfOurs() {
    assertThat(refusal(inbound(SELF))).isEqualTo(Rule.SELF);
  }

  @Test
  void eachDirectionHasItsOwnLimit() {
    known.taken.put(Slot.ACCEPTED, 2);
    assertThat(refusal(inbound(LOWER))).isEqualTo(Rule.TOO_MANY_PEERS);
    assertThat(decide(dialed(LOWER))).isEqualTo(new Decision.Admit(Slot.DIALED));

    known.taken.put(Slot.DIALED, 1);
    known.taken.put(Slot.ACCEPTED, 0);
    assertThat(refusal(dialed(LOWER))).isEqualTo(Rule.TOO_MANY_PEERS);
    assertThat(decide(inbound(LOWER))).isEqualTo(new Decision.Admit(Slot.ACCEPTED));
  }

  @Test
  void theTrustedAndThePrivilegedTakeNoSlot() {
    known.taken.put(Slot.ACCEPTED, 2);
    known.taken.put(Slot.DIALED, 1);
    admission.trust(LOWER);

    assertThat(decide(inbound(LOWER))).isEqualTo(new Decision.Admit(Slot.FREE));
    assertThat(decide(applicant(HIGHER, DIALED, true, true, false, true)))
        .isEqualTo(new Decision.Admit(Slot.FREE));

    admission.distrust(LOWER);
    assertThat(refusal(inbound(LOWER))).isEqualTo(Rule.TOO_MANY_PEERS);
  }

  @Test
  void whomWeDialMayComeInOnADialSlot() {
    known.taken.put(Slot.ACCEPTED, 2);
    Applicant wanted = applicant(LOWER, INBOUND, false, true, false, true);

    assertThat(decide(wanted)).isEqualTo(new Decision.Admit(Slot.DIALED));
    known.taken.put(Slot.DIALED, 1);
    assertThat(refusal(wanted)).isEqualTo(Rule.TOO_MANY_PEERS);
  }

  @Test
  void aSecondConnectionOfTheSameDirectionIsRefusedAtOnce() {
    known.hold(LOWER, INBOUND, Duration.ofSeconds(1));
    known.hold(HIGHER, DIALED, Duration.ofSeconds(1));

    assertThat(refusal(inbound(LOWER))).isEqualTo(Rule.ALREADY_CONNECTED);
    assertThat(refusal(dialed(HIGHER))).isEqualTo(Rule.ALREADY_CONNECTED);
  }

  @Test
  void aConnectionNextToAnOldSessionIsRefusedAtOnce() {
    known.hold(LOWER, INBOUND, Duration.ofMinutes(1));

    assertThat(refusal(dialed(LOWER))).isEqualTo(Rule.ALREADY_CONNECTED);
  }

  @Test
  void aConnectionThatIsJustBeingSetUpMayStillDieSoTheNextOneWaits() {
    known.held.put(LOWER, new Census.Held(false, INBOUND, Duration.ZERO));

    assertThat(decide(inbound(LOWER))).isInstanceOf(Decision.Hold.class);
    assertThat(decide(dialed(LOWER))).isInstanceOf(Decision.Hold.class);
    assertThat(refusal(impatient(inbound(LOWER)))).isEqualTo(Rule.ALREADY_CONNECTED);
  }

  @Test
  void trustDoesNotAllowTwoSessions() {
    admission.trust(LOWER);
    known.hold(LOWER, INBOUND, Duration.ofMinutes(1));

    assertThat(refusal(inbound(LOWER))).isEqualTo(Rule.ALREADY_CONNECTED);
  }

  @Test
  void theLowerIdHoldsWhatComesInWhileItDialsItself() {
    known.begin(HIGHER, DIALED);

    assertThat(decide(inbound(HIGHER))).isInstanceOf(Decision.Hold.class);
    assertThat(decide(impatient(inbound(HIGHER)))).isInstanceOf(Decision.Admit.class);
  }

  @Test
  void theHigherIdLetsTheOthersDialPass() {
    known.begin(LOWER, DIALED);

    assertThat(decide(inbound(LOWER))).isInstanceOf(Decision.Admit.class);
  }

  @Test
  void theHigherIdHoldsItsOwnDialWhileTheOtherArrives() {
    known.begin(LOWER, INBOUND);

    assertThat(decide(dialed(LOWER))).isInstanceOf(Decision.Hold.class);
    assertThat(decide(impatient(dialed(LOWER)))).isInstanceOf(Decision.Admit.class);
  }

  @Test
  void nobodyIsHeldForADialAfterItsHello() {
    known.begin(HIGHER, DIALED);
    known.begin(LOWER, INBOUND);

    assertThat(decide(applicant(HIGHER, INBOUND, false, true, true, true)))
        .isInstanceOf(Decision.Admit.class);
    assertThat(decide(applicant(LOWER, DIALED, false, true, true, true)))
        .isInstanceOf(Decision.Admit.class);
  }

  @Test
  void theLowerIdChoosesAtOnceTheHigherWaitsForTheChoice() {
    known.hold(HIGHER, DIALED, Duration.ofSeconds(1));
    known.hold(LOWER, DIALED, Duration.ofSeconds(1));

    assertThat(refusal(inbound(HIGHER))).isEqualTo(Rule.ALREADY_CONNECTED);
    assertThat(decide(greeted(inbound(LOWER)))).isInstanceOf(Decision.Hold.class);
    assertThat(refusal(impatient(greeted(inbound(LOWER))))).isEqualTo(Rule.ALREADY_CONNECTED);
    assertThat(refusal(inbound(LOWER)))
        .as("before our Hello there is nothing to choose")
        .isEqualTo(Rule.ALREADY_CONNECTED);
  }

  @Test
  void whoeverWaitsWaitsLessThanAHandshakeMayTake() {
    known.hold(LOWER, DIALED, Duration.ofSeconds(1));
    known.begin(HIGHER, DIALED);

    assertThat(((Decision.Hold) decide(greeted(inbound(LOWER)))).atMost())
        .isLessThan(Duration.ofSeconds(3));
    assertThat(((Decision.Hold) decide(inbound(HIGHER))).atMost())
        .isLessThan(Duration.ofSeconds(3));
  }

  @Test
  void whoIsDeniedIsRefusedEvenWhenTrustedUntilTheDenialEnds() {
    admission.trust(LOWER);
    access.deny(
        new Subject.Node(LOWER), Optional.of(Duration.ofHours(1)), "a test", Origin.OPERATOR);

    assertThat(refusal(inbound(LOWER))).isEqualTo(Rule.DENIED);
    time.advance(Duration.ofHours(1));
    assertThat(decide(inbound(LOWER))).isEqualTo(new Decision.Admit(Slot.FREE));
  }

  @Test
  void anAddressOutsideThePermittedNetworksIsRefusedWhoeverItIs() {
    admission.trust(LOWER);

    assertThat(refusal(at("192.0.2.1", inbound(LOWER)))).isEqualTo(Rule.NETRESTRICT);
    assertThat(decide(at("11.0.0.1", inbound(LOWER)))).isInstanceOf(Decision.Admit.class);
  }

  @Test
  void anAddressAndItsNetworkHaveAShareThatTheTrustedAreNotBoundBy() {
    known.addresses.addAll(List.of("10.0.0.1", "10.0.0.1"));
    assertThat(refusal(at("10.0.0.1", inbound(LOWER)))).isEqualTo(Rule.ADDRESS_LIMIT);
    assertThat(decide(at("10.0.0.2", inbound(LOWER)))).isInstanceOf(Decision.Admit.class);

    known.addresses.add("10.0.0.3");
    assertThat(refusal(at("10.0.0.2", inbound(LOWER)))).isEqualTo(Rule.SUBNET_LIMIT);
    assertThat(decide(at("10.0.1.2", inbound(LOWER)))).isInstanceOf(Decision.Admit.class);

    admission.trust(LOWER);
    assertThat(decide(at("10.0.0.1", inbound(LOWER)))).isEqualTo(new Decision.Admit(Slot.FREE));
  }

  @Test
  void whoIsPreferredTakesASlotWhileThereIsOneAndIsAdmittedWhenThereIsNone() {
    admission.prefer(LOWER);
    assertThat(decide(inbound(LOWER))).isEqualTo(new Decision.Admit(Slot.ACCEPTED));

    known.taken.put(Slot.ACCEPTED, 2);
    assertThat(decide(inbound(LOWER))).isEqualTo(new Decision.Admit(Slot.FREE));

    admission.unprefer(LOWER);
    assertThat(refusal(inbound(LOWER))).isEqualTo(Rule.TOO_MANY_PEERS);
  }

  @Test
  void whenAllPlacesAreTakenALowOneGoesForAHighOneAsThePolicySays() {
    known.evictable.addAll(List.of(id(4), id(1), id(2), id(3), id(5)));
    for (Eviction policy : Eviction.values()) {
      Admission admission = admission(policy);
      admission.prefer(id(4));
      admission.prefer(id(5));
      admission.trust(LOWER);
      known.total = 2;
      assertThat(admission.decide(inbound(LOWER), known))
          .as("%s, with a place left", policy)
          .isEqualTo(new Decision.Admit(Slot.FREE));

      known.total = 3;
      Decision.Admit full = (Decision.Admit) admission.decide(inbound(LOWER), known);
      switch (policy) {
        case NONE -> assertThat(full.instead()).isEmpty();
        case FIFO -> assertThat(full.instead()).contains(id(1));
        case LIFO -> assertThat(full.instead()).contains(id(3));
        case RANDOM -> assertThat(full.instead().orElseThrow()).isIn(id(1), id(2), id(3));
      }
      assertThat(admission.decide(inbound(HIGHER), known) instanceof Decision.Refuse)
          .as("%s, a slot is free but the total is reached", policy)
          .isEqualTo(policy != Eviction.NONE);
    }
  }

  @Test
  void nobodyIsAdmittedWhileStopping() {
    admission.trust(LOWER);
    admission.stop();

    assertThat(refusal(inbound(LOWER))).isEqualTo(Rule.STOPPING);
  }

  private Decision decide(Applicant applicant) {
    return admission.decide(applicant, known);
  }

  private Rule refusal(Applicant applicant) {
    return ((Decision.Refuse) decide(applicant)).rule();
  }

  private Admission admission(Eviction eviction) {
    return new Admission(
        SELF, new PeerLimits(1, 2, 2, 3, true), access, eviction, new SplittableRandom(1));
  }

  private static Applicant at(String address, Applicant applicant) {
    return new Applicant(
        applicant.id(),
        Optional.of(new InetSocketAddress(address, 30303)),
        applicant.inbound(),
        applicant.privileged(),
        applicant.wanted(),
        applicant.greeted(),
        applicant.patient());
  }

  private static Applicant applicant(
      NodeId id,
      boolean inbound,
      boolean privileged,
      boolean wanted,
      boolean greeted,
      boolean patient) {
    return new Applicant(id, Optional.empty(), inbound, privileged, wanted, greeted, patient);
  }

  private static Applicant inbound(NodeId id) {
    return applicant(id, INBOUND, false, false, false, true);
  }

  private static Applicant dialed(NodeId id) {
    return applicant(id, DIALED, false, true, false, true);
  }

  private static Applicant greeted(Applicant applicant) {
    return new Applicant(
        applicant.id(),
        applicant.socket(),
        applicant.inbound(),
        applicant.privileged(),
        applicant.wanted(),
        true,
        true);
  }

  private static Applicant impatient(Applicant applicant) {
    return new Applicant(
        applicant.id(),
        applicant.socket(),
        applicant.inbound(),
        applicant.privileged(),
        applicant.wanted(),
        applicant.greeted(),
        false);
  }

  private static NodeId id(int number) {
    return new NodeId(Bytes32.leftPad(org.apache.tuweni.bytes.Bytes.of(number)));
  }

  private static final class Known implements Census {
    final Map<NodeId, Held> held = new HashMap<>();
    final Map<Slot, Integer> taken = new EnumMap<>(Slot.class);
    final Set<String> underway = new HashSet<>();
    final List<String> addresses = new ArrayList<>();
    final List<NodeId> evictable = new ArrayList<>();
    int total;

    void hold(NodeId id, boolean inbound, Duration age) {
      held.put(id, new Held(true, inbound, age));
    }

    void begin(NodeId id, boolean inbound) {
      underway.add(id + "/" + inbound);
    }

    @Override
    public Optional<Held> held(NodeId id) {
      return Optional.ofNullable(held.get(id));
    }

    @Override
    public int total() {
      return total;
    }

    @Override
    public int within(Cidr network) {
      return (int)
          addresses.stream()
              .filter(address -> network.contains(InetAddresses.forString(address)))
              .count();
    }

    @Override
    public List<NodeId> evictable() {
      return evictable;
    }

    @Override
    public int taken(Slot slot) {
      return taken.getOrDefault(slot, 0);
    }

    @Override
    public boolean underway(NodeId id, boolean inbound) {
      return underway.contains(id + "/" + inbound);
    }
  }
}
