package io.kadlink.server.testing;

import io.kadlink.server.ByteStream;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Two byte streams, the one's end the other's beginning, with a window in each direction: what a
 * relayed circuit is to a server, without the relay.
 */
public final class Pipe implements AutoCloseable {
  /** Why a stream ends when the pipe is closed. */
  public static final String CUT = "the pipe is cut";

  private final ExecutorService courier =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("pipe").factory());
  private final int windowBytes;
  private final AtomicLong mostInFlight = new AtomicLong();
  private final End one = new End();
  private final End two = new End();

  /**
   * @param windowBytes above so many bytes without credit a writer is told to wait
   */
  public Pipe(int windowBytes) {
    this.windowBytes = windowBytes;
    one.other = two;
    two.other = one;
  }

  public ByteStream one() {
    return one;
  }

  public ByteStream two() {
    return two;
  }

  /** The most that was ever on its way in one direction, written and not yet worked off. */
  public long mostInFlight() {
    return mostInFlight.get();
  }

  /** Cuts it, as a relay that dies does. */
  @Override
  public void close() {
    one.close(CUT);
    courier.shutdown();
  }

  private final class End implements ByteStream {
    private @Nullable End other;
    private @Nullable Sink sink; // on the courier
    private final java.util.Deque<Bytes> early = new java.util.ArrayDeque<>(); // on the courier
    private final AtomicLong inFlight = new AtomicLong(); // written by this end
    private volatile boolean waiting;
    private volatile boolean closed;

    @Override
    public void start(Sink receiver) {
      carry(
          () -> {
            sink = receiver;
            while (!early.isEmpty()) {
              receiver.data(early.remove());
            }
            if (closed) {
              receiver.closed("closed before it began");
            }
          });
    }

    @Override
    public boolean write(Bytes data) {
      if (closed) {
        return false;
      }
      long now = inFlight.addAndGet(data.size());
      mostInFlight.accumulateAndGet(now, Math::max);
      carry(() -> there().arrived(data));
      if (now >= windowBytes) {
        waiting = true;
        return inFlight.get() < windowBytes;
      }
      return true;
    }

    private void arrived(Bytes data) {
      if (sink == null) {
        early.add(data);
      } else {
        sink.data(data);
      }
    }

    @Override
    public void consumed(int bytes) {
      End writer = there();
      carry(
          () -> {
            if (writer.inFlight.addAndGet(-bytes) < windowBytes && writer.waiting) {
              writer.waiting = false;
              if (writer.sink != null) {
                writer.sink.writable();
              }
            }
          });
    }

    @Override
    public void close(String reason) {
      if (!closed) {
        closed = true;
        there().closed = true;
        carry(() -> ended(reason));
        carry(() -> there().ended(reason));
      }
    }

    private void ended(String reason) {
      if (sink != null) {
        sink.closed(reason);
      }
    }

    private End there() {
      return java.util.Objects.requireNonNull(other);
    }

    private void carry(Runnable task) {
      if (!courier.isShutdown()) {
        courier.execute(task);
      }
    }
  }
}
