package io.kadlink.server;

import io.kadlink.rlpx.RlpxConnection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds what one peer may have waiting between its connection and the protocols: above the high
 * mark nothing more is read from it, until the protocols are down to the low mark.
 *
 * <p>Two sides meet here without a lock. {@link #arrived} comes from the connection's loop alone,
 * so only one thread ever pauses; {@link #workedOff} comes from any protocol's loop and resumes.
 * Each side looks again after it acted, so that no order of the two leaves a connection paused with
 * nothing waiting.
 */
final class ReadGauge {
  /** Room for a few block bodies; one message of 16 MiB may go over it, the next is not read. */
  static final long HIGH_BYTES = 4 << 20;

  static final long LOW_BYTES = HIGH_BYTES / 2;

  /** What a waiting message costs besides its payload, so that empty ones count, too. */
  static final int MESSAGE_OVERHEAD_BYTES = 256;

  private final RlpxConnection connection;
  private final ServerMetrics metrics;
  private final AtomicLong waiting = new AtomicLong();
  private final AtomicBoolean paused = new AtomicBoolean();

  ReadGauge(RlpxConnection connection, ServerMetrics metrics) {
    this.connection = connection;
    this.metrics = metrics;
  }

  /** On the connection's loop: a message goes to its protocol. */
  void arrived(int payloadBytes) {
    long now = waiting.addAndGet(payloadBytes + MESSAGE_OVERHEAD_BYTES);
    if (now > HIGH_BYTES && paused.compareAndSet(false, true)) {
      metrics.paused();
      connection.setReading(false);
      if (!paused.get()) {
        connection.setReading(true); // resumed before our pause took effect
      } else if (waiting.get() <= LOW_BYTES) {
        resume(); // the last message was worked off before we paused
      }
    }
  }

  /** On a protocol's loop: it is done with a message. */
  void workedOff(int payloadBytes) {
    long now = waiting.addAndGet(-(long) payloadBytes - MESSAGE_OVERHEAD_BYTES);
    if (now <= LOW_BYTES) {
      resume();
    }
  }

  private void resume() {
    if (paused.compareAndSet(true, false)) {
      connection.setReading(true);
    }
  }
}
