package io.kadlink.protocols.pubsub;

import static io.kadlink.protocols.pubsub.Scene.OTHER;
import static io.kadlink.protocols.pubsub.Scene.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.Signature;
import io.kadlink.protocols.pubsub.Scene.Remote;
import io.kadlink.protocols.pubsub.wire.Message;
import io.kadlink.protocols.pubsub.wire.MessageId;
import io.kadlink.protocols.pubsub.wire.Packet;
import io.kadlink.protocols.pubsub.wire.Packet.Announcement;
import io.kadlink.protocols.pubsub.wire.Packet.Change;
import io.kadlink.protocols.pubsub.wire.Packet.Graft;
import io.kadlink.protocols.pubsub.wire.Packet.IHave;
import io.kadlink.protocols.pubsub.wire.Packet.IWant;
import io.kadlink.protocols.pubsub.wire.Packet.Prune;
import io.kadlink.protocols.pubsub.wire.Packet.Pruned;
import io.kadlink.protocols.pubsub.wire.Packet.Publish;
import io.kadlink.protocols.pubsub.wire.Packet.Subscriptions;
import io.kadlink.protocols.pubsub.wire.Topic;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A crowd that says anything, in any order, while two honest peers do what they should. */
class HostilePeersTest {
  private static final int ROUNDS = 30;
  private static final int CROWD = 15;
  private static final NodeKey STRANGER = NodeKey.generate();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whatACrowdSaysNeitherBreaksTheNodeNorKeepsHonestMessagesOut(long seed) {
    Scene scene = new Scene(PubSubOptions.builder(), seed);
    Random random = new Random(seed);
    scene.subscribe(TOPIC);
    Remote publishing = scene.peer().subscribes(TOPIC).grafts(TOPIC);
    Remote listening = scene.peer().subscribes(TOPIC).grafts(TOPIC);
    List<Remote> crowd = new ArrayList<>();
    Set<MessageId> honest = new HashSet<>();
    Set<MessageId> passedOn = new HashSet<>();
    int thrownOut = 0;
    for (int round = 0; round < ROUNDS; round++) {
      while (crowd.size() < CROWD) {
        crowd.add(scene.inboundPeer());
      }
      Message truth = scene.message(publishing.key, TOPIC, "round " + round);
      for (Remote hostile : List.copyOf(crowd)) {
        try {
          for (int i = 0; i < 10; i++) {
            hostile.tries(anything(scene, random, truth));
          }
        } catch (ProtocolViolation e) {
          thrownOut++;
          hostile.disconnects();
          crowd.remove(hostile);
        }
        if (random.nextInt(20) == 0 && crowd.remove(hostile)) {
          hostile.disconnects();
        }
      }
      publishing.publishes(truth);
      honest.add(truth.id());
      scene.heartbeats(1);
      passedOn.addAll(listening.hearsMessages());
      var mesh = scene.pubSub.mesh(TOPIC);
      scene.settle();
      assertThat(mesh.toCompletableFuture().join())
          .hasSizeLessThanOrEqualTo(12)
          .contains(publishing.key.id(), listening.key.id());
    }
    assertThat(thrownOut).isGreaterThan(10);
    List<MessageId> delivered = scene.delivered.stream().map(Message::id).toList();
    assertThat(delivered).doesNotHaveDuplicates().containsAll(honest);
    assertThat(passedOn).containsAll(honest);
    assertThat(scene.delivered).allMatch(Message::isAuthentic);
  }

  private static Packet anything(Scene scene, Random random, Message truth) {
    Topic topic = random.nextInt(3) > 0 ? TOPIC : new Topic(random.nextInt(3), OTHER.name());
    return switch (random.nextInt(12)) {
      case 0, 1 -> new Subscriptions(List.of(new Change(topic, random.nextInt(3) > 0)));
      case 2, 3 -> new Graft(List.of(topic));
      case 4 -> new Prune(List.of(new Pruned(topic, random.nextInt(-1, 5))));
      case 5, 6 -> new IHave(List.of(new Announcement(topic, ids(random, truth))));
      case 7 -> new IWant(ids(random, truth));
      case 8 -> new Publish(scene.message(STRANGER, topic, "spam " + random.nextInt()));
      case 9 ->
          new Publish(
              Message.sign(STRANGER, topic, random.nextLong(), Bytes.of(random.nextInt(4))));
      case 10 -> new Publish(random.nextInt(30) == 0 ? forged(truth) : truth);
      default -> new Subscriptions(List.of());
    };
  }

  private static Message forged(Message truth) {
    Signature other = STRANGER.sign(truth.id().bytes());
    return Message.received(
        truth.publisher(), truth.topic(), truth.sequence(), truth.payload(), other);
  }

  private static List<MessageId> ids(Random random, Message truth) {
    List<MessageId> ids = new ArrayList<>();
    IntStream.range(0, random.nextInt(20))
        .forEach(
            i -> {
              byte[] id = new byte[Bytes32.SIZE];
              random.nextBytes(id);
              ids.add(new MessageId(Bytes32.wrap(id)));
            });
    ids.add(truth.id());
    return ids;
  }
}
