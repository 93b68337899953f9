package io.kadlink.testnet.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.discovery.loop.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Loops on virtual time. */
class VirtualTimeTest {
  private final VirtualTime time =
      new VirtualTime(Duration.ofMillis(10), 2, new EventLog(null), () -> {});
  private final VirtualLoop loop = time.newLoop();
  private final List<String> told = new ArrayList<>();

  @AfterEach
  void end() {
    time.close();
  }

  @Test
  void tasksRunInOrderOfTimeAndThenAsTheyCame() {
    Loop.Timer second = loop.schedule(Duration.ofMillis(2), () -> told.add("second"));
    Loop.Timer first = loop.schedule(Duration.ofMillis(1), () -> told.add("first"));
    Loop.Timer third = loop.schedule(Duration.ofMillis(2), () -> told.add("third"));
    assertThat(List.of(first, second, third)).doesNotHaveDuplicates();
    time.pass(Duration.ofMillis(3));
    assertThat(told).containsExactly("first", "second", "third");
  }

  @Test
  void aCancelledTaskDoesNotRun() {
    loop.schedule(Duration.ofMillis(1), () -> told.add("never")).cancel();
    time.pass(Duration.ofMillis(3));
    assertThat(told).isEmpty();
  }

  @Test
  void aTaskSeesItsOwnTimeAndWhatIsNotDueWaits() {
    var unused =
        loop.schedule(
            Duration.ofMillis(5), () -> told.add(Duration.ofNanos(loop.nanoTime()).toString()));
    time.pass(Duration.ofMillis(5));
    assertThat(told).isEmpty();
    time.pass(Duration.ofMillis(7));
    assertThat(told).containsExactly(Duration.ofMillis(5).toString());
    assertThat(time.elapsed()).isEqualTo(Duration.ofMillis(12));
    assertThat(loop.now()).isEqualTo(VirtualTime.START.plusMillis(12));
  }

  @Test
  void onlyTheLoopItselfIsInTheLoop() {
    VirtualLoop other = time.newLoop();
    assertThat(loop.inLoop()).isFalse();
    loop.run(
        () -> {
          assertThat(loop.inLoop()).isTrue();
          assertThat(other.inLoop()).isFalse();
        });
    assertThat(loop.inLoop()).isFalse();
  }

  @Test
  void loopsCanNotHearOfEachOtherSoonerThanTheLookahead() {
    VirtualLoop other = time.newLoop();
    long least = time.lookahead().toNanos();
    assertThatThrownBy(() -> loop.post(other, least - 1, () -> {}))
        .isInstanceOf(IllegalArgumentException.class);
    loop.post(other, least, () -> told.add("heard"));
    time.pass(time.lookahead().multipliedBy(2));
    assertThat(told).containsExactly("heard");
  }

  @Test
  void timePassesUntilAConditionHolds() {
    var unused = loop.schedule(Duration.ofSeconds(3), () -> told.add("done"));
    assertThat(time.passUntil(() -> !told.isEmpty(), Duration.ofSeconds(2))).isFalse();
    assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(2));
    assertThat(time.passUntil(() -> !told.isEmpty(), Duration.ofMinutes(2))).isTrue();
    assertThat(time.elapsed()).isLessThan(Duration.ofSeconds(4));
  }

  @Test
  void aFailureOnAnyThreadEndsTheSimulation() {
    VirtualLoop other = time.newLoop();
    for (VirtualLoop each : List.of(loop, other)) {
      each.execute(
          () -> {
            throw new IllegalArgumentException("broken");
          });
    }
    assertThatThrownBy(() -> time.pass(Duration.ofSeconds(1))).hasStackTraceContaining("broken");
  }
}
