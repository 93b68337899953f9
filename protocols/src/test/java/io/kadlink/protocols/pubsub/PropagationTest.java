package io.kadlink.protocols.pubsub;

import static io.kadlink.protocols.pubsub.Scene.OTHER;
import static io.kadlink.protocols.pubsub.Scene.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.NodeKey;
import io.kadlink.protocols.pubsub.Scene.Remote;
import io.kadlink.protocols.pubsub.wire.Message;
import io.kadlink.protocols.pubsub.wire.Packet.Publish;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.time.Duration;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

class PropagationTest {
  private final NodeKey publisher = NodeKey.generate();

  @Test
  void aMessageIsDeliveredAndPassedOnToTheMeshButNotBack() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote a = scene.peer().subscribes(TOPIC).grafts(TOPIC);
    Remote b = scene.peer().subscribes(TOPIC).grafts(TOPIC);
    Remote outside = scene.peer().subscribes(TOPIC);
    Message message = scene.message(publisher, TOPIC, "rain");
    a.publishes(message);
    assertThat(scene.delivered).containsExactly(message);
    assertThat(b.hearsMessages()).containsExactly(message.id());
    assertThat(a.hearsMessages()).isEmpty();
    assertThat(outside.hearsMessages()).isEmpty();
    assertThat(scene.count("delivered")).isEqualTo(1);
    assertThat(scene.count("forwarded")).isEqualTo(1);
  }

  @Test
  void aMessageIsNotPassedToItsPublisher() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote publishing = scene.peer().subscribes(TOPIC).grafts(TOPIC);
    Remote between = scene.peer().subscribes(TOPIC).grafts(TOPIC);
    between.publishes(scene.message(publishing.key, TOPIC, "rain"));
    assertThat(scene.delivered).hasSize(1);
    assertThat(publishing.hearsMessages()).isEmpty();
  }

  @Test
  void aDuplicateIsDroppedAndNotPassedOn() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote a = scene.peer().subscribes(TOPIC).grafts(TOPIC);
    Remote b = scene.peer().subscribes(TOPIC).grafts(TOPIC);
    Message message = scene.message(publisher, TOPIC, "rain");
    a.publishes(message).publishes(message);
    b.publishes(message);
    assertThat(scene.delivered).containsExactly(message);
    assertThat(b.hearsMessages()).containsExactly(message.id());
    assertThat(scene.count("duplicates")).isEqualTo(2);
  }

  @Test
  void aTopicThatIsNotOursIsDropped() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    scene.peer().publishes(scene.message(publisher, OTHER, "war"));
    assertThat(scene.delivered).isEmpty();
    assertThat(scene.dropped(DropReason.NOT_SUBSCRIBED)).isEqualTo(1);
  }

  @Test
  void aForgedMessageBreaksTheProtocolAndLeavesTheTrueOneWelcome() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote forger = scene.peer().subscribes(TOPIC).grafts(TOPIC);
    Remote honest = scene.peer().subscribes(TOPIC).grafts(TOPIC);
    Message message = scene.message(publisher, TOPIC, "rain");
    Message forged =
        Message.received(
            message.publisher(),
            TOPIC,
            message.sequence(),
            message.payload(),
            forger.key.sign(message.id().bytes()));
    assertThat(forged.id()).isEqualTo(message.id());
    assertThatThrownBy(() -> forger.tries(new Publish(forged)))
        .isInstanceOfSatisfying(
            ProtocolViolation.class,
            e -> assertThat(e.reason()).isEqualTo(DisconnectReason.SUBPROTOCOL_ERROR))
        .hasMessageContaining("signature");
    assertThat(scene.dropped(DropReason.FORGED)).isEqualTo(1);
    assertThat(scene.delivered).isEmpty();
    assertThat(honest.hearsMessages()).isEmpty();
    honest.publishes(message);
    assertThat(scene.delivered).containsExactly(message);
  }

  @Test
  void malformedBytesAreCounted() {
    Scene scene = new Scene();
    Remote peer = scene.peer();
    assertThatThrownBy(
            () -> scene.pubSub.protocol().message(peer.peer, Publish.CODE, Bytes.of(1, 2)))
        .isInstanceOf(ProtocolViolation.class);
    assertThat(scene.dropped(DropReason.MALFORMED)).isEqualTo(1);
  }

  @Test
  void aCodeOfALaterRevisionIsIgnored() throws ProtocolViolation {
    Scene scene = new Scene();
    Remote peer = scene.peer();
    scene.pubSub.protocol().message(peer.peer, 0x0a, Bytes.of(1, 2));
    assertThat(scene.dropped(DropReason.UNKNOWN_CODE)).isEqualTo(1);
  }

  @Test
  void aReplayIsDroppedBeforeAndAfterTheSeenCacheForgets() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote replaying = scene.peer().subscribes(TOPIC);
    Message message = scene.message(publisher, TOPIC, "rain");
    for (int second = 0; second < 300; second++) {
      replaying.publishes(message);
      scene.heartbeats(1);
    }
    assertThat(scene.delivered).containsExactly(message);
    assertThat(scene.count("duplicates")).isPositive();
    assertThat(scene.dropped(DropReason.EXPIRED)).isPositive();
  }

  @Test
  void aMessageFromAheadOfTimeIsDeliveredOnceAlsoWhenItIsReplayedToTheLast() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote peer = scene.peer().subscribes(TOPIC);
    long now = Propagation.micros(scene.network.loop().now());
    Message early = Message.sign(publisher, TOPIC, now + 30_000_000, Bytes.of(1));
    Message tooEarly = Message.sign(publisher, TOPIC, now + 30_000_001, Bytes.of(2));
    peer.publishes(early).publishes(tooEarly);
    assertThat(scene.delivered).containsExactly(early);
    assertThat(scene.dropped(DropReason.AHEAD)).isEqualTo(1);
    for (int second = 0; second < 180; second++) {
      peer.publishes(early);
      scene.heartbeats(1);
    }
    assertThat(scene.delivered).containsExactly(early);
    peer.publishes(Message.sign(publisher, TOPIC, -1, Bytes.of(3)));
    assertThat(scene.dropped(DropReason.AHEAD)).isEqualTo(2);
  }

  @Test
  void anOwnMessageFromBeforeARestartIsNotTakenForNew() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    scene.peer().publishes(scene.message(scene.node.key(), TOPIC, "rain"));
    assertThat(scene.delivered).isEmpty();
    assertThat(scene.dropped(DropReason.OWN)).isEqualTo(1);
  }

  @Test
  void theSeenCacheIsBoundedByCount() {
    Scene scene = new Scene(PubSubOptions.builder().maxSeen(10));
    scene.subscribe(TOPIC);
    Remote peer = scene.peer().subscribes(TOPIC);
    Message first = scene.message(publisher, TOPIC, "0");
    peer.publishes(first);
    for (int i = 1; i <= 10; i++) {
      peer.publishes(scene.message(publisher, TOPIC, "" + i));
    }
    peer.publishes(first);
    assertThat(scene.delivered).hasSize(12);
  }

  @Test
  void aSubscriberThatFailsDoesNotKeepTheMessageFromOthers() {
    Scene scene = new Scene();
    scene.pubSub.subscribe(
        TOPIC,
        message -> {
          throw new IllegalStateException("no umbrella");
        });
    scene.subscribe(TOPIC);
    Remote a = scene.peer().subscribes(TOPIC).grafts(TOPIC);
    Remote b = scene.peer().subscribes(TOPIC).grafts(TOPIC);
    a.publishes(scene.message(publisher, TOPIC, "rain"));
    assertThat(scene.delivered).hasSize(1);
    assertThat(b.hearsMessages()).hasSize(1);
    assertThat(scene.dropped(DropReason.CONSUMER_ERROR)).isEqualTo(1);
  }

  @Test
  void aClosedSubscriptionGetsNothingMore() {
    Scene scene = new Scene();
    Subscription subscription = scene.subscribe(TOPIC);
    Remote peer = scene.peer().subscribes(TOPIC);
    peer.publishes(scene.message(publisher, TOPIC, "rain"));
    subscription.close();
    peer.publishes(scene.message(publisher, TOPIC, "sun"));
    assertThat(scene.delivered).hasSize(1);
  }

  @Test
  void aMessageForASessionThatDoesNotTakeItIsCounted() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote a = scene.peer().subscribes(TOPIC).grafts(TOPIC);
    Remote stuck = scene.peer().subscribes(TOPIC).grafts(TOPIC);
    stuck.peer.setFull(true);
    a.publishes(scene.message(publisher, TOPIC, "rain"));
    assertThat(scene.dropped(DropReason.PEER_QUEUE_FULL)).isEqualTo(1);
    assertThat(scene.count("forwarded")).isZero();
  }

  @Test
  void messagesReachTheOldMeshNotThosePrunedOrGone() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    List<Remote> peers =
        scene.subscribers(3, TOPIC).stream().map(peer -> peer.grafts(TOPIC)).toList();
    peers.get(1).disconnects();
    peers.get(1).hears();
    scene.heartbeats(1);
    peers.get(0).publishes(scene.message(publisher, TOPIC, "rain"));
    assertThat(peers.get(1).hears()).isEmpty();
    assertThat(peers.get(2).hearsMessages()).hasSize(1);
    scene.network.loop().advance(Duration.ofSeconds(10));
  }
}
