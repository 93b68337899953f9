package io.kadlink.server;

import io.kadlink.rlpx.RlpxConnection;
import io.micrometer.core.instrument.Counter;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds what one peer may have waiting between its connection and each protocol: while any is
 * above the high mark nothing more is read from the peer, until that protocol is down to the low
 * mark. Each has its own bound, so that busy protocols together don't stop a peer that none of them
 * is too slow for.
 *
 * <p>A protocol that is too slow does hold up the others' messages of the same peer: they come in
 * one stream, and what stands before them in it would have to be kept. Other peers are not touched.
 *
 * <p>Two sides meet here without a lock. {@link Level#arrived} comes from the connection's loop
 * alone, so only one thread ever pauses; {@link Level#workedOff} comes from any protocol's loop and
 * resumes. Each side looks again after it acted, so that no order of the two leaves a connection
 * paused with nothing waiting.
 */
final class ReadGauge {
  /**
   * 4 MiB, room for a few block bodies, and less where the heap is small: fifty peers that send
   * faster than they are served must not fill it. One message of 16 MiB may go over it, the next is
   * not read.
   */
  static final long HIGH_BYTES = Math.min(4 << 20, Runtime.getRuntime().maxMemory() / 256);

  static final long LOW_BYTES = HIGH_BYTES / 2;

  /** What a waiting message costs besides its payload, so that empty ones count, too. */
  static final int MESSAGE_OVERHEAD_BYTES = 256;

  private final RlpxConnection connection;

  /** How many levels are above their mark; reading is paused while there are any. */
  private final AtomicInteger full = new AtomicInteger();

  ReadGauge(RlpxConnection connection) {
    this.connection = connection;
  }

  /**
   * What waits for one protocol.
   *
   * @param pauses counts how often it stops the reading
   */
  Level level(Counter pauses) {
    return new Level(pauses);
  }

  /** What waits for one protocol of one peer. */
  final class Level {
    private final Counter pauses;
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicBoolean isFull = new AtomicBoolean();

    private Level(Counter pauses) {
      this.pauses = pauses;
    }

    /** On the connection's loop: a message goes to its protocol. */
    void arrived(int payloadBytes) {
      long now = waiting.addAndGet(payloadBytes + MESSAGE_OVERHEAD_BYTES);
      if (now <= HIGH_BYTES) {
        return;
      }
      if (isFull.compareAndSet(false, true)) {
        pauses.increment();
        full.incrementAndGet();
      }
      connection.setReading(false); // again when full already: a late resumption undid it
      if (full.get() == 0) {
        connection.setReading(true); // resumed before our pause took effect
      } else if (waiting.get() <= LOW_BYTES) {
        resume(); // the last message was worked off before we paused
      }
    }

    /** On the protocol's loop: it is done with a message. */
    void workedOff(int payloadBytes) {
      long now = waiting.addAndGet(-(long) payloadBytes - MESSAGE_OVERHEAD_BYTES);
      if (now <= LOW_BYTES) {
        resume();
      }
    }

    private void resume() {
      if (isFull.compareAndSet(true, false) && full.decrementAndGet() == 0) {
        connection.setReading(true);
      }
    }
  }
}
