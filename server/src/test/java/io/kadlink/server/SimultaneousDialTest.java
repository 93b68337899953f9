package io.kadlink.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.Echo;
import io.kadlink.server.testing.TestNetwork;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** Two nodes that dial each other at the same moment end up with one session, never none or two. */
class SimultaneousDialTest {
  private static final int ROUNDS = 150;

  @Test
  void bothDialsSettleOnOneSession() {
    try (TestNetwork network = new TestNetwork()) {
      Echo echoA = new Echo();
      Echo echoB = new Echo();
      Server a = network.server(echoA);
      Server b = network.server(echoB);
      List<ServerEvent> events = new CopyOnWriteArrayList<>();
      a.events(events::add);
      b.events(events::add);

      for (int round = 0; round < ROUNDS; round++) {
        CompletionStage<Peer> fromA = a.connect(b.enode());
        CompletionStage<Peer> fromB = b.connect(a.enode());
        Peer bSeenByA = Await.value(fromA);
        Peer aSeenByB = Await.value(fromB);

        assertThat(bSeenByA.inbound()).isNotEqualTo(aSeenByB.inbound());
        bSeenByA.send(echoA, Echo.ASK, Bytes.ofUnsignedInt(round));
        int answers = round + 1;
        Await.until("the session works", () -> echoA.received(Echo.ANSWER).size() == answers);
        assertThat(a.peers()).containsExactly(bSeenByA);
        assertThat(b.peers()).containsExactly(aSeenByB);

        Await.until(
            "the other dial is over",
            () -> Await.value(a.dialsRunning()) + Await.value(b.dialsRunning()) == 0);
        Await.value(bSeenByA.disconnect(DisconnectReason.REQUESTED));
        Await.until("both forgot it", () -> a.peers().isEmpty() && b.peers().isEmpty());
      }

      assertThat(events.stream().filter(ServerEvent.PeerConnected.class::isInstance))
          .as("each round has one session, seen from two sides")
          .hasSize(2 * ROUNDS);
      Await.until("both protocols know", () -> echoA.open() == 0 && echoB.open() == 0);
    }
  }

  @Test
  void staticNodesOfEachOtherSettleOnOneSessionThatStays() {
    try (TestNetwork network = new TestNetwork()) {
      for (int round = 0; round < 15; round++) {
        Server a = network.server(new Echo());
        Server b = network.server(new Echo());
        List<ServerEvent> events = new CopyOnWriteArrayList<>();
        a.events(events::add);
        b.events(events::add);

        a.addStaticNode(b.enode());
        b.addStaticNode(a.enode());

        Peer peer = network.peer(a, b);
        network.peer(b, a);
        Await.holds(
            "nothing is disconnected or connected again",
            Duration.ofMillis(150),
            () ->
                events.stream().filter(ServerEvent.PeerConnected.class::isInstance).count() <= 2
                    && events.stream().noneMatch(ServerEvent.PeerDisconnected.class::isInstance)
                    && a.peer(b.id()).equals(java.util.Optional.of(peer)));
        a.close();
        b.close();
      }
    }
  }

  @Test
  void manyNodesThatAllDialEachOtherHaveOneSessionForEachPair() {
    try (TestNetwork network = new TestNetwork()) {
      List<Server> servers =
          java.util.stream.IntStream.range(0, 6).mapToObj(i -> network.server(new Echo())).toList();
      for (Server from : servers) {
        for (Server to : servers) {
          if (from != to) {
            from.addStaticNode(to.enode());
          }
        }
      }
      Await.until("all are connected", () -> servers.stream().allMatch(s -> s.peers().size() == 5));
      for (Server from : servers) {
        for (Peer peer : from.peers()) {
          Server to =
              servers.stream().filter(s -> s.id().equals(peer.id())).findFirst().orElseThrow();
          assertThat(to.peer(from.id()).orElseThrow().inbound()).isNotEqualTo(peer.inbound());
        }
      }
    }
  }
}
