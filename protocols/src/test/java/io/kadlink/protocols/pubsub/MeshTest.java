package io.kadlink.protocols.pubsub;

import static io.kadlink.protocols.pubsub.Scene.OTHER;
import static io.kadlink.protocols.pubsub.Scene.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.NodeId;
import io.kadlink.protocols.pubsub.Scene.Remote;
import io.kadlink.protocols.pubsub.wire.Limits;
import io.kadlink.protocols.pubsub.wire.Packet.Change;
import io.kadlink.protocols.pubsub.wire.Packet.Graft;
import io.kadlink.protocols.pubsub.wire.Packet.Prune;
import io.kadlink.protocols.pubsub.wire.Packet.Pruned;
import io.kadlink.protocols.pubsub.wire.Packet.Subscriptions;
import io.kadlink.protocols.pubsub.wire.Topic;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.testing.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeshTest {
  private static final Graft GRAFT = new Graft(List.of(TOPIC));
  private static final Prune PRUNED_FOR_A_MINUTE = new Prune(List.of(new Pruned(TOPIC, 60)));

  @Test
  void subscriptionsAreAnnouncedToThoseConnectedAndToThoseWhoComeLater() {
    Scene scene = new Scene();
    Remote early = scene.peer();
    assertThat(early.hears()).isEmpty();
    Subscription subscription = scene.subscribe(TOPIC);
    scene.subscribe(OTHER);
    assertThat(early.hears())
        .containsExactly(
            new Subscriptions(List.of(new Change(TOPIC, true))),
            new Subscriptions(List.of(new Change(OTHER, true))));
    assertThat(scene.peer().hears())
        .containsExactly(
            new Subscriptions(List.of(new Change(TOPIC, true), new Change(OTHER, true))));
    subscription.close();
    scene.settle();
    assertThat(early.hears()).containsExactly(new Subscriptions(List.of(new Change(TOPIC, false))));
  }

  @Test
  void aTopicIsLeftWithItsLastSubscriberOnly() {
    Scene scene = new Scene();
    Subscription first = scene.subscribe(TOPIC);
    Subscription second = scene.subscribe(TOPIC);
    Remote peer = scene.peer();
    peer.hears();
    first.close();
    first.close();
    scene.settle();
    assertThat(peer.hears()).isEmpty();
    second.close();
    scene.settle();
    assertThat(peer.hears()).hasSize(1);
  }

  @Test
  void anAnnouncementTheSessionDidNotTakeIsRepeatedAtTheHeartbeat() {
    Scene scene = new Scene();
    Remote peer = scene.peer().subscribes(TOPIC);
    peer.peer.setFull(true);
    scene.subscribe(TOPIC);
    scene.heartbeats(1);
    assertThat(meshOf(scene)).isEmpty();
    assertThat(scene.dropped(DropReason.PEER_QUEUE_FULL)).isPositive();
    peer.peer.setFull(false);
    scene.heartbeats(1);
    assertThat(peer.hears()).startsWith(new Subscriptions(List.of(new Change(TOPIC, true))), GRAFT);
    assertThat(meshOf(scene)).containsExactly(peer.key.id());
  }

  @Test
  void joiningATopicGraftsAsManyPeersAsTheDegreeSays() {
    Scene scene = new Scene();
    List<Remote> peers = scene.subscribers(20, TOPIC);
    scene.subscribe(TOPIC);
    assertThat(grafted(peers)).hasSize(6);
    assertThat(meshOf(scene)).containsExactlyInAnyOrderElementsOf(ids(grafted));
  }

  private final List<Remote> grafted = new ArrayList<>();

  /** Those who hear a GRAFT; all queues are emptied. */
  private List<Remote> grafted(List<Remote> peers) {
    grafted.clear();
    peers.stream().filter(peer -> peer.hears().contains(GRAFT)).forEach(grafted::add);
    return grafted;
  }

  @Test
  void theHeartbeatFillsAMeshBelowItsLowerBoundAndLeavesItAloneAboveIt() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    scene.subscribers(3, TOPIC);
    scene.heartbeats(1);
    assertThat(meshOf(scene)).hasSize(3);
    List<Remote> more = scene.subscribers(10, TOPIC);
    scene.heartbeats(1);
    assertThat(meshOf(scene)).hasSize(6);
    assertThat(grafted(more)).hasSize(3);
    grafted.get(0).disconnects();
    grafted.get(1).says(new Subscriptions(List.of(new Change(TOPIC, false))));
    scene.heartbeats(3);
    assertThat(meshOf(scene)).hasSize(4);
    assertThat(grafted(more)).isEmpty();
    grafted(more);
    scene.heartbeats(1);
    assertThat(meshOf(scene)).hasSize(4);
  }

  @Test
  void peersOfOtherTopicsAndChainsAreNotGrafted() {
    Scene scene = new Scene();
    scene.subscribers(5, OTHER);
    scene.subscribers(5, new Topic(2, TOPIC.name()));
    scene.subscribe(TOPIC);
    scene.heartbeats(2);
    assertThat(meshOf(scene)).isEmpty();
  }

  @Test
  void graftsAreAcceptedUpToTheUpperBoundAndRefusedBeyondWithABackOff() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    List<Remote> peers =
        IntStream.range(0, 13)
            .mapToObj(i -> scene.inboundPeer().subscribes(TOPIC).grafts(TOPIC))
            .toList();
    assertThat(meshOf(scene)).containsExactlyElementsOf(ids(peers.subList(0, 12)));
    assertThat(peers.get(12).hears(Prune.class)).containsExactly(PRUNED_FOR_A_MINUTE);
    for (Remote peer : peers.subList(0, 12)) {
      assertThat(peer.hears(Prune.class)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aPeerWeDialedMayGraftAFullMeshAndTheHeartbeatCutsItKeepingDialedPeers(long seed) {
    Scene scene = new Scene(PubSubOptions.builder(), seed);
    scene.subscribe(TOPIC);
    List<Remote> attackers =
        IntStream.range(0, 12)
            .mapToObj(i -> scene.inboundPeer().subscribes(TOPIC).grafts(TOPIC))
            .toList();
    List<Remote> dialed =
        IntStream.range(0, 2).mapToObj(i -> scene.peer().subscribes(TOPIC).grafts(TOPIC)).toList();
    assertThat(meshOf(scene)).hasSize(14);
    scene.heartbeats(1);
    assertThat(meshOf(scene)).hasSize(6).containsAll(ids(dialed));
    assertThat(attackers.stream().filter(a -> a.hears().contains(PRUNED_FOR_A_MINUTE))).hasSize(8);
  }

  @Test
  void aMeshOfThoseWhoDialedUsIsWidenedByPeersWeDialed() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    for (int i = 0; i < 10; i++) {
      scene.inboundPeer().subscribes(TOPIC).grafts(TOPIC);
    }
    List<Remote> dialed = scene.subscribers(5, TOPIC);
    scene.heartbeats(1);
    assertThat(grafted(dialed)).hasSize(2);
    assertThat(meshOf(scene)).hasSize(12);
  }

  @Test
  void aPrunedLinkIsNotGraftedByUsBeforeTheBackOffIsOver() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote peer = scene.peer().subscribes(TOPIC);
    scene.heartbeats(1);
    assertThat(peer.hears()).contains(GRAFT);
    peer.says(new Prune(List.of(new Pruned(TOPIC, 20))));
    assertThat(meshOf(scene)).isEmpty();
    scene.heartbeats(21); // one more than told: its clock started later
    assertThat(peer.hears()).isEmpty();
    scene.heartbeats(1);
    assertThat(peer.hears()).containsExactly(GRAFT);
  }

  @Test
  void aBackOffWithoutATimeIsOursAndOneWithoutEndIsAnHour() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote unspoken = scene.peer().subscribes(TOPIC);
    Remote forever = scene.peer().subscribes(TOPIC);
    scene.heartbeats(1);
    unspoken.says(new Prune(List.of(new Pruned(TOPIC, 0)))).hears();
    forever.says(new Prune(List.of(new Pruned(TOPIC, -1)))).hears();
    scene.heartbeats(60);
    assertThat(unspoken.hears()).isEmpty();
    scene.heartbeats(2);
    assertThat(unspoken.hears()).containsExactly(GRAFT);
    scene.heartbeats(Limits.MAX_BACKOFF_SECONDS - 62);
    assertThat(forever.hears()).isEmpty();
    scene.heartbeats(2);
    assertThat(forever.hears()).containsExactly(GRAFT);
  }

  @Test
  void aGraftDuringTheBackOffIsRefusedAndExtendsItAlsoAfterReconnecting() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote peer = scene.inboundPeer().subscribes(TOPIC).grafts(TOPIC);
    peer.says(PRUNED_FOR_A_MINUTE);
    scene.heartbeats(30);
    peer.reconnects();
    peer.subscribes(TOPIC).hears();
    peer.grafts(TOPIC);
    assertThat(peer.hears()).containsExactly(PRUNED_FOR_A_MINUTE);
    assertThat(scene.faults(Fault.EARLY_GRAFT)).isEqualTo(1);
    scene.heartbeats(31); // the first back-off is over, the second is not
    peer.grafts(TOPIC);
    assertThat(meshOf(scene)).isEmpty();
    scene.heartbeats(60);
    peer.grafts(TOPIC);
    assertThat(meshOf(scene)).containsExactly(peer.key.id());
    assertThat(scene.faults(Fault.EARLY_GRAFT)).isEqualTo(2);
  }

  @Test
  void aFloodOfGraftsEndsTheSession() throws ProtocolViolation {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote peer = scene.inboundPeer().subscribes(TOPIC).grafts(TOPIC);
    peer.says(PRUNED_FOR_A_MINUTE);
    for (int i = 1; i < 20; i++) {
      peer.grafts(TOPIC);
    }
    assertThatThrownBy(() -> peer.tries(GRAFT))
        .isInstanceOfSatisfying(
            ProtocolViolation.class,
            e -> assertThat(e.reason()).isEqualTo(DisconnectReason.SUBPROTOCOL_ERROR))
        .hasMessageContaining("20 faults");
  }

  @Test
  void anAccidentNowAndThenIsForgiven() {
    Scene scene = new Scene(PubSubOptions.builder().faults(3, Duration.ofSeconds(10)));
    scene.subscribe(TOPIC);
    Remote peer = scene.inboundPeer().subscribes(TOPIC).grafts(TOPIC);
    peer.says(PRUNED_FOR_A_MINUTE);
    for (int i = 0; i < 20; i++) {
      peer.grafts(TOPIC);
      scene.heartbeats(11);
    }
    assertThat(scene.faults(Fault.EARLY_GRAFT)).isEqualTo(20);
  }

  @Test
  void aGraftForATopicThatIsNotOursGetsNoAnswer() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote peer = scene.peer().subscribes(OTHER);
    peer.hears();
    peer.grafts(OTHER);
    assertThat(peer.hears()).isEmpty();
    assertThat(scene.dropped(DropReason.GRAFT_UNKNOWN_TOPIC)).isEqualTo(1);
  }

  @Test
  void aGraftFromAPeerThatIsNotSubscribedIsRefusedAndNoted() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote peer = scene.peer();
    peer.hears();
    peer.grafts(TOPIC);
    assertThat(peer.hears()).containsExactly(PRUNED_FOR_A_MINUTE);
    assertThat(scene.faults(Fault.GRAFT_WITHOUT_SUBSCRIPTION)).isEqualTo(1);
    assertThat(meshOf(scene)).isEmpty();
  }

  @Test
  void leavingATopicPrunesTheMeshWithAShortBackOffThatWeKeepWhenWeComeBack() {
    Scene scene = new Scene();
    Remote peer = scene.peer().subscribes(TOPIC);
    Subscription subscription = scene.subscribe(TOPIC);
    peer.hears();
    subscription.close();
    scene.settle();
    assertThat(peer.hears())
        .containsExactly(
            new Prune(List.of(new Pruned(TOPIC, 10))),
            new Subscriptions(List.of(new Change(TOPIC, false))));
    scene.subscribe(TOPIC);
    scene.heartbeats(10);
    assertThat(peer.hears()).doesNotContain(GRAFT);
    scene.heartbeats(2);
    assertThat(peer.hears()).containsExactly(GRAFT);
  }

  @Test
  void moreSubscriptionsThanAllowedEndTheSession() {
    Scene scene = new Scene();
    Remote peer = scene.peer();
    List<Change> all =
        IntStream.range(0, Limits.MAX_SUBSCRIPTIONS_PER_PEER)
            .mapToObj(i -> new Change(new Topic(1, "t" + i), true))
            .toList();
    peer.says(new Subscriptions(all)).says(new Subscriptions(all));
    assertThatThrownBy(
            () -> peer.tries(new Subscriptions(List.of(new Change(new Topic(2, "t0"), true)))))
        .isInstanceOf(ProtocolViolation.class)
        .hasMessageContaining("256 topics");
  }

  @Test
  void aPeerThatIsGoneIsForgottenEverywhere() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    List<Remote> peers = new ArrayList<>(scene.subscribers(8, TOPIC));
    scene.heartbeats(1);
    Collections.shuffle(peers, new java.util.Random(1));
    peers.forEach(Remote::disconnects);
    assertThat(meshOf(scene)).isEmpty();
    var known = scene.pubSub.peers(TOPIC);
    scene.settle();
    assertThat(Await.value(known)).isEmpty();
    scene.heartbeats(2);
  }

  @Test
  void theGaugesFollowTheMesh() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    scene.subscribe(OTHER);
    scene.subscribers(3, TOPIC);
    scene.subscribers(2, OTHER);
    scene.heartbeats(1);
    assertThat(scene.node.metrics().get("kadlink.pubsub.peers").gauge().value()).isEqualTo(5);
    assertThat(scene.node.metrics().get("kadlink.pubsub.mesh.links").gauge().value()).isEqualTo(5);
  }

  private static List<NodeId> meshOf(Scene scene) {
    var mesh = scene.pubSub.mesh(TOPIC);
    scene.settle();
    List<NodeId> ids = Await.value(mesh);
    assertThat(new HashSet<>(ids)).hasSameSizeAs(ids);
    return ids;
  }

  private static List<NodeId> ids(List<Remote> remotes) {
    return remotes.stream().map(remote -> remote.key.id()).toList();
  }
}
