package io.kadlink.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.Node;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.Echo;
import io.kadlink.server.testing.Pipe;
import io.kadlink.server.testing.TestNetwork;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** A session over a stream that a protocol provides is a session like any other. */
class AdoptedStreamTest {
  private static final PublicKey RELAY = NodeKey.generate().publicKey();
  private static final int WINDOW = 256 * 1024;

  private record Joined(Server a, Server b, Echo echoA, Echo echoB, Peer bSeenByA, Peer aSeenByB) {}

  private static Joined join(TestNetwork network, Pipe pipe) {
    Echo echoA = new Echo();
    Echo echoB = new Echo();
    Server a = network.server(options -> options.protocol(echoA).listen(false));
    Server b = network.server(options -> options.protocol(echoB).listen(false));
    CompletionStage<Peer> dialed =
        echoA.context().adopt(pipe.one(), Optional.of(b.record().publicKey()), RELAY);
    CompletionStage<Peer> accepted = echoB.context().adopt(pipe.two(), Optional.empty(), RELAY);
    return new Joined(a, b, echoA, echoB, Await.value(dialed), Await.value(accepted));
  }

  @Test
  void bothEndsArePeersMarkedWithTheirRelay() {
    try (Pipe pipe = new Pipe(WINDOW);
        TestNetwork network = new TestNetwork()) {
      Joined joined = join(network, pipe);

      assertThat(joined.bSeenByA.id()).isEqualTo(joined.b.id());
      assertThat(joined.bSeenByA.relay()).contains(RELAY);
      assertThat(joined.bSeenByA.inbound()).isFalse();
      assertThat(joined.aSeenByB.id()).isEqualTo(joined.a.id());
      assertThat(joined.aSeenByB.relay()).contains(RELAY);
      assertThat(joined.aSeenByB.inbound()).isTrue();
      assertThat(joined.a.peers()).containsExactly(joined.bSeenByA);

      joined.bSeenByA.send(joined.echoA, Echo.ASK, Bytes.of(5));
      Await.until("the answer is there", () -> !joined.echoA.received(Echo.ANSWER).isEmpty());
    }
  }

  @Test
  void largeMessagesPassThroughASmallWindow() {
    try (Pipe pipe = new Pipe(WINDOW);
        TestNetwork network = new TestNetwork()) {
      Joined joined = join(network, pipe);
      Bytes large = Bytes.random(3 * 1024 * 1024);

      for (int i = 0; i < 4; i++) {
        assertThat(joined.bSeenByA.send(joined.echoA, Echo.ASK, large)).isTrue();
      }

      Await.until("the answers are there", () -> joined.echoA.received(Echo.ANSWER).size() == 4);
      assertThat(joined.echoA.received(Echo.ANSWER)).allMatch(large::equals);
      assertThat(pipe.mostInFlight())
          .isLessThanOrEqualTo(WINDOW + 2 * StreamChannel.MAX_PIECE_BYTES);
    }
  }

  @Test
  void aGoodbyeTravelsThroughTheStream() {
    try (Pipe pipe = new Pipe(WINDOW);
        TestNetwork network = new TestNetwork()) {
      Joined joined = join(network, pipe);

      joined.a.close();

      Await.until("the other end knows", () -> joined.echoB.events().size() == 2);
      assertThat(joined.echoB.events().getLast())
          .isEqualTo(new Echo.Disconnected(joined.aSeenByB, DisconnectReason.CLIENT_QUITTING));
    }
  }

  @Test
  void whenTheStreamIsCutBothEndsLoseTheirPeer() {
    try (Pipe pipe = new Pipe(WINDOW);
        TestNetwork network = new TestNetwork()) {
      Joined joined = join(network, pipe);
      List<ServerEvent> events = new CopyOnWriteArrayList<>();
      joined.a.events(events::add);

      pipe.close();

      Await.until("both forgot it", () -> joined.a.peers().isEmpty() && joined.b.peers().isEmpty());
      Await.until("it is told why", () -> !events.isEmpty());
      assertThat(events)
          .singleElement()
          .isInstanceOfSatisfying(
              ServerEvent.PeerDisconnected.class,
              gone -> assertThat(gone.detail()).contains(Pipe.CUT));
      Await.until(
          "both protocols know", () -> joined.echoA.open() == 0 && joined.echoB.open() == 0);
    }
  }

  @Test
  void theWrongNodeAtTheFarEndIsNoPeer() {
    try (Pipe pipe = new Pipe(WINDOW);
        TestNetwork network = new TestNetwork()) {
      Echo echoA = new Echo();
      Echo echoB = new Echo();
      Server a = network.server(echoA);
      Server b = network.server(echoB);
      CompletionStage<Peer> dialed =
          echoA.context().adopt(pipe.one(), Optional.of(NodeKey.generate().publicKey()), RELAY);
      CompletionStage<Peer> accepted = echoB.context().adopt(pipe.two(), Optional.empty(), RELAY);

      Await.failure(accepted);
      Await.failure(dialed);
      assertThat(a.peers()).isEmpty();
      assertThat(b.peers()).isEmpty();
    }
  }

  @Test
  void aNodeThatCanNotBeDialedIsReachedByTheDetourThatOffersIt() {
    try (Pipe pipe = new Pipe(WINDOW);
        TestNetwork network = new TestNetwork()) {
      Echo echoA = new Echo();
      Echo echoB = new Echo();
      Server a = network.server(echoA);
      Server hidden = network.server(options -> options.protocol(echoB).listen(false));
      echoA.context().registerDetour(detour(pipe, echoA, echoB, hidden));
      Node node =
          new Node(
              hidden.record().publicKey(),
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 30303),
              0,
              Optional.of(hidden.record()));

      Peer peer = Await.value(a.connect(node));

      assertThat(peer.id()).isEqualTo(hidden.id());
      assertThat(peer.relay()).contains(RELAY);
    }
  }

  @Test
  void aDirectDialThatFailsIsFollowedByTheDetour() {
    try (Pipe pipe = new Pipe(WINDOW);
        TestNetwork network = new TestNetwork()) {
      Echo echoA = new Echo();
      Echo echoB = new Echo();
      Server a = network.server(echoA);
      Server hidden = network.server(options -> options.protocol(echoB).listen(false));
      echoA.context().registerDetour(detour(pipe, echoA, echoB, hidden));
      Server gone = network.server(new Echo());
      int deadPort = gone.enode().tcpPort();
      gone.close();

      Peer peer =
          Await.value(
              a.connect(new Enode(hidden.record().publicKey(), "127.0.0.1", deadPort, deadPort)));

      assertThat(peer.relay()).contains(RELAY);
    }
  }

  @Test
  void whenTheDetourFailsTheReasonNamesBothWays() {
    try (TestNetwork network = new TestNetwork()) {
      Echo echo = new Echo();
      Server a = network.server(echo);
      Server hidden = network.server(options -> options.protocol(new Echo()).listen(false));
      echo.context()
          .registerDetour(
              new Detour() {
                @Override
                public boolean offers(Node node) {
                  return true;
                }

                @Override
                public CompletionStage<Peer> open(Node node) {
                  return CompletableFuture.failedFuture(
                      new DialException("the relay 1234 knows no such node"));
                }
              });

      assertThat(Await.failure(a.connect(hidden.enode())))
          .hasMessageContaining("announces no TCP port")
          .hasMessageContaining("the relay 1234 knows no such node");
    }
  }

  private static Detour detour(Pipe pipe, Echo from, Echo to, Server target) {
    return new Detour() {
      @Override
      public boolean offers(Node node) {
        return node.id().equals(target.id());
      }

      @Override
      public CompletionStage<Peer> open(Node node) {
        CompletionStage<Peer> accepted = to.context().adopt(pipe.two(), Optional.empty(), RELAY);
        return from.context()
            .adopt(pipe.one(), Optional.of(node.publicKey()), RELAY)
            .thenCombine(accepted, (here, there) -> here);
      }
    };
  }
}
