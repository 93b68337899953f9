package io.kadlink.protocols.pubsub;

import static io.kadlink.protocols.pubsub.Scene.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kadlink.identity.NodeId;
import io.kadlink.protocols.pubsub.wire.MessageId;
import io.kadlink.protocols.pubsub.wire.Topic;
import io.kadlink.server.reputation.Behaviour;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

/** What is remembered has an end, in number and in time. */
class BoundsTest {
  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

  private static Bytes32 number(int number) {
    return Bytes32.leftPad(Bytes.ofUnsignedInt(number));
  }

  @Test
  void backOffsAreForgottenWhenTheyEndAndTheEldestWhenThereAreTooMany() {
    Backoffs backoffs = new Backoffs();
    for (int i = 0; i <= Backoffs.MAX_BACKOFFS; i++) {
      backoffs.add(TOPIC, new NodeId(number(i)), START, Duration.ofMinutes(1));
    }
    assertThat(backoffs.size()).isEqualTo(Backoffs.MAX_BACKOFFS);
    assertThat(backoffs.active(TOPIC, new NodeId(number(0)), START)).isFalse();
    assertThat(backoffs.active(TOPIC, new NodeId(number(1)), START.plusSeconds(59))).isTrue();
    assertThat(backoffs.active(TOPIC, new NodeId(number(1)), START.plusSeconds(60))).isFalse();
    backoffs.sweep(START.plusSeconds(61));
    assertThat(backoffs.size()).isZero();
  }

  @Test
  void aShorterBackOffDoesNotEndALongerOne() {
    Backoffs backoffs = new Backoffs();
    NodeId node = new NodeId(number(1));
    backoffs.add(TOPIC, node, START, Duration.ofSeconds(60));
    backoffs.add(TOPIC, node, START, Duration.ofSeconds(1));
    assertThat(backoffs.active(TOPIC, node, START.plusSeconds(59))).isTrue();
  }

  @Test
  void seenIdsAreForgottenWhenTheirTimeIsOver() {
    SeenCache seen = new SeenCache(Duration.ofSeconds(120), 1_000);
    MessageId early = new MessageId(number(1));
    MessageId late = new MessageId(number(2));
    seen.add(early, START);
    seen.add(late, START.plusSeconds(10));
    seen.add(early, START.plusSeconds(20)); // does not start its time anew
    seen.sweep(START.plusSeconds(121));
    assertThat(seen.contains(early)).isFalse();
    assertThat(seen.contains(late)).isTrue();
    assertThat(seen.size()).isEqualTo(1);
  }

  @Test
  void aFloodOfFanOutTopicsPushesOutTheEldest() {
    PubSubOptions options = PubSubOptions.defaults();
    Roster roster = new Roster(new SplittableRandom(1));
    FanOut fanOut = new FanOut(options, roster);
    for (int i = 0; i <= FanOut.MAX_TOPICS; i++) {
      fanOut.use(new Topic(1, "t" + i), START);
    }
    assertThat(fanOut.size()).isEqualTo(FanOut.MAX_TOPICS);
    fanOut.heartbeat(START.plusSeconds(60));
    assertThat(fanOut.size()).isZero();
  }

  @Test
  void promisesEndWithTheirTimeAndAlternativesAreFew() {
    PubSubMetrics metrics = new PubSubMetrics(new SimpleMeterRegistry());
    Wanted wanted = new Wanted(Duration.ofSeconds(2));
    MessageId id = new MessageId(number(1));
    for (int i = 0; i < 10; i++) {
      Link link = new Link(new NodeId(number(i)), false, new Deaf(), metrics);
      assertThat(wanted.announced(id, TOPIC, link, START)).isEqualTo(i == 0);
    }
    int asked = 1;
    Instant now = START;
    while (wanted.size() > 0) {
      now = now.plusSeconds(2);
      asked += wanted.expire(now, link -> {}).size();
    }
    assertThat(asked).isEqualTo(1 + Wanted.MAX_ALTERNATIVES);
  }

  @Test
  void optionsThatDoNotFitTogetherAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PubSubOptions.builder().degrees(6, 7, 12, 2).build());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PubSubOptions.builder().degrees(6, 4, 12, 4).build());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PubSubOptions.builder().windows(3, 5).build());
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                PubSubOptions.builder()
                    .ages(Duration.ofSeconds(60), Duration.ofSeconds(30), Duration.ofSeconds(89))
                    .build());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PubSubOptions.builder().heartbeat(Duration.ZERO).build());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PubSubOptions.builder().maxIWantBytes(1_000).build());
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                PubSubOptions.builder()
                    .backoffs(Duration.ofHours(2), Duration.ofSeconds(10))
                    .build());
  }

  /** Nobody there. */
  private static final class Deaf implements Outlet {
    @Override
    public boolean send(int code, Bytes payload) {
      return true;
    }

    @Override
    public void report(Behaviour behaviour, String detail) {}

    @Override
    public void disconnect(io.kadlink.rlpx.wire.DisconnectReason reason) {}
  }
}
