package io.kadlink.protocols.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.Node;
import io.kadlink.identity.Enode;
import io.kadlink.protocols.relay.RelayNetwork.Member;
import io.kadlink.protocols.relay.wire.RelayCodec;
import io.kadlink.protocols.relay.wire.RelayMessage;
import io.kadlink.protocols.relay.wire.RelayMessage.Data;
import io.kadlink.protocols.relay.wire.RelayMessage.Hop;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.Server;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.Echo;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real servers, real handshakes: sessions between nodes that can't dial each other. */
class RelayedSessionTest {
  private final RelayNetwork network = new RelayNetwork();

  @AfterEach
  void stop() {
    network.close();
  }

  @Test
  void twoNodesThatOnlyDialMeetThroughARelay() {
    Member r = network.relay();
    Member a = network.hidden();
    Member b = network.hidden();
    network.join(r, a, b);

    Peer peer = network.dial(a, b);

    assertThat(peer.id()).isEqualTo(b.server.id());
    assertThat(peer.relay()).contains(r.server.record().publicKey());
    assertThat(peer.inbound()).isFalse();
    Await.until("b has its peer", () -> b.server.peer(a.server.id()).isPresent());
    Peer back = b.server.peer(a.server.id()).orElseThrow();
    assertThat(back.relay()).contains(r.server.record().publicKey());
    assertThat(back.inbound()).isTrue();
    RelayNetwork.echo(a, b, CircuitTest.pattern(100_000, 1));
    RelayNetwork.echo(b, a, CircuitTest.pattern(100_000, 2));
  }

  @Test
  void aListeningNodeReachesANodeThatOnlyDialsThroughItsRelay() {
    Member r = network.relay();
    Member b = network.hidden();
    network.join(r, b);
    Member listening = network.relay(); // has never heard of R

    Peer peer = network.dial(listening, b);

    assertThat(peer.relay()).contains(r.server.record().publicKey());
    assertThat(listening.server.peer(r.server.id())).isPresent();
    RelayNetwork.echo(listening, b, Bytes.of(1, 2, 3));
  }

  @Test
  void nodesThatOnlyDialFindEachOtherByThemselves() {
    Member r =
        network.relay(
            RelayOptions.listening(), options -> options.discovery(true).discoveryPort(0));
    Enode bootnode = r.server.enode();
    Member a =
        network.hidden(options -> options.discovery(true).discoveryPort(0).bootnodes(bootnode));
    Member b =
        network.hidden(options -> options.discovery(true).discoveryPort(0).bootnodes(bootnode));

    Await.until(
        "a and b have a session",
        Duration.ofSeconds(60),
        () -> a.server.peer(b.server.id()).isPresent() && b.server.peer(a.server.id()).isPresent());

    assertThat(a.server.peer(b.server.id()).orElseThrow().relay())
        .contains(r.server.record().publicKey());
    RelayNetwork.echo(a, b, Bytes.of(1));
  }

  @Test
  void theRelaySeesCiphertextOnly() {
    Member r = network.relay();
    Member a = network.hidden();
    Member b = network.hidden();
    network.join(r, a, b);
    network.dial(a, b);
    Bytes marker = CircuitTest.pattern(64, 7); // random: compression leaves it as it is

    RelayNetwork.echo(a, b, marker);

    assertThat(b.echo.received(Echo.ASK)).contains(marker);
    Bytes all = Bytes.concatenate(r.passed.toArray(new Bytes[0]));
    assertThat(all.size()).isGreaterThan(500); // both handshakes and more went by
    assertThat(all.toUnprefixedHexString())
        .doesNotContain(marker.slice(0, 16).toUnprefixedHexString());
    // What the relay is told in the clear can be found this way: whom the circuit is for.
    assertThat(all.toUnprefixedHexString()).contains(b.server.record().publicKey().toString());
  }

  @Test
  void fiftyMegabytesPassWithLittleInTheRelay() {
    Member r = network.relay();
    Member a = network.hidden();
    Member b = network.hidden();
    network.join(r, a, b);
    Peer peer = network.dial(a, b);
    Bytes piece = CircuitTest.pattern(1 << 20, 5);
    int pieces = 50;
    AtomicBoolean done = new AtomicBoolean();
    List<Long> waiting = new CopyOnWriteArrayList<>();
    Thread watcher =
        Thread.ofVirtual()
            .start(
                () -> {
                  while (!done.get()) {
                    long pending =
                        r.server.peers().stream().mapToLong(Peer::pendingBytes).max().orElse(0);
                    long queued =
                        r.circuits().stream().mapToLong(Circuit::waitingBytes).max().orElse(0);
                    waiting.add(Math.max(pending, queued));
                  }
                });

    for (int sent = 0; sent < pieces; sent++) {
      int inFlight = sent - 4;
      Await.until(
          "there is room",
          () ->
              b.echo.received(Echo.ANSWER).size() >= inFlight
                  && peer.send(a.echo, Echo.ANSWER, piece));
    }
    Await.until("all is there", () -> b.echo.received(Echo.ANSWER).size() == pieces);
    done.set(true);
    try {
      watcher.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }

    assertThat(b.echo.received(Echo.ANSWER)).allMatch(piece::equals);
    assertThat(waiting).isNotEmpty();
    assertThat(waiting.stream().mapToLong(Long::longValue).max().orElseThrow())
        .isLessThanOrEqualTo(Outlet.HIGH_WATER_BYTES + 2 * RelayMessage.INITIAL_WINDOW);
    assertThat(r.circuits().getFirst().bytesToTarget()).isGreaterThan(50L << 20);
  }

  @Test
  void whenTheRelayIsGoneSoAreTheSessionsItCarried() {
    Member r = network.relay();
    Member a = network.hidden();
    Member b = network.hidden();
    network.join(r, a, b);
    network.dial(a, b);
    Await.until("b has its peer", () -> b.server.peer(a.server.id()).isPresent());

    r.server.close();

    Await.until("a lost b", () -> a.lost(b).isPresent());
    Await.until("b lost a", () -> b.lost(a).isPresent());
    assertThat(a.lost(b).orElseThrow().reason()).isEqualTo(DisconnectReason.NETWORK_ERROR);
    assertThat(b.lost(a).orElseThrow().reason()).isEqualTo(DisconnectReason.NETWORK_ERROR);
    assertThat(a.circuits()).isEmpty();
    assertThat(b.circuits()).isEmpty();
  }

  @Test
  void aNodeThatIsNotThereIsRefusedWithTheReason() {
    Member r = network.relay();
    Member a = network.hidden();
    Member b = network.hidden();
    network.join(r, a, b);
    Node stale = b.discovered();
    b.server.close();
    Await.until("r lost b", () -> r.server.peer(b.server.id()).isEmpty());

    CompletionStage<Peer> dial = a.server.connect(stale);

    assertThat(Await.failure(dial))
        .hasMessageContaining(r.server.id().shortForm())
        .hasMessageContaining("no session with target");
    assertThat(a.server.peer(r.server.id())).isPresent();
  }

  @Test
  void aCircuitOverItsByteLimitEndsAndTheSessionsWithTheRelayStay() {
    Member r = network.relay(RelayOptions.builder().maxBytesPerCircuit(200_000).build());
    Member a = network.hidden();
    Member b = network.hidden();
    network.join(r, a, b);
    Peer peer = network.dial(a, b);

    peer.send(a.echo, Echo.ANSWER, CircuitTest.pattern(300_000, 1));

    Await.until("a lost b", () -> a.lost(b).isPresent());
    Await.until("b lost a", () -> b.lost(a).isPresent());
    assertThat(r.circuits()).isEmpty();
    assertThat(a.server.peer(r.server.id())).isPresent();
    assertThat(b.server.peer(r.server.id())).isPresent();
  }

  @Test
  void dialsFromBothSidesAtOnceSettleOnOneSession() {
    Member r = network.relay();
    Member a = network.hidden();
    Member b = network.hidden();
    network.join(r, a, b);
    for (int round = 0; round < 5; round++) {
      CompletionStage<Peer> there = a.server.connect(b.discovered());
      CompletionStage<Peer> back = b.server.connect(a.discovered());
      Await.value(there);
      Await.value(back);
      Await.until("one circuit is left", () -> r.circuits().size() == 1);
      RelayNetwork.echo(a, b, Bytes.of(round));
      RelayNetwork.echo(b, a, Bytes.of(round));
      a.server.peer(b.server.id()).orElseThrow().disconnect(DisconnectReason.REQUESTED);
      Await.until(
          "both are apart",
          () ->
              a.server.peer(b.server.id()).isEmpty()
                  && b.server.peer(a.server.id()).isEmpty()
                  && r.circuits().isEmpty());
    }
  }

  @Test
  void garbageInACircuitEndsThatCircuitAlone() {
    Member r = network.relay();
    Member a = network.hidden();
    Member b = network.hidden();
    network.join(r, a, b);
    network.dial(a, b);
    RawRelay raw = new RawRelay();
    Server liar = network.server(raw);
    Peer toRelay = Await.value(liar.connect(r.server.enode()));

    raw.say(toRelay, new Hop(1, b.server.record().publicKey()));
    Await.until("the circuit is open", () -> r.circuits().size() == 2 && !raw.heard.isEmpty());
    raw.say(toRelay, new Data(1, Bytes.repeat((byte) 0x5a, 1000)));

    Await.until("it is closed", () -> r.circuits().size() == 1);
    Await.until("its end is told", () -> raw.heard.getLast() instanceof RelayMessage.Close);
    assertThat(r.server.peer(liar.id())).isPresent();
    RelayNetwork.echo(a, b, Bytes.of(4, 5, 6));
  }

  @Test
  void aGoodbyeGoesThroughTheCircuit() {
    Member r = network.relay();
    Member a = network.hidden();
    Member b = network.hidden();
    network.join(r, a, b);
    network.dial(a, b);
    Await.until("b has its peer", () -> b.server.peer(a.server.id()).isPresent());

    a.server.close();

    Await.until("b lost a", () -> b.lost(a).isPresent());
    assertThat(b.lost(a).orElseThrow().reason()).isEqualTo(DisconnectReason.CLIENT_QUITTING);
    Await.until("the circuit is gone", () -> r.circuits().isEmpty());
  }

  /** Speaks relay/1 as the test says. */
  private static final class RawRelay implements Protocol {
    final List<RelayMessage> heard = new CopyOnWriteArrayList<>();

    @Override
    public String name() {
      return "relay";
    }

    @Override
    public int version() {
      return 1;
    }

    @Override
    public int messageCount() {
      return RelayCodec.MESSAGE_COUNT;
    }

    void say(Peer peer, RelayMessage message) {
      peer.send(this, RelayCodec.code(message), RelayCodec.encode(message));
    }

    @Override
    public void message(Peer peer, int code, Bytes payload) throws ProtocolViolation {
      heard.add(RelayCodec.decode(code, payload));
    }
  }
}
