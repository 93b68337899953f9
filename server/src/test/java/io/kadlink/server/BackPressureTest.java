package io.kadlink.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.Echo;
import io.kadlink.server.testing.TestNetwork;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** A protocol that is slower than its peer stops the peer, not this node. */
class BackPressureTest {
  private static final int MESSAGE_BYTES = 64 * 1024;
  private static final int TOTAL_MESSAGES = 2_000; // 128 MiB, far above all bounds together

  /** Counts, and works on nothing until it is released. */
  private static final class Stuck extends Echo {
    final CountDownLatch released = new CountDownLatch(1);
    final AtomicLong worked = new AtomicLong();

    @Override
    public String name() {
      return "stuck";
    }

    @Override
    public void message(Peer peer, int code, Bytes payload) {
      try {
        released.await(); // a protocol must not block: this one does, to be slow
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      worked.incrementAndGet();
    }
  }

  @Test
  void aSlowProtocolStopsItsPeerAndLosesNothing() {
    try (TestNetwork network = new TestNetwork()) {
      Stuck slow = new Stuck();
      Stuck flooding = new Stuck();
      Server a = network.server(slow);
      Server b = network.server(flooding);
      Peer peer = network.connect(b, a);
      Bytes incompressible = Bytes.random(MESSAGE_BYTES);
      AtomicLong sent = new AtomicLong();
      Runnable sendAll =
          () -> {
            while (sent.get() < TOTAL_MESSAGES && peer.send(flooding, Echo.ASK, incompressible)) {
              sent.incrementAndGet();
            }
          };

      Await.until(
          "the receiver stops reading",
          () -> {
            sendAll.run();
            return a.metrics().get("kadlink.reads.paused").counter().count() > 0;
          });
      Await.holds(
          "the sender has to stop: only the queues and the socket take some more",
          Duration.ofMillis(500),
          () -> {
            sendAll.run();
            return sent.get() < TOTAL_MESSAGES * 3 / 4;
          });
      double received =
          a
              .metrics()
              .get("kadlink.bytes")
              .tag("protocol", "stuck/1")
              .tag("direction", "in")
              .counters()
              .stream()
              .mapToDouble(Counter::count)
              .sum();
      assertThat(received).isLessThan(ReadGauge.HIGH_BYTES + 2.0 * MESSAGE_BYTES + 1024 * 1024);

      slow.released.countDown();
      Await.until(
          "all is sent",
          () -> {
            sendAll.run();
            return sent.get() == TOTAL_MESSAGES;
          });
      Await.until("all is worked off", () -> slow.worked.get() == TOTAL_MESSAGES);
      assertThat(a.peers()).hasSize(1);
      flooding.released.countDown();
    }
  }

  @Test
  void aSlowProtocolDoesNotHoldUpOthers() {
    try (TestNetwork network = new TestNetwork()) {
      Stuck slow = new Stuck();
      Stuck flooding = new Stuck();
      Echo asking = new Echo();
      Server a = network.server(slow, new Echo());
      Server b = network.server(flooding);
      Server c = network.server(asking);
      Peer flooded = network.connect(b, a);
      Peer calm = network.connect(c, a);
      for (int i = 0; i < 500; i++) {
        flooded.send(flooding, Echo.ASK, Bytes.random(MESSAGE_BYTES));
      }

      calm.send(asking, Echo.ASK, Bytes.of(1));

      Await.until("the calm one is answered", () -> asking.received(Echo.ANSWER).size() == 1);
      assertThat(slow.worked.get()).isZero();
      slow.released.countDown();
    }
  }
}
