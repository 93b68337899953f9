package io.kadlink.protocols.pubsub;

import static io.kadlink.protocols.pubsub.Scene.OTHER;
import static io.kadlink.protocols.pubsub.Scene.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.NodeKey;
import io.kadlink.protocols.pubsub.Scene.Remote;
import io.kadlink.protocols.pubsub.wire.Message;
import io.kadlink.protocols.pubsub.wire.MessageId;
import io.kadlink.protocols.pubsub.wire.Packet.Announcement;
import io.kadlink.protocols.pubsub.wire.Packet.IHave;
import io.kadlink.protocols.pubsub.wire.Packet.IWant;
import io.kadlink.protocols.pubsub.wire.Packet.Prune;
import io.kadlink.protocols.pubsub.wire.Packet.Pruned;
import io.kadlink.protocols.pubsub.wire.Packet.Publish;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.testing.Await;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

class GossipTest {
  private final NodeKey publisher = NodeKey.generate();

  @Test
  void idsAreAnnouncedForThreeHeartbeatsToSomeOutsideTheMesh() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote meshPeer = scene.peer().subscribes(TOPIC).grafts(TOPIC);
    List<Remote> outside = outsideTheMesh(scene, 30);
    meshPeer.hears();
    Message message = scene.message(publisher, TOPIC, "rain");
    meshPeer.publishes(message);
    int announcements = 0;
    for (int beat = 1; beat <= 6; beat++) {
      scene.heartbeats(1);
      int hearing = 0;
      for (Remote peer : outside) {
        List<IHave> heard = peer.hears(IHave.class);
        if (!heard.isEmpty()) {
          hearing++;
          assertThat(heard).containsExactly(iHave(message.id()));
        }
      }
      // A quarter of 30, rounded up, and not only six.
      assertThat(hearing).as("heartbeat " + beat).isEqualTo(beat <= 3 ? 8 : 0);
      announcements += hearing;
    }
    assertThat(meshPeer.hears(IHave.class)).isEmpty();
    assertThat(scene.node.metrics().counter("kadlink.pubsub.ids", "what", "announced").count())
        .isEqualTo(announcements);
  }

  /** Subscribers that are in back-off, so that no heartbeat takes them into the mesh. */
  private static List<Remote> outsideTheMesh(Scene scene, int count) {
    List<Remote> peers = scene.subscribers(count, TOPIC);
    peers.forEach(peer -> peer.says(new Prune(List.of(new Pruned(TOPIC, 3600)))));
    peers.forEach(Remote::hears);
    return peers;
  }

  @Test
  void aMessageLostOnTheMeshIsFetched() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote gossiping = scene.peer().subscribes(TOPIC);
    Remote meshPeer = scene.peer().subscribes(TOPIC).grafts(TOPIC);
    Message lost = scene.message(publisher, TOPIC, "rain");
    gossiping.hears();
    gossiping.says(iHave(lost.id()));
    assertThat(gossiping.hears()).containsExactly(iWant(lost.id()));
    gossiping.publishes(lost);
    assertThat(scene.delivered).containsExactly(lost);
    assertThat(meshPeer.hearsMessages()).containsExactly(lost.id());
    assertThat(scene.count("recovered")).isEqualTo(1);
    scene.heartbeats(5);
    assertThat(scene.faults(Fault.BROKEN_PROMISE)).isZero();
  }

  @Test
  void whatIsSeenOrAskedForAlreadyIsNotAskedForAgain() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote a = scene.peer().subscribes(TOPIC);
    Remote b = scene.peer().subscribes(TOPIC);
    Message seen = scene.message(publisher, TOPIC, "rain");
    Message missing = scene.message(publisher, TOPIC, "sun");
    a.publishes(seen);
    a.hears();
    b.hears();
    a.says(iHave(seen.id(), missing.id(), missing.id()));
    b.says(iHave(seen.id(), missing.id()));
    assertThat(a.hears(IWant.class)).containsExactly(iWant(missing.id()));
    assertThat(b.hears(IWant.class)).isEmpty();
  }

  @Test
  void idsOfTopicsThatAreNotOursAreNotAskedFor() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote peer = scene.peer();
    peer.hears();
    peer.says(new IHave(List.of(new Announcement(OTHER, List.of(id(1))))));
    assertThat(peer.hears()).isEmpty();
  }

  @Test
  void aBrokenPromiseIsNotedOnceAHeartbeatAndTheNextWhoAnnouncedItIsAsked() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote liar = scene.inboundPeer();
    Remote second = scene.inboundPeer();
    Remote latest = scene.inboundPeer();
    for (Remote peer : List.of(liar, second, latest)) {
      peer.hears();
      peer.says(iHave(id(1), id(2)));
    }
    assertThat(liar.hears()).containsExactly(iWant(id(1), id(2)));
    scene.heartbeats(3); // two seconds are over at the third
    assertThat(scene.faults(Fault.BROKEN_PROMISE)).isEqualTo(1);
    assertThat(latest.hears(IWant.class)).containsExactly(iWant(id(1), id(2)));
    assertThat(second.hears(IWant.class)).isEmpty();
    scene.heartbeats(2);
    assertThat(second.hears(IWant.class)).containsExactly(iWant(id(1), id(2)));
    scene.heartbeats(4);
    assertThat(scene.faults(Fault.BROKEN_PROMISE)).isEqualTo(3);
    liar.says(iHave(id(1)));
    assertThat(liar.hears(IWant.class)).containsExactly(iWant(id(1)));
  }

  @Test
  void whenThePeerThatWasAskedGoesTheNextIsAskedAtOnce() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote a = scene.peer();
    Remote b = scene.peer();
    a.says(iHave(id(1)));
    b.says(iHave(id(1)));
    b.hears();
    a.disconnects();
    assertThat(b.hears()).containsExactly(iWant(id(1)));
    assertThat(scene.faults(Fault.BROKEN_PROMISE)).isZero();
  }

  @Test
  void aRequestTheSessionDoesNotTakeGoesElsewhere() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote stuck = scene.peer();
    Remote other = scene.peer();
    other.hears();
    stuck.peer.setFull(true);
    stuck.says(iHave(id(1)));
    other.says(iHave(id(1)));
    assertThat(other.hears()).containsExactly(iWant(id(1)));
  }

  @Test
  void aPeerThatKeepsInventingIdsIsDisconnected() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote liar = scene.inboundPeer();
    for (int beat = 0; beat < 20; beat++) {
      liar.says(iHave(id(beat)));
      scene.heartbeats(1);
    }
    assertThat(liar.peer.disconnectedWith()).isEmpty();
    for (int beat = 20; beat < 25; beat++) {
      IHave another = iHave(id(beat));
      try {
        liar.tries(another);
      } catch (ProtocolViolation e) {
        assertThat(e).hasMessageContaining("20 faults");
        return;
      }
      scene.heartbeats(1);
    }
    throw new AssertionError("it may go on");
  }

  @Test
  void moreAnnouncementsThanAHeartbeatAllowsAreIgnoredAndNoted() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote peer = scene.inboundPeer();
    peer.hears();
    for (int i = 0; i < 15; i++) {
      peer.says(iHave(id(i)));
    }
    assertThat(peer.hears(IWant.class)).hasSize(10);
    assertThat(scene.faults(Fault.IHAVE_FLOOD)).isEqualTo(5);
    assertThat(scene.dropped(DropReason.IHAVE_CAPPED)).isEqualTo(5);
    scene.heartbeats(1);
    peer.says(iHave(id(100)));
    assertThat(peer.hears(IWant.class)).containsExactly(iWant(id(100)));
  }

  @Test
  void idsAskedOfOnePeerAreBounded() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote peer = scene.inboundPeer();
    peer.hears();
    peer.says(iHave(ids(0, 4_000)));
    assertThat(peer.hears(IWant.class))
        .singleElement()
        .satisfies(iWant -> assertThat(iWant.ids()).hasSize(Wanted.MAX_PROMISES_PER_PEER));
    peer.says(iHave(ids(4_000, 8_000)));
    assertThat(peer.hears(IWant.class)).isEmpty();
    assertThat(scene.dropped(DropReason.IHAVE_CAPPED)).isEqualTo(3_000);
    Remote other = scene.inboundPeer();
    other.hears();
    other.says(iHave(id(7_999)));
    assertThat(other.hears(IWant.class)).containsExactly(iWant(id(7_999)));
  }

  @Test
  void messagesAreSuppliedForFiveHeartbeatsAndToOnePeerThreeTimes() {
    Scene scene = new Scene();
    Published published = publish(scene, Bytes.of(1));
    Remote greedy = scene.peer();
    for (int i = 0; i < 5; i++) {
      greedy.says(iWant(published.id()));
    }
    assertThat(greedy.hearsMessages()).hasSize(3);
    assertThat(scene.dropped(DropReason.IWANT_REPEATED)).isEqualTo(2);
    scene.heartbeats(4);
    assertThat(scene.peer().says(iWant(published.id())).hearsMessages()).hasSize(1);
    scene.heartbeats(1);
    assertThat(scene.peer().says(iWant(published.id())).hearsMessages()).isEmpty();
    assertThat(scene.dropped(DropReason.IWANT_UNKNOWN)).isEqualTo(1);
  }

  @Test
  void unknownIdsAreIgnored() {
    Scene scene = new Scene();
    Remote peer = scene.peer();
    peer.says(iWant(ids(0, 5_000)));
    assertThat(peer.hears()).isEmpty();
    assertThat(scene.dropped(DropReason.IWANT_UNKNOWN)).isEqualTo(5_000);
    assertThat(scene.faults(Fault.IWANT_FLOOD)).isZero();
    peer.says(iWant(ids(0, 5_000))).says(iWant(ids(0, 5_000))).says(iWant(ids(0, 5_000)));
    assertThat(scene.faults(Fault.IWANT_FLOOD)).isEqualTo(1);
    assertThat(scene.dropped(DropReason.IWANT_UNKNOWN)).isEqualTo(10_000);
  }

  @Test
  void bytesSuppliedToOnePeerInAHeartbeatAreBounded() {
    Scene scene = new Scene(PubSubOptions.builder().maxIWantBytes(1 << 20));
    List<MessageId> large =
        IntStream.range(0, 4)
            .mapToObj(i -> publish(scene, Bytes.repeat((byte) i, 600_000)).id())
            .toList();
    Remote peer = scene.peer().says(new IWant(large));
    assertThat(peer.hearsMessages()).hasSize(2);
    assertThat(scene.dropped(DropReason.IWANT_CAPPED)).isEqualTo(2);
    scene.heartbeats(1);
    peer.says(new IWant(large.subList(2, 4)));
    assertThat(peer.hearsMessages()).hasSize(2);
  }

  @Test
  void theCacheIsBoundedInBytes() {
    Scene scene = new Scene(PubSubOptions.builder().maxCachedBytes(2 << 20));
    List<MessageId> large =
        IntStream.range(0, 4)
            .mapToObj(i -> publish(scene, Bytes.repeat((byte) i, 1 << 20)).id())
            .toList();
    assertThat(scene.peer().says(new IWant(large)).hearsMessages())
        .containsExactlyElementsOf(large.subList(2, 4));
    scene.heartbeats(6);
    assertThat(scene.peer().says(new IWant(large)).hearsMessages()).isEmpty();
  }

  @Test
  void leavingATopicForgetsWhatWasMissingOfIt() {
    Scene scene = new Scene();
    Subscription subscription = scene.subscribe(TOPIC);
    Remote peer = scene.inboundPeer();
    peer.says(iHave(id(1)));
    subscription.close();
    scene.heartbeats(5);
    assertThat(scene.faults(Fault.BROKEN_PROMISE)).isZero();
  }

  @Test
  void aMessageFetchedThatIsForgedEndsTheSession() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote peer = scene.peer();
    Message message = scene.message(publisher, TOPIC, "rain");
    peer.says(iHave(message.id()));
    Message forged =
        Message.received(
            message.publisher(),
            TOPIC,
            message.sequence(),
            message.payload(),
            peer.key.sign(message.id().bytes()));
    assertThatThrownBy(() -> peer.tries(new Publish(forged))).isInstanceOf(ProtocolViolation.class);
    assertThat(scene.count("recovered")).isZero();
  }

  private static Published publish(Scene scene, Bytes payload) {
    var published = scene.pubSub.publish(TOPIC, payload);
    scene.settle();
    return Await.value(published);
  }

  private static MessageId id(int number) {
    return new MessageId(Bytes32.leftPad(Bytes.ofUnsignedInt(number)));
  }

  private static MessageId[] ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(GossipTest::id).toArray(MessageId[]::new);
  }

  private static IHave iHave(MessageId... ids) {
    return new IHave(List.of(new Announcement(TOPIC, List.of(ids))));
  }

  private static IWant iWant(MessageId... ids) {
    return new IWant(List.of(ids));
  }
}
