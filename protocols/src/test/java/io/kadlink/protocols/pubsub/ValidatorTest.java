package io.kadlink.protocols.pubsub;

import static io.kadlink.protocols.pubsub.Scene.OTHER;
import static io.kadlink.protocols.pubsub.Scene.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.NodeKey;
import io.kadlink.protocols.pubsub.Scene.Remote;
import io.kadlink.protocols.pubsub.wire.Message;
import io.kadlink.protocols.pubsub.wire.Packet.Publish;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.testing.Await;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

class ValidatorTest {
  private final NodeKey publisher = NodeKey.generate();
  private final List<CompletableFuture<Verdict>> verdicts = new ArrayList<>();

  private CompletableFuture<Verdict> later(Message message) {
    CompletableFuture<Verdict> verdict = new CompletableFuture<>();
    verdicts.add(verdict);
    return verdict;
  }

  private static Verdict byText(Message message) {
    return switch (new String(message.payload().toArray(), StandardCharsets.UTF_8)) {
      case "rain" -> Verdict.ACCEPT;
      case "frogs" -> Verdict.REJECT;
      default -> Verdict.IGNORE;
    };
  }

  @Test
  void onlyWhatIsAcceptedIsDeliveredAndPassedOn() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    scene.subscribe(OTHER);
    scene.validator(TOPIC, Validator.of(ValidatorTest::byText));
    Remote a = scene.peer().subscribes(TOPIC).grafts(TOPIC);
    Remote b = scene.peer().subscribes(TOPIC).grafts(TOPIC);
    Message rain = scene.message(publisher, TOPIC, "rain");
    a.publishes(rain);
    a.publishes(scene.message(publisher, TOPIC, "frogs"));
    a.publishes(scene.message(publisher, TOPIC, "sun"));
    Message elsewhere = scene.message(publisher, OTHER, "frogs");
    a.publishes(elsewhere);
    assertThat(scene.delivered).containsExactly(rain, elsewhere);
    assertThat(b.hearsMessages()).containsExactly(rain.id());
    assertThat(scene.dropped(DropReason.REJECTED)).isEqualTo(1);
    assertThat(scene.dropped(DropReason.IGNORED)).isEqualTo(1);
    assertThat(scene.faults(Fault.REJECTED_MESSAGE)).isEqualTo(1);
  }

  @Test
  void aPeerThatKeepsSendingWhatIsRejectedIsDisconnected() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    scene.validator(TOPIC, Validator.of(message -> Verdict.REJECT));
    Remote peer = scene.peer().subscribes(TOPIC);
    for (int i = 1; i < 20; i++) {
      peer.publishes(scene.message(publisher, TOPIC, "" + i));
    }
    Message last = scene.message(publisher, TOPIC, "last");
    assertThatThrownBy(() -> peer.tries(new Publish(last))).isInstanceOf(ProtocolViolation.class);
  }

  @Test
  void aPeerCaughtByLateVerdictsIsDisconnectedAtTheHeartbeat() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    scene.validator(TOPIC, this::later);
    Remote peer = scene.peer().subscribes(TOPIC);
    for (int i = 0; i < 20; i++) {
      peer.publishes(scene.message(publisher, TOPIC, "" + i));
    }
    verdicts.forEach(verdict -> verdict.complete(Verdict.REJECT));
    scene.heartbeats(1);
    assertThat(peer.peer.disconnectedWith()).isPresent();
  }

  @Test
  void whileTheVerdictIsOutNothingIsPassedOnAndThenNotToThoseWhoHaveIt() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    scene.validator(TOPIC, this::later);
    Remote a = scene.peer().subscribes(TOPIC).grafts(TOPIC);
    Remote b = scene.peer().subscribes(TOPIC).grafts(TOPIC);
    Remote c = scene.peer().subscribes(TOPIC).grafts(TOPIC);
    Message message = scene.message(publisher, TOPIC, "rain");
    a.publishes(message);
    b.publishes(message);
    assertThat(verdicts).hasSize(1);
    assertThat(scene.delivered).isEmpty();
    assertThat(c.hearsMessages()).isEmpty();
    verdicts.getFirst().complete(Verdict.ACCEPT);
    scene.settle();
    assertThat(scene.delivered).containsExactly(message);
    assertThat(c.hearsMessages()).containsExactly(message.id());
    assertThat(a.hearsMessages()).isEmpty();
    assertThat(b.hearsMessages()).isEmpty();
  }

  @Test
  void allWhoSentARejectedMessageAreNoted() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    scene.validator(TOPIC, this::later);
    Message message = scene.message(publisher, TOPIC, "frogs");
    scene.peer().publishes(message);
    scene.peer().publishes(message);
    verdicts.getFirst().complete(Verdict.REJECT);
    scene.settle();
    assertThat(scene.faults(Fault.REJECTED_MESSAGE)).isEqualTo(2);
  }

  @Test
  void aVerdictThatComesTooLateCountsAsIgnore() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    scene.validator(TOPIC, this::later);
    scene.peer().publishes(scene.message(publisher, TOPIC, "rain"));
    scene.heartbeats(12);
    assertThat(scene.dropped(DropReason.VALIDATION_TIMEOUT)).isEqualTo(1);
    verdicts.getFirst().complete(Verdict.ACCEPT);
    scene.settle();
    assertThat(scene.delivered).isEmpty();
  }

  @Test
  void aValidatorThatFailsCountsAsIgnore() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    Remote peer = scene.peer();
    scene.validator(
        TOPIC,
        message -> {
          throw new IllegalStateException("no barometer");
        });
    scene.settle();
    peer.publishes(scene.message(publisher, TOPIC, "rain"));
    scene.validator(TOPIC, m -> CompletableFuture.failedFuture(new Exception("wet")));
    scene.settle();
    peer.publishes(scene.message(publisher, TOPIC, "sun"));
    scene.validator(TOPIC, this::later);
    scene.settle();
    peer.publishes(scene.message(publisher, TOPIC, "snow"));
    verdicts.getFirst().cancel(false);
    scene.settle();
    assertThat(scene.delivered).isEmpty();
    assertThat(scene.dropped(DropReason.VALIDATION_ERROR)).isEqualTo(3);
    assertThat(scene.faults(Fault.REJECTED_MESSAGE)).isZero();
  }

  @Test
  void theNumberOfMessagesUnderValidationIsBoundedAndWhatFoundNoRoomMayComeAgain() {
    Scene scene =
        new Scene(PubSubOptions.builder().validations(2, 1 << 20, Duration.ofSeconds(10)));
    scene.subscribe(TOPIC);
    scene.validator(TOPIC, this::later);
    Remote peer = scene.peer().subscribes(TOPIC);
    peer.publishes(scene.message(publisher, TOPIC, "1"));
    peer.publishes(scene.message(publisher, TOPIC, "2"));
    Message third = scene.message(publisher, TOPIC, "3");
    peer.publishes(third);
    assertThat(verdicts).hasSize(2);
    assertThat(scene.dropped(DropReason.VALIDATION_QUEUE_FULL)).isEqualTo(1);
    verdicts.forEach(verdict -> verdict.complete(Verdict.IGNORE));
    scene.settle();
    peer.publishes(third);
    verdicts.getLast().complete(Verdict.ACCEPT);
    scene.settle();
    assertThat(scene.delivered).containsExactly(third);
  }

  @Test
  void theBytesUnderValidationAreBounded() {
    Scene scene =
        new Scene(PubSubOptions.builder().validations(100, 1 << 20, Duration.ofSeconds(10)));
    scene.subscribe(TOPIC);
    scene.validator(TOPIC, this::later);
    Remote peer = scene.peer().subscribes(TOPIC);
    long now = Propagation.micros(scene.network.loop().now());
    Bytes half = Bytes.wrap(new byte[600_000]);
    peer.publishes(Message.sign(publisher, TOPIC, now, half));
    peer.publishes(Message.sign(publisher, TOPIC, now + 1, half));
    assertThat(verdicts).hasSize(1);
    verdicts.getFirst().complete(Verdict.ACCEPT);
    scene.settle();
    peer.publishes(Message.sign(publisher, TOPIC, now + 2, half));
    assertThat(verdicts).hasSize(2);
  }

  @Test
  void leavingTheTopicDropsWhatIsUnderValidation() {
    Scene scene = new Scene();
    Subscription subscription = scene.subscribe(TOPIC);
    scene.validator(TOPIC, this::later);
    scene.peer().publishes(scene.message(publisher, TOPIC, "rain"));
    subscription.close();
    verdicts.getFirst().complete(Verdict.ACCEPT);
    scene.settle();
    assertThat(scene.delivered).isEmpty();
    assertThat(scene.dropped(DropReason.NOT_SUBSCRIBED)).isEqualTo(1);
  }

  @Test
  void ownPublicationsAreJudgedToo() {
    Scene scene = new Scene();
    scene.subscribe(TOPIC);
    scene.validator(TOPIC, Validator.of(ValidatorTest::byText));
    Remote peer = scene.peer().subscribes(TOPIC);
    peer.hears();
    var rain = scene.pubSub.publish(TOPIC, Bytes.wrap("rain".getBytes(StandardCharsets.UTF_8)));
    var frogs = scene.pubSub.publish(TOPIC, Bytes.wrap("frogs".getBytes(StandardCharsets.UTF_8)));
    scene.settle();
    assertThat(peer.hearsMessages()).containsExactly(Await.value(rain).id());
    assertThat(Await.failure(frogs))
        .isInstanceOf(PublishException.class)
        .hasMessageContaining("REJECT");
  }
}
