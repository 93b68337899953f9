package io.kadlink.protocols.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.relay.wire.AnnouncedRelay;
import io.kadlink.protocols.relay.wire.RelayMessage.Limits;
import io.kadlink.protocols.relay.wire.RelayMessage.Reserve;
import io.kadlink.protocols.relay.wire.RelayMessage.Status;
import io.kadlink.protocols.relay.wire.RelayMessage.Stop;
import io.kadlink.protocols.relay.wire.StatusCode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A node that can only dial finds relays and announces them. */
class ReachabilityTest {
  private static final Duration ANNOUNCED = Reachability.ANNOUNCE_DELAY.plusMillis(500);

  private final Scene scene = new Scene();
  private final SceneNode b = scene.dialOnly("b");
  private final SceneNode r1 = scene.relay("r1");
  private final SceneNode r2 = scene.relay("r2");
  private final SceneNode r3 = scene.relay("r3");

  private List<AnnouncedRelay> announced() {
    return AnnouncedRelay.of(b.localRecord());
  }

  private static AnnouncedRelay entry(SceneNode relay) {
    return new AnnouncedRelay(relay.key.publicKey(), relay.endpoint());
  }

  private long reservesSentTo(SceneNode relay) {
    return b.peerOf(relay).sent.stream().filter(new Reserve(true)::equals).count();
  }

  @Test
  void itReservesWithTwoRelaysAndAnnouncesThemInOneUpdate() {
    scene.link(b, r1);
    scene.link(b, r2);
    scene.link(b, r3);
    scene.pass(ANNOUNCED);
    assertThat(announced()).containsExactly(entry(r1), entry(r2));
    assertThat(b.relay().reachableThrough())
        .containsExactly(r1.key.publicKey(), r2.key.publicKey());
    assertThat(b.recordUpdates).isEqualTo(1);
    assertThat(reservesSentTo(r3)).isZero();
  }

  @Test
  void aListeningNodeAsksNobody() {
    scene.link(r1, r2);
    scene.pass(ANNOUNCED);
    assertThat(r1.peerOf(r2).sent).isEmpty();
    assertThat(r1.recordUpdates).isZero();
  }

  @Test
  void aRelayThatIsGoneIsReplacedAndTheRecordFollowsOnce() {
    scene.link(b, r1);
    scene.link(b, r2);
    scene.link(b, r3);
    scene.pass(ANNOUNCED);
    scene.cut(b, r1);
    scene.pass(ANNOUNCED);
    assertThat(announced()).containsExactly(entry(r2), entry(r3));
    assertThat(b.recordUpdates).isEqualTo(2);
  }

  @Test
  void aRelayThatComesBackInTimeCostsNoNewRecord() {
    scene.link(b, r1);
    scene.pass(ANNOUNCED);
    b.peerOf(r1).disconnect(io.kadlink.rlpx.wire.DisconnectReason.TIMEOUT);
    scene.pass(Duration.ofMillis(100));
    scene.link(b, r1);
    scene.pass(ANNOUNCED);
    assertThat(announced()).containsExactly(entry(r1));
    assertThat(b.recordUpdates).isEqualTo(1);
  }

  @Test
  void whenTheLastRelayIsGoneTheEntryIsRemoved() {
    scene.link(b, r1);
    scene.pass(ANNOUNCED);
    scene.cut(b, r1);
    scene.pass(ANNOUNCED);
    assertThat(b.localRecord().entry(AnnouncedRelay.ENTRY)).isEmpty();
    assertThat(b.relay().reachableThrough()).isEmpty();
  }

  @Test
  void aRelayThatTakesItsWordBackIsReplaced() {
    scene.link(b, r1);
    scene.link(b, r2);
    scene.link(b, r3);
    scene.pass(ANNOUNCED);
    r1.peerOf(b).transmit(new Status(0, StatusCode.STOPPING, "maintenance", Limits.NONE));
    scene.pass(ANNOUNCED);
    assertThat(announced()).containsExactly(entry(r2), entry(r3));
    assertThat(reservesSentTo(r1)).isEqualTo(1);
  }

  @Test
  void aRelayThatRefusesIsLeftInPeaceForAWhile() {
    SceneNode closed = scene.node("closed", RelayOptions.builder().serve(false).build());
    scene.link(b, closed);
    scene.pass(Reachability.REFUSAL_REST.minusSeconds(10));
    assertThat(reservesSentTo(closed)).isEqualTo(1);
    scene.pass(Reachability.REVIEW_PERIOD.plusSeconds(10));
    assertThat(reservesSentTo(closed)).isEqualTo(2);
    assertThat(b.recordUpdates).isZero();
  }

  @Test
  void aRelayThatDoesNotAnswerIsPassedOver() {
    r1.scripted = true;
    r2.scripted = true;
    scene.link(b, r1);
    scene.link(b, r2);
    scene.link(b, r3);
    scene.settle();
    assertThat(reservesSentTo(r3)).isZero();
    scene.pass(Reachability.ANSWER_PATIENCE.plus(ANNOUNCED));
    assertThat(announced()).containsExactly(entry(r3));
    assertThat(b.peerOf(r1).sent.getLast()).isEqualTo(new Reserve(false));
    // A yes that comes after all is too late: the slot was given back.
    r1.peerOf(b).transmit(new Status(0, StatusCode.OK, "", Limits.NONE));
    scene.pass(ANNOUNCED);
    assertThat(announced()).containsExactly(entry(r3));
  }

  @Test
  void aPeerThatCannotBeDialedIsNoRelayForOthers() {
    SceneNode hidden = scene.relay("hidden");
    hidden.listens = false;
    scene.link(hidden, b); // it dialed us, and its record is not known
    scene.settle();
    assertThat(b.peerOf(hidden).sent).isEmpty();
  }

  @Test
  void aPeerThatDialedUsIsARelayWhenItsRecordSaysWhere() {
    scene.link(r1, b);
    scene.pass(ANNOUNCED);
    assertThat(announced()).containsExactly(entry(r1));
  }

  @Test
  void aRelayedSessionIsNoWayToARelay() {
    scene.link(b, r1, Optional.of(r2));
    scene.settle();
    assertThat(b.peerOf(r1).sent).isEmpty();
  }

  @Test
  void whenTheRecordHasRoomForOneOnlyOneIsAnnounced() {
    b.fillRecord(100);
    scene.link(b, r1);
    scene.link(b, r2);
    scene.pass(ANNOUNCED);
    assertThat(announced()).containsExactly(entry(r1));
    assertThat(b.localRecord().encode().size()).isLessThanOrEqualTo(300);
    assertThat(b.recordUpdates).isEqualTo(1);
    scene.pass(Duration.ofMinutes(10));
    assertThat(b.recordUpdates).isEqualTo(1);
  }

  @Test
  void anEntryLeftFromAnEarlierRunIsTakenBack() {
    SceneNode again = scene.relay("again");
    again
        .updateRecord(
            record -> record.entry(AnnouncedRelay.ENTRY, AnnouncedRelay.encode(List.of(entry(r1)))))
        .toCompletableFuture()
        .join();
    again.protocol().start(again);
    scene.pass(ANNOUNCED);
    assertThat(again.localRecord().entry(AnnouncedRelay.ENTRY)).isEmpty();
  }

  @Test
  void aCallThroughARelayThatWasNotAskedIsRefused() {
    SceneNode a = scene.relay("a");
    scene.link(r1, r2);
    scene.settle();
    r1.scripted = true;
    r1.peerOf(r2).transmit(new Stop(1, a.key.publicKey(), Limits.NONE));
    scene.settle();
    assertThat(r2.peerOf(r1).sent)
        .containsExactly(new Status(1, StatusCode.NO_RESERVATION, "", Limits.NONE));
    assertThat(r2.streams).isEmpty();
  }
}
