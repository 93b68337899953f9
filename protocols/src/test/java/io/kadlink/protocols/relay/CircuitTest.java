package io.kadlink.protocols.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.relay.wire.CloseCode;
import io.kadlink.protocols.relay.wire.RelayMessage.Close;
import io.kadlink.protocols.relay.wire.RelayMessage.Data;
import io.kadlink.protocols.relay.wire.RelayMessage.Hop;
import io.kadlink.protocols.relay.wire.RelayMessage.Limits;
import io.kadlink.protocols.relay.wire.RelayMessage.Reserve;
import io.kadlink.protocols.relay.wire.RelayMessage.Status;
import io.kadlink.protocols.relay.wire.RelayMessage.Stop;
import io.kadlink.protocols.relay.wire.StatusCode;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.Peer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A and B have sessions with R; B is reachable through R only. */
class CircuitTest {
  private final Scene scene = new Scene();
  private final SceneNode r = scene.relay("r");
  private final SceneNode a = scene.dialOnly("a");
  private final SceneNode b = scene.dialOnly("b");

  @BeforeEach
  void joinTheRelay() {
    a.listens = false;
    b.listens = false;
    scene.link(a, r);
    scene.link(b, r);
    scene.pass(Reachability.ANNOUNCE_DELAY.multipliedBy(2));
  }

  private CompletableFuture<Peer> dial(SceneNode from, SceneNode to) {
    CompletableFuture<Peer> peer = from.detour().open(Scene.discovered(to)).toCompletableFuture();
    scene.settle();
    return peer;
  }

  @Test
  void theTwoEndsGetASessionMarkedWithItsRelay() {
    Peer peer = dial(a, b).join();
    assertThat(peer.id()).isEqualTo(b.key.id());
    assertThat(peer.relay()).contains(r.key.publicKey());
    assertThat(b.peer(a.key.id()).orElseThrow().relay()).contains(r.key.publicKey());
    assertThat(r.peer(a.key.id()).orElseThrow().relay()).isEmpty();
  }

  @Test
  void theMessagesOnBothLegsAreThoseOfTheSpecification() {
    a.peerOf(r).takeSent();
    r.peerOf(b).takeSent();
    dial(a, b).join();
    Limits limits = RelayOptions.listening().limits();
    assertThat(a.peerOf(r).sent.getFirst()).isEqualTo(new Hop(1, b.key.publicKey()));
    assertThat(r.peerOf(b).sent.getFirst()).isEqualTo(new Stop(2, a.key.publicKey(), limits));
    assertThat(b.peerOf(r).sent)
        .startsWith(new Reserve(true), new Status(2, StatusCode.OK, "", Limits.NONE));
    assertThat(r.peerOf(a).sent)
        .startsWith(
            new Status(0, StatusCode.OK, "", limits), new Status(1, StatusCode.OK, "", limits));
  }

  @Test
  void bytesArriveWholeAndInOrderInBothDirections() {
    dial(a, b).join();
    Bytes toB = pattern(100_000, 1);
    Bytes toA = pattern(70_001, 2);
    a.streams.getFirst().write(toB.slice(0, 17));
    a.streams.getFirst().write(toB.slice(17));
    b.streams.getFirst().write(toA);
    scene.settle();
    assertThat(b.streams.getFirst().received()).isEqualTo(toB);
    assertThat(a.streams.getFirst().received()).isEqualTo(toA);
  }

  @Test
  void theThreeNodesShowTheSameCircuit() {
    dial(a, b).join();
    a.streams.getFirst().write(Bytes.wrap(new byte[1000]));
    scene.settle();
    for (SceneNode node : List.of(a, r, b)) {
      assertThat(node.circuits())
          .singleElement()
          .satisfies(
              circuit -> {
                assertThat(circuit.initiator()).isEqualTo(a.key.id());
                assertThat(circuit.relay()).isEqualTo(r.key.id());
                assertThat(circuit.target()).isEqualTo(b.key.id());
                assertThat(circuit.bytesToTarget()).isEqualTo(1064);
                assertThat(circuit.bytesToInitiator()).isEqualTo(64);
                assertThat(circuit.waitingBytes()).isZero();
                assertThat(circuit.limits()).isEqualTo(RelayOptions.listening().limits());
              });
    }
    assertThat(a.circuits().getFirst().role()).isEqualTo(Circuit.Role.INITIATOR);
    assertThat(r.circuits().getFirst().role()).isEqualTo(Circuit.Role.RELAY);
    assertThat(b.circuits().getFirst().role()).isEqualTo(Circuit.Role.TARGET);
    assertThat(r.metrics.get("kadlink.relay.bytes").counter().count()).isEqualTo(1128);
    assertThat(r.metrics.get("kadlink.relay.circuits").tag("role", "relay").gauge().value())
        .isEqualTo(1);
  }

  @Test
  void whatWasWrittenBeforeACloseStillArrives() {
    dial(a, b).join();
    Bytes last = pattern(200_000, 3);
    a.streams.getFirst().write(last);
    a.streams.getFirst().close("that is all");
    scene.settle();
    assertThat(b.streams.getFirst().received()).isEqualTo(last);
    assertThat(b.streams.getFirst().closed).contains("that is all");
    assertNoCircuits();
    assertThat(r.counted("kadlink.relay.ended", "role", "relay", "reason", "done")).isEqualTo(1);
  }

  @Test
  void aCloseEndsBothDirections() {
    dial(a, b).join();
    b.streams.getFirst().close("enough");
    scene.settle();
    assertThat(a.streams.getFirst().closed).contains("enough").contains(r.key.id().shortForm());
    a.streams.getFirst().write(Bytes.of(1));
    scene.settle();
    assertNoCircuits();
    assertThat(b.violations).isEmpty();
    assertThat(r.violations).isEmpty();
  }

  @Test
  void closesThatCrossAreNoViolation() {
    dial(a, b).join();
    a.streams.getFirst().close("a leaves");
    b.streams.getFirst().close("b leaves");
    scene.settle();
    assertNoCircuits();
    assertThat(r.violations).isEmpty();
    assertThat(a.peerOf(r).isOver()).isFalse();
  }

  @Test
  void anEndCannotSpeakInTheRelaysName() {
    dial(a, b).join();
    a.peerOf(r).transmit(new Close(1, CloseCode.BYTE_LIMIT, "says a"));
    scene.settle();
    assertThat(b.streams.getFirst().closed).contains("closed by the other end").contains("says a");
  }

  @Test
  void whenTheRelayDiesBothSessionsEndWithItsName() {
    dial(a, b).join();
    a.peerOf(r).disconnect(DisconnectReason.NETWORK_ERROR);
    b.peerOf(r).disconnect(DisconnectReason.NETWORK_ERROR);
    scene.settle();
    String gone = "relay %s is gone (TCP subsystem error)".formatted(r.key.id().shortForm());
    assertThat(a.streams.getFirst().closed).isEqualTo(gone);
    assertThat(b.streams.getFirst().closed).isEqualTo(gone);
    assertThat(a.peer(b.key.id())).isEmpty();
    assertNoCircuits();
  }

  @Test
  void whenOneEndLeavesTheRelayTheOtherHearsWho() {
    dial(a, b).join();
    scene.cut(b, r);
    assertThat(a.streams.getFirst().closed)
        .contains("the other end's session with the relay is over")
        .contains(b.key.id().shortForm() + " left the relay");
    assertNoCircuits();
    assertThat(a.peerOf(r).isOver()).isFalse();
  }

  @Test
  void aRelayThatStopsSaysSo() {
    dial(a, b).join();
    r.protocol().stop();
    scene.settle();
    assertThat(a.streams.getFirst().closed).contains("relay is stopping");
    assertThat(b.streams.getFirst().closed).contains("relay is stopping");
    assertThat(dial(a, b)).isCompletedExceptionally();
    assertNoCircuits();
  }

  @Test
  void garbageInsideACircuitEndsThatCircuitOnly() {
    SceneNode c = scene.dialOnly("c");
    scene.link(c, r);
    scene.settle();
    dial(c, b).join();
    // A asks for a circuit and then says nothing that makes sense.
    a.scripted = true;
    a.peerOf(r).transmit(new Hop(1, b.key.publicKey()));
    scene.settle();
    a.peerOf(r).transmit(new Data(1, Bytes.repeat((byte) 0x5a, 64)));
    scene.settle();
    assertThat(b.circuits()).hasSize(1);
    assertThat(r.circuits()).hasSize(1);
    assertThat(b.peer(c.key.id())).isPresent();
    assertThat(b.peerOf(r).isOver()).isFalse();
    assertThat(a.peerOf(r).isOver()).isFalse();
  }

  @Test
  void circuitsOpenedByBothAtOnceSettleOnOneSession() {
    CompletableFuture<Peer> there = a.detour().open(Scene.discovered(b)).toCompletableFuture();
    CompletableFuture<Peer> back = b.detour().open(Scene.discovered(a)).toCompletableFuture();
    scene.settle();
    assertThat(there.join().id()).isEqualTo(b.key.id());
    assertThat(back.join().id()).isEqualTo(a.key.id());
    assertThat(a.peer(b.key.id())).isPresent();
    assertThat(b.peer(a.key.id())).isPresent();
  }

  @Test
  void twoDialsOfOneTargetAreOneCircuit() {
    CompletableFuture<Peer> first = a.detour().open(Scene.discovered(b)).toCompletableFuture();
    CompletableFuture<Peer> second = a.detour().open(Scene.discovered(b)).toCompletableFuture();
    scene.settle();
    assertThat(first.join()).isSameAs(second.join());
    assertThat(r.circuits()).hasSize(1);
  }

  @Test
  void aRelayThatBringsSomeoneElseIsFoundOut() {
    // R announces C, but the one who speaks is A.
    SceneNode c = scene.dialOnly("c");
    r.scripted = true;
    r.peerOf(b).transmit(new Stop(2, c.key.publicKey(), Limits.NONE));
    scene.settle();
    r.peerOf(b).transmit(new Data(2, a.key.publicKey().bytes()));
    scene.settle();
    assertThat(b.streams.getFirst().closed).contains("is not who was announced");
    assertThat(b.peer(a.key.id())).isEmpty();
    assertThat(b.circuits()).isEmpty();
  }

  private void assertNoCircuits() {
    for (SceneNode node : List.of(a, r, b)) {
      assertThat(node.circuits()).as("circuits of " + node).isEmpty();
    }
  }

  static Bytes pattern(int size, int seed) {
    byte[] bytes = new byte[size];
    new java.util.SplittableRandom(seed).nextBytes(bytes);
    return Bytes.wrap(bytes);
  }
}
