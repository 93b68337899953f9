package io.kadlink.protocols.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.protocols.relay.wire.CloseCode;
import io.kadlink.protocols.relay.wire.RelayMessage;
import io.kadlink.protocols.relay.wire.RelayMessage.Close;
import io.kadlink.protocols.relay.wire.RelayMessage.Data;
import io.kadlink.protocols.relay.wire.RelayMessage.Hop;
import io.kadlink.protocols.relay.wire.RelayMessage.Reserve;
import io.kadlink.protocols.relay.wire.RelayMessage.Status;
import io.kadlink.protocols.relay.wire.StatusCode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** What a relay refuses, and what it ends. */
class LimitsTest {
  private final Scene scene = new Scene();

  private SceneNode relay(RelayOptions.Builder options) {
    return scene.node("r", options.build());
  }

  /** A node with a reservation. */
  private SceneNode guest(String name, SceneNode r) {
    SceneNode node = scene.dialOnly(name);
    node.listens = false;
    scene.link(node, r);
    scene.settle();
    return node;
  }

  /** A node whose messages the test writes. */
  private SceneNode scripted(String name, SceneNode r) {
    SceneNode node = scene.node(name, RelayOptions.listening());
    scene.link(node, r);
    scene.settle();
    node.scripted = true;
    return node;
  }

  private Status answerTo(SceneNode asker, SceneNode r, int circuit, SceneNode target) {
    asker.peerOf(r).transmit(new Hop(circuit, target.key.publicKey()));
    scene.settle();
    return statuses(r, asker).stream()
        .filter(status -> status.circuit() == circuit)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no answer"));
  }

  private static List<Status> statuses(SceneNode from, SceneNode to) {
    return from.peerOf(to).sent.stream()
        .filter(Status.class::isInstance)
        .map(Status.class::cast)
        .toList();
  }

  private static void assertRefused(SceneNode r, Status status, StatusCode code, String reason) {
    assertThat(status.code()).isEqualTo(code);
    assertThat(status.reason()).isEqualTo(reason);
    String tag = code.name().toLowerCase(java.util.Locale.ROOT);
    assertThat(r.counted("kadlink.relay.refused", "request", "hop", "reason", tag)).isEqualTo(1);
    assertThat(r.circuits()).isEmpty();
    assertThat(r.violations).isEmpty();
  }

  @Test
  void aTargetWithoutASessionIsRefused() {
    SceneNode r = relay(RelayOptions.builder());
    SceneNode absent = scene.dialOnly("absent");
    SceneNode a = scripted("a", r);
    assertRefused(r, answerTo(a, r, 1, absent), StatusCode.NO_SESSION, "");
    assertThat(StatusCode.NO_SESSION).hasToString("no session with target");
  }

  @Test
  void aTargetThatDidNotReserveIsRefused() {
    SceneNode r = relay(RelayOptions.builder());
    SceneNode b = scene.relay("b");
    scene.link(b, r);
    SceneNode a = scripted("a", r);
    assertRefused(r, answerTo(a, r, 1, b), StatusCode.NO_RESERVATION, "");
  }

  @Test
  void aReservationCanBeGivenBack() {
    SceneNode r = relay(RelayOptions.builder());
    SceneNode b = guest("b", r);
    SceneNode a = scripted("a", r);
    b.peerOf(r).transmit(new Reserve(false));
    scene.settle();
    assertRefused(r, answerTo(a, r, 1, b), StatusCode.NO_RESERVATION, "");
    assertThat(r.metrics.get("kadlink.relay.reservations").gauge().value()).isZero();
  }

  @Test
  void aNodeThatDoesNotServeRefuses() {
    SceneNode r = relay(RelayOptions.builder().serve(false));
    SceneNode b = guest("b", r);
    SceneNode a = scripted("a", r);
    assertThat(b.relay().reachableThrough()).isEmpty();
    assertRefused(r, answerTo(a, r, 1, b), StatusCode.NOT_A_RELAY, "");
  }

  @Test
  void thereIsNoCircuitToItsInitiatorNorToTheRelay() {
    SceneNode r = relay(RelayOptions.builder());
    SceneNode a = scripted("a", r);
    assertThat(answerTo(a, r, 1, a).reason()).isEqualTo("the target is its initiator");
    assertThat(answerTo(a, r, 3, r).reason()).isEqualTo("the target is this relay");
    assertThat(statuses(r, a)).extracting(Status::code).containsOnly(StatusCode.BAD_TARGET);
  }

  @Test
  void nothingIsRelayedOverARelayedSession() {
    SceneNode r = relay(RelayOptions.builder());
    SceneNode other = scene.relay("other");
    SceneNode b = guest("b", r);
    SceneNode a = scene.node("a", RelayOptions.listening());
    scene.link(a, r, Optional.of(other));
    scene.settle();
    a.scripted = true;
    assertRefused(r, answerTo(a, r, 1, b), StatusCode.RELAYED_SESSION, "");
    a.peerOf(r).transmit(new Reserve(true));
    scene.settle();
    assertThat(statuses(r, a).getLast().code()).isEqualTo(StatusCode.RELAYED_SESSION);
  }

  @Test
  void aTargetWhoseSessionIsRelayedIsRefused() {
    SceneNode r = relay(RelayOptions.builder());
    SceneNode other = scene.relay("other");
    SceneNode b = scene.dialOnly("b");
    scene.link(b, r, Optional.of(other));
    SceneNode a = scripted("a", r);
    assertRefused(
        r, answerTo(a, r, 1, b), StatusCode.RELAYED_SESSION, "the target's session is relayed");
  }

  @Test
  void whatTheTargetSaysIsPassedOn() {
    SceneNode r = relay(RelayOptions.builder());
    SceneNode b = guest("b", r);
    SceneNode a = scripted("a", r);
    b.scripted = true;
    a.peerOf(r).transmit(new Hop(1, b.key.publicKey()));
    scene.settle();
    b.peerOf(r)
        .transmit(new Status(2, StatusCode.CIRCUIT_LIMIT, "not today", RelayMessage.Limits.NONE));
    scene.settle();
    assertRefused(r, statuses(r, a).getFirst(), StatusCode.TARGET_REFUSED, "not today");
  }

  @Test
  void aTargetThatTakesNoMoreSaysSo() {
    SceneNode r = relay(RelayOptions.builder());
    SceneNode b =
        scene.node("b", RelayOptions.builder().reachable(true).maxIncomingCircuits(1).build());
    scene.link(b, r);
    scene.settle();
    SceneNode a = scripted("a", r);
    assertThat(answerTo(a, r, 1, b).code()).isEqualTo(StatusCode.OK);
    Status second = answerTo(a, r, 3, b);
    assertThat(second.code()).isEqualTo(StatusCode.TARGET_REFUSED);
    assertThat(second.reason()).isEqualTo("too many circuits");
    assertThat(b.counted("kadlink.relay.refused", "request", "stop", "reason", "circuit_limit"))
        .isEqualTo(1);
  }

  @Test
  void aTargetThatDoesNotAnswerIsGivenUp() {
    SceneNode r = relay(RelayOptions.builder());
    SceneNode b = guest("b", r);
    SceneNode a = scripted("a", r);
    b.scripted = true;
    a.peerOf(r).transmit(new Hop(1, b.key.publicKey()));
    scene.pass(RelayService.TARGET_PATIENCE.minusSeconds(1));
    assertThat(statuses(r, a)).isEmpty();
    assertThat(r.circuits()).hasSize(1);
    scene.pass(Duration.ofSeconds(2));
    assertRefused(r, statuses(r, a).getFirst(), StatusCode.TARGET_SILENT, "");
    assertThat(r.peerOf(b).sent.getLast())
        .isEqualTo(new Close(2, CloseCode.CANCELLED, "no answer"));
    // Its answer after all comes too late, and breaks no rule.
    b.peerOf(r).transmit(new Status(2, StatusCode.OK, "", RelayMessage.Limits.NONE));
    scene.settle();
    assertThat(r.violations).isEmpty();
  }

  @Test
  void anInitiatorThatGivesUpFreesTheTarget() {
    SceneNode r = relay(RelayOptions.builder());
    SceneNode b = guest("b", r);
    SceneNode a = scripted("a", r);
    b.scripted = true;
    a.peerOf(r).transmit(new Hop(1, b.key.publicKey()));
    a.peerOf(r).transmit(new Close(1, CloseCode.CANCELLED, "changed my mind"));
    scene.settle();
    assertThat(r.circuits()).isEmpty();
    assertThat(r.peerOf(b).sent.getLast())
        .isEqualTo(new Close(2, CloseCode.CANCELLED, "changed my mind"));
  }

  @Test
  void circuitsAreLimitedInAll() {
    SceneNode r = relay(RelayOptions.builder().maxCircuits(2));
    SceneNode a = scripted("a", r);
    assertThat(answerTo(a, r, 1, guest("b", r)).code()).isEqualTo(StatusCode.OK);
    assertThat(answerTo(a, r, 3, guest("c", r)).code()).isEqualTo(StatusCode.OK);
    Status third = answerTo(a, r, 5, guest("d", r));
    assertThat(third.code()).isEqualTo(StatusCode.CIRCUIT_LIMIT);
    assertThat(third.reason()).isEqualTo("2 are open in all");
    a.peerOf(r).transmit(new Close(1, CloseCode.DONE, ""));
    scene.settle();
    assertThat(answerTo(a, r, 7, guest("e", r)).code()).isEqualTo(StatusCode.OK);
  }

  @Test
  void circuitsAreLimitedByPeerAtBothEnds() {
    SceneNode r = relay(RelayOptions.builder().maxCircuitsPerPeer(1));
    SceneNode b = guest("b", r);
    SceneNode c = guest("c", r);
    SceneNode a = scripted("a", r);
    SceneNode d = scripted("d", r);
    assertThat(answerTo(a, r, 1, b).code()).isEqualTo(StatusCode.OK);
    assertThat(answerTo(a, r, 3, c).reason()).isEqualTo("the initiator has 1");
    assertThat(answerTo(d, r, 1, b).reason()).isEqualTo("the target has 1");
    assertThat(answerTo(d, r, 3, c).code()).isEqualTo(StatusCode.OK);
  }

  @Test
  void reservationsAreLimitedAndFreedWithTheSession() {
    SceneNode r = relay(RelayOptions.builder().maxReservations(1));
    SceneNode b = guest("b", r);
    SceneNode c = guest("c", r);
    assertThat(b.relay().reachableThrough()).containsExactly(r.key.publicKey());
    assertThat(c.relay().reachableThrough()).isEmpty();
    assertThat(c.counted("kadlink.relay.refused.by", "request", "reserve")).isEqualTo(1);
    scene.cut(b, r);
    scene.pass(Reachability.REFUSAL_REST.plus(Reachability.REVIEW_PERIOD));
    assertThat(c.relay().reachableThrough()).containsExactly(r.key.publicKey());
  }

  @Test
  void requestsAreLimitedByTheMinute() {
    SceneNode r = relay(RelayOptions.builder().maxRequestsPerMinute(3));
    SceneNode absent = scene.dialOnly("absent");
    SceneNode a = scripted("a", r);
    SceneNode other = scripted("other", r);
    for (int circuit = 1; circuit < 7; circuit += 2) {
      assertThat(answerTo(a, r, circuit, absent).code()).isEqualTo(StatusCode.NO_SESSION);
    }
    assertThat(answerTo(a, r, 7, absent).code()).isEqualTo(StatusCode.RATE_LIMIT);
    assertThat(answerTo(other, r, 1, absent).code()).isEqualTo(StatusCode.NO_SESSION);
    scene.pass(Duration.ofSeconds(61));
    assertThat(answerTo(a, r, 9, absent).code()).isEqualTo(StatusCode.NO_SESSION);
  }

  @Test
  void aCircuitEndsAtItsByteLimitWithTheReason() {
    SceneNode r = relay(RelayOptions.builder().maxBytesPerCircuit(100_000));
    SceneNode b = guest("b", r);
    SceneNode a = scene.relay("a");
    scene.link(a, r);
    scene.pass(Reachability.ANNOUNCE_DELAY.multipliedBy(2));
    a.detour().open(Scene.discovered(b));
    scene.settle();
    assertThat(a.circuits().getFirst().limits().bytes()).isEqualTo(100_000);
    a.streams.getFirst().write(CircuitTest.pattern(50_000, 1));
    scene.settle();
    b.streams.getFirst().write(CircuitTest.pattern(49_000, 1));
    scene.settle();
    assertThat(r.circuits()).hasSize(1);
    a.streams.getFirst().write(CircuitTest.pattern(1_000, 1));
    scene.settle();
    for (SceneNode end : List.of(a, b)) {
      assertThat(end.streams.getFirst().closed)
          .contains("byte limit reached")
          .contains("100000 bytes are allowed")
          .contains(r.key.id().shortForm());
      assertThat(end.peerOf(r).isOver()).isFalse();
    }
    assertThat(r.circuits()).isEmpty();
    assertThat(r.counted("kadlink.relay.ended", "role", "relay", "reason", "byte_limit"))
        .isEqualTo(1);
  }

  @Test
  void aCircuitEndsAtItsTimeLimitWithTheReason() {
    SceneNode r = relay(RelayOptions.builder().maxCircuitTime(Duration.ofMinutes(30)));
    SceneNode b = guest("b", r);
    SceneNode a = scene.relay("a");
    scene.link(a, r);
    scene.pass(Reachability.ANNOUNCE_DELAY.multipliedBy(2));
    a.detour().open(Scene.discovered(b));
    scene.pass(Duration.ofMinutes(29));
    assertThat(r.circuits()).hasSize(1);
    scene.pass(Duration.ofMinutes(2));
    for (SceneNode end : List.of(a, b)) {
      assertThat(end.streams.getFirst().closed)
          .contains("time limit reached")
          .contains("1800 seconds are allowed");
      assertThat(end.circuits()).isEmpty();
    }
    assertThat(r.circuits()).isEmpty();
  }

  @Test
  void withoutLimitsACircuitStays() {
    SceneNode r = relay(RelayOptions.builder().maxCircuitTime(Duration.ZERO).maxBytesPerCircuit(0));
    SceneNode b = guest("b", r);
    SceneNode a = scripted("a", r);
    Status status = answerTo(a, r, 1, b);
    assertThat(status.limits()).isEqualTo(RelayMessage.Limits.NONE);
    scene.pass(Duration.ofDays(30));
    assertThat(r.circuits()).hasSize(1);
  }

  @Test
  void whatCannotBeDeliveredAfterACloseIsGivenUp() {
    SceneNode r = relay(RelayOptions.builder());
    SceneNode b = guest("b", r);
    SceneNode a = scripted("a", r);
    answerTo(a, r, 1, b);
    b.scripted = true; // and gives no credit
    for (int sent = 0; sent < RelayMessage.INITIAL_WINDOW; sent += RelayMessage.MAX_DATA_BYTES) {
      a.peerOf(r).transmit(new Data(1, Bytes.wrap(new byte[RelayMessage.MAX_DATA_BYTES])));
    }
    scene.settle(); // R has forwarded a window and given the credit back
    a.peerOf(r).transmit(new Data(1, Bytes.wrap(new byte[1000])));
    a.peerOf(r).transmit(new Close(1, CloseCode.DONE, "done"));
    scene.settle();
    assertThat(r.circuits()).singleElement().extracting(Circuit::waitingBytes).isEqualTo(1000L);
    scene.pass(Leg.DRAIN_LIMIT);
    assertThat(r.circuits()).isEmpty();
    assertThat(r.peerOf(b).sent.getLast()).isEqualTo(new Close(2, CloseCode.STALLED, "done"));
  }

  @Test
  void optionsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> RelayOptions.builder().maxCircuits(0).build())
        .hasMessageContaining("maxCircuits");
    assertThatThrownBy(() -> RelayOptions.builder().relaysWanted(4).build())
        .hasMessageContaining("relaysWanted");
    assertThatThrownBy(() -> RelayOptions.builder().maxBytesPerCircuit(-1).build())
        .hasMessageContaining("maxBytesPerCircuit");
    assertThatThrownBy(() -> RelayOptions.builder().maxCircuitTime(Duration.ofMillis(1)).build())
        .hasMessageContaining("maxCircuitTime");
  }
}
