package io.kadlink.protocols.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.relay.wire.RelayCodec;
import io.kadlink.protocols.relay.wire.RelayMessage;
import io.kadlink.protocols.relay.wire.RelayMessage.Close;
import io.kadlink.protocols.relay.wire.RelayMessage.Data;
import io.kadlink.protocols.relay.wire.RelayMessage.Hop;
import io.kadlink.protocols.relay.wire.RelayMessage.Limits;
import io.kadlink.protocols.relay.wire.RelayMessage.Reserve;
import io.kadlink.protocols.relay.wire.RelayMessage.Status;
import io.kadlink.protocols.relay.wire.RelayMessage.Window;
import io.kadlink.protocols.relay.wire.StatusCode;
import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nobody sends without credit, and nobody holds more than was credited. */
class CreditTest {
  private static final int CHUNK = RelayMessage.MAX_DATA_BYTES;
  private static final int WINDOW = RelayMessage.INITIAL_WINDOW;

  private final Scene scene = new Scene();
  private final SceneNode r = scene.relay("r");
  private final SceneNode a = scene.dialOnly("a");
  private final SceneNode b = scene.dialOnly("b");
  private final SceneNode c = scene.dialOnly("c");

  @BeforeEach
  void aAndCHaveCircuitsToB() {
    for (SceneNode node : List.of(a, b, c)) {
      node.listens = false;
      scene.link(node, r);
    }
    scene.pass(Reachability.ANNOUNCE_DELAY.multipliedBy(2));
    a.detour().open(Scene.discovered(b));
    c.detour().open(Scene.discovered(b));
    scene.settle();
    assertThat(r.circuits()).hasSize(2);
  }

  private SceneStream aToB() {
    return a.streams.getFirst();
  }

  private SceneStream bFromA() {
    return b.streams.getFirst();
  }

  @Test
  void aSlowReaderHoldsItsWriterBackAndTheRelayHoldsOneWindow() {
    bFromA().consumes = false;
    Bytes all = CircuitTest.pattern(5_000_000, 1);
    boolean more = true;
    for (int at = 0; at < all.size(); at += 50_000) {
      more = aToB().write(all.slice(at, 50_000));
      scene.settle();
      assertThat(r.circuits().getFirst().waitingBytes()).isLessThanOrEqualTo(WINDOW);
      assertThat(b.streams.getFirst().received().size()).isLessThanOrEqualTo(WINDOW);
    }
    assertThat(more).isFalse();
    assertThat(r.circuits().getFirst().waitingBytes())
        .isGreaterThan(WINDOW - Leg.GRANT_STEP - CHUNK);
    assertThat(aToB().writableCalls).isZero();

    bFromA().consumeAll();
    scene.settle();
    assertThat(bFromA().received()).isEqualTo(all);
    assertThat(aToB().writableCalls).isEqualTo(1);
    assertThat(r.circuits().getFirst().waitingBytes()).isZero();
  }

  @Test
  void aWriterIsHeldBackAtTheHighWaterMark() {
    bFromA().consumes = false;
    assertThat(aToB().write(Bytes.wrap(new byte[(int) CircuitEnd.HIGH_WATER_BYTES - 1]))).isTrue();
    assertThat(aToB().write(Bytes.of(1))).isFalse();
    scene.settle();
    // A window is with B, so all of it left A.
    assertThat(aToB().writableCalls).isEqualTo(1);
  }

  @Test
  void theOtherCircuitOfASlowReaderGoesOn() {
    bFromA().consumes = false;
    aToB().write(CircuitTest.pattern(2_000_000, 1));
    scene.settle();
    Bytes other = CircuitTest.pattern(1_000_000, 2);
    c.streams.getFirst().write(other);
    scene.settle();
    assertThat(b.streams.get(1).received()).isEqualTo(other);
  }

  @Test
  void aLinkThatDoesNotDrainGetsLittleMoreThanTheHighWaterMark() {
    ScenePeer toB = r.peerOf(b);
    toB.stalled = true;
    Bytes all = CircuitTest.pattern(3_000_000, 3);
    aToB().write(all);
    c.streams.getFirst().write(all);
    scene.settle();
    assertThat(toB.pendingBytes())
        .isBetween(Outlet.HIGH_WATER_BYTES - 2 * CHUNK, Outlet.HIGH_WATER_BYTES);
    assertThat(toB.highestPending).isLessThanOrEqualTo(Outlet.HIGH_WATER_BYTES);
    assertThat(r.circuits()).allMatch(circuit -> circuit.waitingBytes() <= WINDOW);

    toB.release();
    scene.settle();
    assertThat(bFromA().received()).isEqualTo(all);
    assertThat(b.streams.get(1).received()).isEqualTo(all);
  }

  @Test
  void whatASessionRefusesToTakeIsSentAgain() {
    ScenePeer toB = r.peerOf(b);
    toB.setFull(true);
    Bytes all = CircuitTest.pattern(300_000, 4);
    aToB().write(all);
    scene.settle();
    assertThat(bFromA().received().size()).isZero();
    toB.setFull(false);
    scene.settle();
    assertThat(bFromA().received()).isEqualTo(all);
  }

  @Test
  void creditThatCouldNotBeSentAtOnceIsNotLost() {
    r.peerOf(a).setFull(true);
    Bytes all = CircuitTest.pattern(1_000_000, 5);
    aToB().write(all);
    scene.settle();
    assertThat(bFromA().received().size()).isEqualTo(WINDOW - 64); // the key took 64
    r.peerOf(a).setFull(false);
    scene.settle();
    assertThat(bFromA().received()).isEqualTo(all);
  }

  @Test
  void circuitsOnOneLinkTakeTurns() {
    ScenePeer toB = r.peerOf(b);
    toB.setFull(true);
    aToB().write(CircuitTest.pattern(2_000_000, 6)); // greedy, and first
    scene.settle();
    Bytes small = CircuitTest.pattern(100_000, 7);
    c.streams.getFirst().write(small);
    scene.settle();
    toB.takeSent();
    toB.setFull(false);
    scene.settle();
    List<Integer> turns = new ArrayList<>();
    for (RelayMessage message : toB.sent) {
      if (message instanceof Data data) {
        turns.add(data.circuit());
      }
    }
    int other = turns.get(1);
    assertThat(turns.get(0)).isNotEqualTo(other);
    // While both have something to send, neither goes twice in a row.
    List<Integer> contested = turns.subList(0, 2 * (small.size() / CHUNK));
    for (int i = 1; i < contested.size(); i++) {
      assertThat(contested.get(i)).as("turn %d", i).isNotEqualTo(contested.get(i - 1));
    }
    assertThat(b.streams.get(1).received()).isEqualTo(small);
  }

  @Test
  void sendingBeyondTheCreditDisconnectsTheViolatorAlone() {
    bFromA().consumes = false;
    a.scripted = true;
    Bytes chunk = Bytes.wrap(new byte[CHUNK]);
    for (int sent = 0; sent <= 2 * WINDOW; sent += CHUNK) { // one window with B, one with R
      a.peerOf(r).transmit(new Data(1, chunk));
    }
    scene.settle();
    assertThat(r.violations)
        .singleElement()
        .asString()
        .startsWith("a sends 16384 bytes on circuit 1 with credit for ");
    assertThat(r.peer(a.key.id())).isEmpty();
    scene.pass(Leg.DRAIN_LIMIT); // B may still read what A sent by the rules
    assertThat(bFromA().closed).contains("left the relay");
    assertThat(r.metrics.get("kadlink.relay.violations").counter().count()).isEqualTo(1);
    // B and C, and what they have with each other, stay.
    assertThat(b.peerOf(r).isOver()).isFalse();
    assertThat(b.peer(c.key.id())).isPresent();
    assertThat(r.circuits()).hasSize(1);
  }

  @Test
  void anEndHoldsItsRelayToTheCreditToo() {
    bFromA().consumes = false;
    r.scripted = true;
    int circuit = b.circuits().size(); // ids 2 and 4; A's came first
    assertThat(circuit).isEqualTo(2);
    for (int i = 0; i <= WINDOW / CHUNK; i++) {
      r.peerOf(b).transmit(new Data(2, Bytes.wrap(new byte[CHUNK])));
    }
    scene.settle();
    assertThat(b.violations).singleElement().asString().contains("with credit for");
    assertThat(bFromA().closed).contains("is gone (subprotocol error)");
  }

  @Test
  void creditBeyondTheLargestWindowIsAViolation() {
    a.scripted = true;
    a.peerOf(r).transmit(new Window(1, RelayMessage.MAX_WINDOW));
    scene.settle();
    assertThat(r.violations).singleElement().asString().contains("gives credit");
  }

  @Test
  void aLargerWindowIsUsed() {
    bFromA().consumes = false;
    b.scripted = true;
    b.peerOf(r).transmit(new Window(2, 1_000_000));
    scene.settle();
    r.peerOf(b).takeSent();
    aToB().write(CircuitTest.pattern(3_000_000, 8));
    scene.settle();
    long sent =
        r.peerOf(b).sent.stream()
            .mapToLong(message -> message instanceof Data data ? data.bytes().size() : 0)
            .sum();
    assertThat(sent).isEqualTo(WINDOW + 1_000_000 - 64);
  }

  @Test
  void dataBeforeTheCircuitIsOpenIsAViolation() {
    b.scripted = true; // B does not answer
    a.scripted = true;
    a.peerOf(r).transmit(new Hop(3, b.key.publicKey()));
    a.peerOf(r).transmit(new Data(3, Bytes.of(1)));
    scene.settle();
    assertThat(r.violations).singleElement().asString().contains("credit for 0");
  }

  @Test
  void creditBeforeTheCircuitIsOpenIsAViolation() {
    b.scripted = true;
    a.scripted = true;
    a.peerOf(r).transmit(new Hop(3, b.key.publicKey()));
    a.peerOf(r).transmit(new Window(3, 1));
    scene.settle();
    assertThat(r.violations).singleElement().asString().contains("before it is open");
  }

  @Test
  void messagesForACircuitThatIsOverAreIgnoredAndCounted() {
    aToB().close("done");
    scene.settle();
    a.scripted = true;
    a.peerOf(r).transmit(new Data(1, Bytes.of(1)));
    a.peerOf(r).transmit(new Window(1, 1));
    a.peerOf(r).transmit(new Close(1, io.kadlink.protocols.relay.wire.CloseCode.DONE, ""));
    a.peerOf(r).transmit(new Status(2, StatusCode.OK, "", Limits.NONE));
    scene.settle();
    // R never asked A for circuit 2.
    assertThat(r.violations).singleElement().asString().contains("circuit 2, which never was");
    assertThat(r.counted("kadlink.relay.ignored", "reason", "circuit is over")).isEqualTo(3);
  }

  @Test
  void aCircuitThatNeverWasIsAViolation() {
    a.scripted = true;
    a.peerOf(r).transmit(new Data(99, Bytes.of(1)));
    scene.settle();
    assertThat(r.violations).singleElement().asString().contains("circuit 99, which never was");
  }

  @Test
  void anAnswerTwiceIsAViolation() {
    b.scripted = true;
    b.peerOf(r).transmit(new Status(2, StatusCode.OK, "", Limits.NONE));
    scene.settle();
    assertThat(r.violations).singleElement().asString().contains("answers circuit 2");
    assertThat(aToB().closed).contains("left the relay");
  }

  @Test
  void idsRiseAndHaveTheParityOfWhoDialed() {
    a.scripted = true;
    c.scripted = true;
    a.peerOf(r).transmit(new Hop(1, b.key.publicKey()));
    c.peerOf(r).transmit(new Hop(4, b.key.publicKey()));
    scene.settle();
    assertThat(r.violations)
        .satisfiesExactly(
            first -> assertThat(first).contains("a asks for circuit 1"),
            second -> assertThat(second).contains("c asks for circuit 4; its ids are odd"));
  }

  @Test
  void malformedMessagesDisconnectTheirSender() {
    a.scripted = true;
    a.peerOf(r).transmit(RelayCodec.HOP, Bytes.fromHexString("c101"));
    scene.settle();
    assertThat(r.violations).singleElement().asString().contains("malformed relay message 0x00");
  }

  @Test
  void aPeerThatAsksWithoutReadingTheAnswersIsDropped() {
    a.scripted = true;
    r.peerOf(a).setFull(true);
    for (int i = 0; i <= Outlet.MAX_WAITING_CONTROL; i++) {
      a.peerOf(r).transmit(new Reserve(true));
    }
    scene.settle();
    assertThat(r.peer(a.key.id())).isEmpty();
    assertThat(b.peer(c.key.id())).isPresent();
  }
}
