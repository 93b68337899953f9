package io.kadlink.rlpx;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What all connections together may have waiting to be sent. Each one's own bound is for one slow
 * reader; this is for many. When it is used up, a connection keeps a small part that is its own, so
 * that those who read go on as before: what they are sent is gone again at once. Thread-safe.
 */
final class OutboundBudget {
  /** What a connection may have waiting whatever others have: a turn or two. */
  static final int OWN_BYTES = 256 * 1024;

  private final long maxBytes;
  private final AtomicLong pending = new AtomicLong();

  OutboundBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * Whether a connection may have {@code size} more bytes waiting.
   *
   * @param own what it has
   */
  boolean admits(long own, int size) {
    return own == 0 || own + size <= OWN_BYTES || pending.get() + size <= maxBytes;
  }

  /** So many bytes more, or less when negative. */
  void add(long bytes) {
    pending.addAndGet(bytes);
  }

  /** Bytes that wait, of all connections. */
  long pendingBytes() {
    return pending.get();
  }
}
