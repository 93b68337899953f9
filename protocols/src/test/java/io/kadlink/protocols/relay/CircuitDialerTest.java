package io.kadlink.protocols.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.discovery.Node;
import io.kadlink.protocols.relay.wire.AnnouncedRelay;
import io.kadlink.protocols.relay.wire.CloseCode;
import io.kadlink.protocols.relay.wire.RelayMessage.Close;
import io.kadlink.protocols.relay.wire.RelayMessage.Reserve;
import io.kadlink.server.Peer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reaching a node by what its record announces, also when the record is out of date. */
class CircuitDialerTest {
  private final Scene scene = new Scene();
  private final SceneNode a = scene.relay("a");
  private final SceneNode b = scene.dialOnly("b");
  private final SceneNode r1 = scene.relay("r1");
  private final SceneNode r2 = scene.relay("r2");

  private void announceBoth() {
    b.listens = false;
    scene.link(b, r1);
    scene.link(b, r2);
    scene.pass(Reachability.ANNOUNCE_DELAY.multipliedBy(2));
    assertThat(AnnouncedRelay.of(b.localRecord())).hasSize(2);
  }

  private CompletableFuture<Peer> dial(Node node) {
    CompletableFuture<Peer> peer = a.detour().open(node).toCompletableFuture();
    scene.settle();
    return peer;
  }

  @Test
  void aRelayWithoutASessionIsDialedFirst() {
    announceBoth();
    assertThat(dial(Scene.discovered(b)).join().relay()).contains(r1.key.publicKey());
    assertThat(a.peer(r1.key.id())).isPresent();
    assertThat(a.peer(r2.key.id())).isEmpty();
  }

  @Test
  void theSessionThereIsIsUsed() {
    announceBoth();
    scene.link(r1, a);
    scene.settle();
    assertThat(dial(Scene.discovered(b)).join().relay()).contains(r1.key.publicKey());
  }

  @Test
  void aRelayThatLostTheTargetIsFollowedByTheNext() {
    announceBoth();
    Node stale = Scene.discovered(b);
    scene.cut(b, r1);
    assertThat(dial(stale).join().relay()).contains(r2.key.publicKey());
  }

  @Test
  void aRelayThatCannotBeDialedIsFollowedByTheNext() {
    announceBoth();
    r1.listens = false;
    assertThat(dial(Scene.discovered(b)).join().relay()).contains(r2.key.publicKey());
  }

  @Test
  void whenNoneWorksTheFailureNamesEachAndWhy() {
    announceBoth();
    Node stale = Scene.discovered(b);
    r1.listens = false;
    scene.cut(b, r2);
    CompletableFuture<Peer> peer = dial(stale);
    assertThatThrownBy(peer::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(CircuitException.class)
        .hasMessage(
            "%s can't be reached through its relays: %s at %s:30303: connection refused; %s at %s:30303: no session with target"
                .formatted(
                    b.key.id().shortForm(),
                    r1.key.id().shortForm(),
                    r1.endpoint().getAddress().getHostAddress(),
                    r2.key.id().shortForm(),
                    r2.endpoint().getAddress().getHostAddress()));
    assertThat(a.counted("kadlink.relay.refused.by", "request", "hop", "reason", "no_session"))
        .isEqualTo(1);
  }

  @Test
  void aRelayThatDoesNotSpeakTheProtocolIsNamed() {
    announceBoth();
    r1.speaksRelay = false;
    r2.listens = false;
    assertThatThrownBy(dial(Scene.discovered(b))::join)
        .hasMessageContaining("does not speak relay/1");
  }

  @Test
  void aRelayThatDoesNotAnswerIsGivenUpAndToldSo() {
    announceBoth();
    scene.link(a, r1);
    scene.settle();
    r1.scripted = true;
    CompletableFuture<Peer> peer = dial(Scene.discovered(b));
    assertThat(peer).isNotDone();
    scene.pass(CircuitEnds.RELAY_PATIENCE.plusSeconds(1));
    assertThat(peer.join().relay()).contains(r2.key.publicKey());
    assertThat(a.peerOf(r1).sent.getLast())
        .isEqualTo(new Close(1, CloseCode.CANCELLED, "no answer in 7 s"));
  }

  @Test
  void aSessionThatFailsInsideTheCircuitIsAReasonToGoOn() {
    announceBoth();
    b.refusesSessions = "too many peers";
    CompletableFuture<Peer> peer = dial(Scene.discovered(b));
    assertThatThrownBy(peer::join).hasMessageContaining("too many peers");
    assertThat(b.streams).hasSize(2);
    assertThat(a.circuits()).isEmpty();
    assertThat(r1.circuits()).isEmpty();
  }

  @Test
  void aNodeThatAnnouncesNothingOrOnlyUsIsNoneOfOurs() {
    assertThat(a.detour().offers(Scene.discovered(b))).isFalse();
    assertThatThrownBy(dial(Scene.discovered(b))::join).hasMessageContaining("announces no relay");
    b.updateRecord(
        record ->
            record.entry(
                AnnouncedRelay.ENTRY,
                AnnouncedRelay.encode(
                    List.of(new AnnouncedRelay(a.key.publicKey(), a.endpoint())))));
    assertThat(a.detour().offers(Scene.discovered(b))).isFalse();
    announceBoth();
    assertThat(a.detour().offers(Scene.discovered(b))).isTrue();
  }

  @Test
  void aRelayThatGaveTheReservationUpIsStale() {
    announceBoth();
    b.peerOf(r1).transmit(new Reserve(false));
    r2.listens = false;
    assertThatThrownBy(dial(Scene.discovered(b))::join)
        .hasMessageContaining("target holds no reservation");
  }

  @Test
  void aTargetThatCallsUsMeanwhileIsReached() {
    announceBoth();
    b.refusesSessions = "busy";
    r1.listens = false;
    CompletableFuture<Peer> peer = a.detour().open(Scene.discovered(b)).toCompletableFuture();
    scene.pass(Duration.ofMillis(4));
    scene.link(b, a);
    scene.settle();
    assertThat(peer.join().id()).isEqualTo(b.key.id());
    assertThat(peer.join().relay()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "203.0.113.1, 198.51.100.1, true",
    "203.0.113.1, 10.0.0.1, true",
    "10.0.0.1, 10.0.0.2, true",
    "127.0.0.1, 127.0.0.1, true",
    "10.0.0.1, 198.51.100.1, false",
    "127.0.0.1, 198.51.100.1, false",
    "127.0.0.1, 10.0.0.1, false",
    "169.254.1.1, 198.51.100.1, false",
    "0.0.0.0, 127.0.0.1, false",
    "224.0.0.1, 127.0.0.1, false",
    "::1, 2001:db8::1, false",
    "fd00::1, 2001:db8::1, false",
    "fd00::1, fd00::2, true",
    "2001:db8::1, 198.51.100.1, true"
  })
  void aNodeInTheWorldDoesNotSendUsIntoOurOwnNetwork(
      String relay, String announcer, boolean plausible) throws Exception {
    Node node =
        new Node(
            b.key.publicKey(),
            new InetSocketAddress(InetAddress.getByName(announcer), 30303),
            0,
            Optional.of(
                b.localRecord().toBuilder()
                    .entry(
                        AnnouncedRelay.ENTRY,
                        AnnouncedRelay.encode(
                            List.of(
                                new AnnouncedRelay(
                                    r1.key.publicKey(),
                                    new InetSocketAddress(InetAddress.getByName(relay), 30303)))))
                    .sign(b.key)));
    assertThat(a.detour().offers(node)).isEqualTo(plausible);
  }
}
