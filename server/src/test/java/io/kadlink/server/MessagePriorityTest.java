package io.kadlink.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.rlpx.wire.Priority;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.Echo;
import io.kadlink.server.testing.TestNetwork;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** Messages to a slow reader: which go first, which are refused, and who learns of room again. */
class MessagePriorityTest {
  private static final int BULK = 0;
  private static final int NEWS = 1;
  private static final Bytes BULK_PAYLOAD = Bytes.random(100_000);

  /** Reads nothing until it is released. */
  private static final class Talk extends Echo {
    private final String name;
    final CountDownLatch released = new CountDownLatch(1);
    final List<Integer> codes = new CopyOnWriteArrayList<>();
    final AtomicInteger room = new AtomicInteger();

    Talk(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Priority priority(int code) {
      return code == NEWS ? Priority.HIGH : Priority.LOW;
    }

    @Override
    public void message(Peer peer, int code, Bytes payload) {
      try {
        released.await(); // a protocol must not block: this one does, to be slow
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      codes.add(code);
    }

    @Override
    public void writable(Peer peer) {
      context().loop().assertInLoop();
      room.incrementAndGet();
    }
  }

  @Test
  void newsOvertakeAFloodThatFillsTheQueueAndRoomIsToldOnce() {
    try (TestNetwork network = new TestNetwork()) {
      Talk reading = new Talk("talk");
      Talk sending = new Talk("talk");
      Server a = network.server(reading);
      Server b = network.server(sending);
      Peer peer = network.connect(b, a);
      int bulk = 0;
      while (peer.send(sending, BULK, BULK_PAYLOAD)) {
        bulk++;
      }
      // The sockets still take some; when they are full it is as full as it gets.
      long pending = -1;
      while (pending != peer.pendingBytes()) {
        pending = peer.pendingBytes();
        Await.holds("the sockets fill", java.time.Duration.ofMillis(100), () -> true);
        while (peer.send(sending, BULK, BULK_PAYLOAD)) {
          bulk++;
        }
      }
      int waiting = (int) (peer.pendingBytes() / BULK_PAYLOAD.size());

      assertThat(peer.send(sending, NEWS, Bytes.of(1))).as("low leaves room for high").isTrue();
      reading.released.countDown();

      int total = bulk;
      Await.until("all has arrived", () -> reading.codes.size() == total + 1);
      int overtaken = total - reading.codes.indexOf(NEWS);
      assertThat(overtaken).as("of %d that waited", waiting).isGreaterThan(waiting - 5);
      Await.until("room is told", () -> sending.room.get() == 1);
    }
  }

  @Test
  void oneProtocolThatIsFullLeavesAnotherItsRoom() {
    try (TestNetwork network = new TestNetwork()) {
      Talk slow = new Talk("slow");
      Talk filling = new Talk("slow");
      Talk other = new Talk("other");
      Talk heard = new Talk("other");
      Server a = network.server(slow, heard);
      Server b = network.server(filling, other);
      Peer peer = network.connect(b, a);
      Await.until(
          "the queue stays full",
          () -> {
            boolean full = false;
            while (peer.send(filling, NEWS, BULK_PAYLOAD)) {
              full = true;
            }
            return !full;
          });

      assertThat(peer.send(other, BULK, BULK_PAYLOAD)).isTrue();
      assertThat(peer.send(other, NEWS, BULK_PAYLOAD)).isTrue();
      assertThat(
              b.metrics()
                  .get("kadlink.messages.dropped")
                  .tag("protocol", "other/1")
                  .counter()
                  .count())
          .isZero();
      heard.released.countDown();
      slow.released.countDown();
    }
  }
}
