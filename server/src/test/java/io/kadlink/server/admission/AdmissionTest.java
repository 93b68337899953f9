package io.kadlink.server.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.NodeId;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

/** Decisions, from what is known. Ids are small numbers: we are 50, lower than 90, above 10. */
class AdmissionTest {
  private static final NodeId SELF = id(50);
  private static final NodeId LOWER = id(10);
  private static final NodeId HIGHER = id(90);
  private static final boolean INBOUND = true;
  private static final boolean DIALED = false;

  private final Admission admission = new Admission(SELF, 1, 2);
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
    assertThat(decide(new Applicant(HIGHER, DIALED, true, true, false, true)))
        .isEqualTo(new Decision.Admit(Slot.FREE));

    admission.distrust(LOWER);
    assertThat(refusal(inbound(LOWER))).isEqualTo(Rule.TOO_MANY_PEERS);
  }

  @Test
  void whomWeDialMayComeInOnADialSlot() {
    known.taken.put(Slot.ACCEPTED, 2);
    Applicant wanted = new Applicant(LOWER, INBOUND, false, true, false, true);

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

    assertThat(decide(new Applicant(HIGHER, INBOUND, false, true, true, true)))
        .isInstanceOf(Decision.Admit.class);
    assertThat(decide(new Applicant(LOWER, DIALED, false, true, true, true)))
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

  private static Applicant inbound(NodeId id) {
    return new Applicant(id, INBOUND, false, false, false, true);
  }

  private static Applicant dialed(NodeId id) {
    return new Applicant(id, DIALED, false, true, false, true);
  }

  private static Applicant greeted(Applicant applicant) {
    return new Applicant(
        applicant.id(),
        applicant.inbound(),
        applicant.privileged(),
        applicant.wanted(),
        true,
        true);
  }

  private static Applicant impatient(Applicant applicant) {
    return new Applicant(
        applicant.id(),
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
    public int taken(Slot slot) {
      return taken.getOrDefault(slot, 0);
    }

    @Override
    public boolean underway(NodeId id, boolean inbound) {
      return underway.contains(id + "/" + inbound);
    }
  }
}
