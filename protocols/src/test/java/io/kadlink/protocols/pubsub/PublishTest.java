package io.kadlink.protocols.pubsub;

import static io.kadlink.protocols.pubsub.Scene.OTHER;
import static io.kadlink.protocols.pubsub.Scene.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.kadlink.protocols.pubsub.Scene.Remote;
import io.kadlink.protocols.pubsub.wire.Limits;
import io.kadlink.protocols.pubsub.wire.Message;
import io.kadlink.protocols.pubsub.wire.Packet.IWant;
import io.kadlink.protocols.pubsub.wire.Packet.Publish;
import io.kadlink.protocols.pubsub.wire.Topic;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.MemoryNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

class PublishTest {
  private static final Bytes PAYLOAD = Bytes.of(1, 2, 3);

  @Test
  void anOwnMessageGoesToAllSubscribersAndToTheOwnNodeOnce() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    List<Remote> subscribers = scene.subscribers(20, TOPIC);
    Remote other = scene.peer().subscribes(OTHER);
    Published published = publish(scene, TOPIC);
    assertThat(published.peers()).isEqualTo(20);
    assertThat(scene.delivered).extracting(Message::id).containsExactly(published.id());
    for (Remote subscriber : subscribers) {
      List<Publish> heard = subscriber.hears(Publish.class);
      assertThat(heard).hasSize(1);
      Message message = heard.getFirst().message();
      assertThat(message.isAuthentic()).isTrue();
      assertThat(message.publisher()).isEqualTo(scene.node.id());
      assertThat(message.payload()).isEqualTo(PAYLOAD);
      subscriber.publishes(message);
    }
    assertThat(scene.delivered).hasSize(1);
    assertThat(other.hearsMessages()).isEmpty();
    for (Remote subscriber : subscribers) {
      assertThat(subscriber.hearsMessages()).isEmpty();
    }
  }

  @Test
  void withoutFloodingItGoesToTheMeshOnly() {
    Scene scene = new Scene(PubSubOptions.builder().floodPublish(false));
    scene.subscribe(TOPIC);
    List<Remote> subscribers = scene.subscribers(20, TOPIC);
    scene.heartbeats(1);
    Set<Remote> mesh = new HashSet<>();
    assertThat(publish(scene, TOPIC).peers()).isEqualTo(6);
    subscribers.stream().filter(s -> !s.hearsMessages().isEmpty()).forEach(mesh::add);
    assertThat(mesh).hasSize(6);
    publish(scene, TOPIC);
    for (Remote subscriber : subscribers) {
      assertThat(subscriber.hearsMessages()).hasSize(mesh.contains(subscriber) ? 1 : 0);
    }
  }

  @Test
  void aMeshThatIsStillFormingIsFilledUpForAnOwnMessage() {
    Scene scene = new Scene(PubSubOptions.builder().floodPublish(false));
    scene.subscribe(TOPIC);
    scene.subscribers(20, TOPIC);
    assertThat(publish(scene, TOPIC).peers()).isEqualTo(6);
  }

  @Test
  void aPublisherThatDoesNotSubscribeUsesTheSamePeersUntilTheyAreForgotten() {
    Scene scene = new Scene(PubSubOptions.builder().floodPublish(false));
    List<Remote> subscribers = new ArrayList<>(scene.subscribers(30, TOPIC));
    assertThat(publish(scene, TOPIC).peers()).isEqualTo(6);
    assertThat(scene.delivered).isEmpty();
    Set<Remote> fanOut = hearing(subscribers);
    scene.heartbeats(50);
    publish(scene, TOPIC);
    assertThat(hearing(subscribers)).isEqualTo(fanOut);
    scene.heartbeats(50); // within the time since the second publication
    publish(scene, TOPIC);
    assertThat(hearing(subscribers)).isEqualTo(fanOut);
    scene.heartbeats(61);
    publish(scene, TOPIC);
    assertThat(hearing(subscribers)).hasSize(6).isNotEqualTo(fanOut);
  }

  @Test
  void aFanOutPeerThatLeavesIsReplaced() {
    Scene scene = new Scene(PubSubOptions.builder().floodPublish(false));
    List<Remote> subscribers = new ArrayList<>(scene.subscribers(8, TOPIC));
    publish(scene, TOPIC);
    Remote gone = hearing(subscribers).iterator().next();
    gone.disconnects();
    subscribers.remove(gone);
    scene.heartbeats(1);
    assertThat(publish(scene, TOPIC).peers()).isEqualTo(6);
    assertThat(hearing(subscribers)).hasSize(6);
  }

  @Test
  void withNobodyToSendItToTheMessageCanStillBeFetched() {
    Scene scene = new Scene();
    Published published = publish(scene, TOPIC);
    assertThat(published.peers()).isZero();
    Remote late = scene.peer().subscribes(TOPIC);
    scene.heartbeats(1);
    late.says(new IWant(List.of(published.id())));
    assertThat(late.hearsMessages()).containsExactly(published.id());
  }

  @Test
  void sequencesGrowAlsoWithinOneMicrosecond() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    for (int i = 0; i < 100; i++) {
      publish(scene, TOPIC);
    }
    assertThat(scene.delivered)
        .extracting(Message::sequence)
        .doesNotHaveDuplicates()
        .isSortedAccordingTo(Long::compareUnsigned);
    assertThat(scene.delivered).extracting(Message::id).doesNotHaveDuplicates();
  }

  @Test
  void whatIsChangedInTheCallersArrayAfterwardsDoesNotMatter() {
    Scene scene = new Scene();
    byte[] array = {1, 2, 3};
    scene.subscribe(TOPIC);
    var published = scene.pubSub.publish(TOPIC, Bytes.wrap(array));
    array[0] = 9;
    scene.settle();
    Await.value(published);
    assertThat(scene.delivered.getFirst().payload()).isEqualTo(PAYLOAD);
    assertThat(scene.delivered.getFirst().isAuthentic()).isTrue();
  }

  @Test
  void whatCantBePublishedIsRefused() {
    PubSub notStarted = new PubSub(PubSubOptions.defaults());
    assertThat(Await.failure(notStarted.publish(TOPIC, PAYLOAD)))
        .isInstanceOf(PublishException.class)
        .hasMessageContaining("not running");
    Scene scene = new Scene();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> scene.pubSub.publish(TOPIC, Bytes.wrap(new byte[Limits.MAX_PAYLOAD_BYTES + 1])));
    scene.pubSub.protocol().stop();
    assertThat(Await.failure(scene.pubSub.publish(TOPIC, PAYLOAD)))
        .isInstanceOf(PublishException.class);
    assertThat(Await.failure(scene.pubSub.mesh(TOPIC))).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aPublisherThatOutrunsTheLoopIsTold() {
    Scene scene = new Scene();
    List<CompletionStage<Published>> all = new ArrayList<>();
    for (int i = 0; i <= PubSub.MAX_PENDING_PUBLICATIONS; i++) {
      all.add(scene.pubSub.publish(TOPIC, Bytes.EMPTY));
    }
    assertThat(Await.failure(all.removeLast())).hasMessageContaining("wait already");
    scene.settle();
    all.forEach(Await::value);
    publish(scene, TOPIC);
  }

  @Test
  void subscriptionsAreBoundedAndWhatIsClosedMakesRoom() {
    Scene scene = new Scene();
    List<Subscription> all = new ArrayList<>();
    for (int i = 0; i < Limits.MAX_SUBSCRIPTIONS_PER_PEER; i++) {
      all.add(scene.pubSub.subscribe(scene.pubSub.topic(1, "t" + i), m -> {}));
    }
    assertThatIllegalStateException()
        .isThrownBy(() -> scene.pubSub.subscribe(TOPIC, m -> {}))
        .withMessageContaining("256");
    scene.pubSub.subscribe(all.getFirst().topic(), m -> {}).close();
    all.getFirst().close();
    scene.pubSub.subscribe(TOPIC, m -> {});
    scene.heartbeats(1);
    assertThat(scene.pubSub.topics())
        .hasSize(Limits.MAX_SUBSCRIPTIONS_PER_PEER)
        .contains(TOPIC)
        .doesNotContain(all.getFirst().topic());
  }

  @Test
  void allTopicsCanBeExchangedForOthersWithoutEverBeingOverTheLimit() {
    Scene there = new Scene();
    Remote peer = there.peer();
    List<Subscription> all = new ArrayList<>();
    peer.peer.setFull(true);
    for (int i = 0; i < 256; i++) {
      all.add(there.pubSub.subscribe(new Topic(1, "a" + i), m -> {}));
    }
    there.settle();
    peer.peer.setFull(false);
    there.heartbeats(1);
    peer.peer.setFull(true);
    all.forEach(Subscription::close);
    for (int i = 0; i < 256; i++) {
      there.pubSub.subscribe(new Topic(1, "b" + i), m -> {});
    }
    there.settle();
    peer.peer.setFull(false);
    there.heartbeats(1);
    // Played to another node of ours, none of it is a violation.
    Scene here = new Scene();
    Remote asHeardThere = here.peer();
    peer.hears().forEach(asHeardThere::says);
    var known = here.pubSub.peers(new Topic(1, "b255"));
    here.settle();
    assertThat(Await.value(known)).containsExactly(asHeardThere.key.id());
  }

  @Test
  void whatIsAskedForBeforeTheServerStartsHappensWhenItDoes() {
    PubSub pubSub = new PubSub(PubSubOptions.defaults());
    List<Message> delivered = new ArrayList<>();
    pubSub.subscribe(TOPIC, delivered::add);
    var network = new MemoryNetwork(1);
    network.node(pubSub.protocol());
    var published = pubSub.publish(TOPIC, PAYLOAD);
    network.loop().advance(Duration.ofMillis(1));
    assertThat(delivered).extracting(Message::id).containsExactly(Await.value(published).id());
  }

  private static Published publish(Scene scene, Topic topic) {
    CompletionStage<Published> published = scene.pubSub.publish(topic, PAYLOAD);
    scene.settle();
    return Await.value(published);
  }

  private static Set<Remote> hearing(List<Remote> remotes) {
    Set<Remote> hearing = new HashSet<>();
    remotes.stream().filter(remote -> !remote.hearsMessages().isEmpty()).forEach(hearing::add);
    return hearing;
  }
}
