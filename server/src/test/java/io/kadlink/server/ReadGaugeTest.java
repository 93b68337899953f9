package io.kadlink.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.rlpx.RlpxConnection;
import io.kadlink.server.testing.Await;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The gauge between a connection's loop and the protocols' loops. */
class ReadGaugeTest {
  private static final int MESSAGE_BYTES = 1 << 20;

  private volatile boolean reading = true;
  private final AtomicInteger switches = new AtomicInteger();
  private final ReadGauge gauge = new ReadGauge(connection());
  private final Counter pauses = new SimpleMeterRegistry().counter("pauses");
  private final ReadGauge.Level level = gauge.level(pauses);

  @Test
  void readingStopsAboveTheHighMarkAndGoesOnAtTheLowMark() {
    int untilHigh = (int) (ReadGauge.HIGH_BYTES / MESSAGE_BYTES);
    for (int i = 0; i < untilHigh - 1; i++) {
      level.arrived(MESSAGE_BYTES);
    }
    assertThat(reading).isTrue();
    level.arrived(MESSAGE_BYTES);
    assertThat(reading).as("full, with the overhead of each message").isFalse();

    level.workedOff(MESSAGE_BYTES);
    assertThat(reading).isFalse();
    while (!reading) {
      level.workedOff(MESSAGE_BYTES);
      untilHigh--;
    }
    assertThat(untilHigh).isEqualTo(2);
  }

  @Test
  void eachProtocolHasABoundOfItsOwn() {
    ReadGauge.Level other = gauge.level(pauses);
    int most = (int) ReadGauge.HIGH_BYTES - ReadGauge.MESSAGE_OVERHEAD_BYTES;
    level.arrived(most);
    other.arrived(most);
    assertThat(reading).as("each is at its mark, none above").isTrue();

    other.arrived(0);
    assertThat(reading).isFalse();
    level.workedOff(most);
    assertThat(reading).as("the other is still too slow").isFalse();
    other.workedOff(most);
    assertThat(reading).isTrue();
  }

  @Test
  void whileOneIsFullNoOtherResumes() {
    ReadGauge.Level other = gauge.level(pauses);
    level.arrived((int) ReadGauge.HIGH_BYTES);
    other.arrived((int) ReadGauge.HIGH_BYTES);
    level.workedOff((int) ReadGauge.HIGH_BYTES);
    assertThat(reading).isFalse();
    other.workedOff((int) ReadGauge.HIGH_BYTES);
    assertThat(reading).isTrue();
  }

  @Test
  void aResumptionThatTakesEffectLateLetsOneMoreMessageIn() {
    level.arrived((int) ReadGauge.HIGH_BYTES);
    reading = true; // what a protocol's loop asked for before it was full again
    level.arrived(0);
    assertThat(reading).isFalse();
    assertThat(pauses.count()).isEqualTo(1);
  }

  @Test
  void emptyMessagesCountToo() {
    long count = ReadGauge.HIGH_BYTES / ReadGauge.MESSAGE_OVERHEAD_BYTES + 1;
    for (long i = 0; i < count; i++) {
      level.arrived(0);
    }
    assertThat(reading).isFalse();
  }

  @Test
  void noOrderOfTheTwoSidesLeavesTheConnectionPausedForGood() throws Exception {
    int total = 300_000;
    LinkedBlockingQueue<Integer> waiting = new LinkedBlockingQueue<>();
    CompletableFuture<Void> protocol =
        CompletableFuture.runAsync(
            () -> {
              try {
                for (int i = 0; i < total; i++) {
                  Integer message = waiting.poll(20, TimeUnit.SECONDS);
                  assertThat(message).as("message %d of %d", i, total).isNotNull();
                  level.workedOff(MESSAGE_BYTES);
                }
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    for (int i = 0; i < total; i++) {
      while (!reading && !protocol.isDone()) {
        Thread.onSpinWait();
      }
      level.arrived(MESSAGE_BYTES);
      waiting.add(i);
    }
    protocol.get(60, TimeUnit.SECONDS);
    Await.until("it reads again", () -> reading);
    assertThat(switches.get()).isGreaterThan(2);
  }

  private RlpxConnection connection() {
    return (RlpxConnection)
        Proxy.newProxyInstance(
            RlpxConnection.class.getClassLoader(),
            new Class<?>[] {RlpxConnection.class},
            (proxy, method, args) -> {
              assertThat(method.getName()).isEqualTo("setReading");
              reading = (Boolean) args[0];
              switches.incrementAndGet();
              return null;
            });
  }
}
