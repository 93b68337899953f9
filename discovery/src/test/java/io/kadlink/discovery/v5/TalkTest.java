package io.kadlink.discovery.v5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.discovery.testing.V5Node;
import io.kadlink.discovery.v5.Message.TalkRequest;
import io.kadlink.discovery.v5.Message.TalkResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** Requests and responses of applications' own protocols. */
class TalkTest {
  private static final Bytes NAME = Talks.name("chat");

  private final V5Scene scene = new V5Scene();
  private final V5Node node = scene.node(1);
  private final V5Peer peer = scene.peer(node);
  private final List<Consumer<Bytes>> open = new ArrayList<>();
  private final List<Optional<Bytes>> answers = new ArrayList<>();

  private Bytes ask(Bytes protocol, Bytes request) {
    peer.send(new TalkRequest(V5Peer.ID, protocol, request));
    TalkResponse response = peer.receiveMessage(TalkResponse.class);
    assertThat(response.requestId()).isEqualTo(V5Peer.ID);
    return response.response();
  }

  @Test
  void anUnknownProtocolGetsAnEmptyResponse() {
    peer.makeSession();
    assertThat(ask(NAME, Bytes.of(1))).isEqualTo(Bytes.EMPTY);
  }

  @Test
  void aRegisteredProtocolIsAnsweredByItsHandlerUntilItIsTakenBack() {
    peer.makeSession();
    node.v5.registerTalk(
        "chat",
        (from, request, response) -> {
          assertThat(from.id()).isEqualTo(peer.id());
          assertThat(from.udp()).isEqualTo(peer.address);
          response.accept(Bytes.concatenate(request, Bytes.of(9)));
        });
    assertThat(ask(NAME, Bytes.of(1))).isEqualTo(Bytes.of(1, 9));
    assertThat(ask(Talks.name("chat2"), Bytes.of(1))).isEqualTo(Bytes.EMPTY);
    node.v5.unregisterTalk("chat");
    assertThat(ask(NAME, Bytes.of(1))).isEqualTo(Bytes.EMPTY);
  }

  @Test
  void protocolNamesAreAnyBytes() {
    peer.makeSession();
    node.v5.registerTalk("P\u000b\u00ff", (from, request, response) -> response.accept(request));
    assertThat(ask(Bytes.fromHexString("0x500bff"), Bytes.of(1))).isEqualTo(Bytes.of(1));
    assertThatThrownBy(() -> node.v5.registerTalk("\u0100", (from, request, response) -> {}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aHandlerMayAnswerLaterButOnlyOnce() {
    peer.makeSession();
    node.v5.registerTalk("chat", (from, request, response) -> open.add(response));
    peer.send(new TalkRequest(V5Peer.ID, NAME, Bytes.of(1)));
    assertThat(peer.receiveRaw()).isNull();
    open.get(0).accept(Bytes.of(5));
    open.get(0).accept(Bytes.of(6));
    assertThat(peer.receiveMessages()).containsExactly(new TalkResponse(V5Peer.ID, Bytes.of(5)));
  }

  @Test
  void aHandlerThatThrowsOrTakesTooLongOrSaysTooMuchGivesAnEmptyResponse() {
    peer.makeSession();
    node.v5.registerTalk(
        "chat",
        (from, request, response) -> {
          throw new IllegalStateException("broken on purpose");
        });
    assertThat(ask(NAME, Bytes.of(1))).isEqualTo(Bytes.EMPTY);
    node.v5.registerTalk(
        "chat",
        (from, request, response) ->
            response.accept(Bytes.wrap(new byte[DiscoveryV5.MAX_TALK_BYTES + 1])));
    assertThat(ask(NAME, Bytes.of(1))).isEqualTo(Bytes.EMPTY);
    node.v5.registerTalk("chat", (from, request, response) -> open.add(response));
    peer.send(new TalkRequest(V5Peer.ID, NAME, Bytes.of(1)));
    scene.network.time.pass(Talks.TIMEOUT.plusMillis(100));
    assertThat(peer.receiveMessage(TalkResponse.class).response()).isEqualTo(Bytes.EMPTY);
    open.get(0).accept(Bytes.of(5));
    assertThat(peer.receiveRaw()).isNull();
    assertThat(node.dropped("talk_failed")).isEqualTo(2);
  }

  @Test
  void aResponseMayBeAsLargeAsAPacketHolds() {
    peer.makeSession();
    Bytes largest = Bytes.wrap(new byte[DiscoveryV5.MAX_TALK_BYTES]);
    node.v5.registerTalk("chat", (from, request, response) -> response.accept(largest));
    assertThat(ask(NAME, Bytes.of(1))).isEqualTo(largest);
  }

  @Test
  void whatIsBeyondTheHandlersBoundGetsAnEmptyResponse() {
    V5Peer[] crowd = new V5Peer[8];
    node.v5.registerTalk("chat", (from, request, response) -> open.add(response));
    for (int i = 0; i < crowd.length; i++) {
      crowd[i] = scene.peer(node);
      crowd[i].makeSession();
    }
    for (int i = 0; i < Talks.MAX_PENDING; i++) {
      crowd[i % crowd.length].send(new TalkRequest(V5Peer.ID, NAME, Bytes.of(1)));
    }
    scene.network.time.pass(Duration.ofMillis(100));
    assertThat(open).hasSize(Talks.MAX_PENDING);
    crowd[0].send(new TalkRequest(V5Peer.ID, NAME, Bytes.of(1)));
    assertThat(crowd[0].receiveMessage(TalkResponse.class).response()).isEqualTo(Bytes.EMPTY);
    assertThat(node.dropped("talk_busy")).isEqualTo(1);
  }

  @Test
  void twoNodesTalk() {
    V5Node other = scene.node(2);
    other.v5.registerTalk("chat", (from, request, response) -> response.accept(request));
    Bytes largest = Bytes.wrap(new byte[DiscoveryV5.MAX_TALK_BYTES - NAME.size()]);
    node.v5.talk(other.contact(), "chat", largest, answers::add);
    node.v5.talk(other.contact(), "unknown", Bytes.of(1), answers::add);
    scene.network.time.pass(Duration.ofSeconds(1));
    assertThat(answers).containsExactlyInAnyOrder(Optional.of(largest), Optional.of(Bytes.EMPTY));
  }

  @Test
  void aRequestTooLargeForAHandshakeIsSentOnceThereIsASession() {
    int room = PacketCodec.MAX_HANDSHAKE_MESSAGE_BYTES;
    TalkRequest fits =
        new TalkRequest(Bytes.wrap(new byte[8]), NAME, Bytes.wrap(new byte[room - 21]));
    assertThat(MessageCodec.encode(fits)).hasSize(room);
    node.v5.talk(V5Scene.contact(peer), "chat", fits.request(), answers::add);
    assertThat(peer.acceptHandshake()).isInstanceOf(TalkRequest.class);

    V5Peer other = scene.peer(node);
    Bytes larger = Bytes.wrap(new byte[room - 20]);
    node.v5.talk(V5Scene.contact(other), "chat", larger, answers::add);
    Message.Ping ping = (Message.Ping) other.acceptHandshake();
    other.send(other.pong(ping));
    TalkRequest request = other.receiveMessage(TalkRequest.class);
    assertThat(request.request()).isEqualTo(larger);
    other.send(new TalkResponse(request.requestId(), Bytes.of(3)));
    scene.network.time.pass(Duration.ofMillis(100));
    assertThat(answers).containsExactly(Optional.of(Bytes.of(3)));
  }

  @Test
  void aRequestThatFitsNoPacketIsRefusedAtOnce() {
    Bytes tooLarge = Bytes.wrap(new byte[DiscoveryV5.MAX_TALK_BYTES - NAME.size() + 1]);
    assertThatThrownBy(() -> node.v5.talk(V5Scene.contact(peer), "chat", tooLarge, answers::add))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(answers).isEmpty();
  }
}
