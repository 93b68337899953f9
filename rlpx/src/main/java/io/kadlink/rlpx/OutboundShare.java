package io.kadlink.rlpx;

import io.kadlink.rlpx.wire.Priority;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one protocol may have waiting for one connection, in bytes on the wire and in messages; no
 * protocol takes any of another's. Low priority may fill half of a share, normal three quarters, so
 * that a flood of the one leaves room for the other. Whoever has nothing waiting may offer a
 * message of any size.
 *
 * <p>Any thread reserves, the event loop releases. Whoever was refused is told once, on the event
 * loop, when three quarters of the share are free again: each side looks again after it acted, so
 * that no order of the two leaves a refusal without its call.
 */
final class OutboundShare {
  private final long maxBytes;
  private final int maxMessages;
  private final Runnable room;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger messages = new AtomicInteger();
  private final AtomicBoolean refused = new AtomicBoolean();

  /**
   * @param room called on the event loop when there is room again after a refusal
   */
  OutboundShare(long maxBytes, int maxMessages, Runnable room) {
    this.maxBytes = maxBytes;
    this.maxMessages = maxMessages;
    this.room = room;
  }

  /** Whether there is any sense in making a frame to offer. */
  boolean isOpen(Priority priority) {
    return bytes.get() < of(maxBytes, priority) && messages.get() < of(maxMessages, priority);
  }

  /** Whether a message of this size would get room. */
  boolean isOpen(int size, Priority priority) {
    long now = bytes.get();
    return isOpen(priority) && (now == 0 || now + size <= of(maxBytes, priority));
  }

  /** Takes room for a message, if there is. */
  boolean reserve(int size, Priority priority) {
    if (messages.incrementAndGet() > of(maxMessages, priority)) {
      messages.decrementAndGet();
      return false;
    }
    while (true) {
      long now = bytes.get();
      if (now > 0 && now + size > of(maxBytes, priority)) {
        messages.decrementAndGet();
        return false;
      }
      if (bytes.compareAndSet(now, now + size)) {
        return true;
      }
    }
  }

  /** Any thread: a message was refused. Says whether it is the first one since the last call. */
  boolean refuse() {
    return refused.compareAndSet(false, true);
  }

  /** The same, and whether {@link #tell} has to be called on the event loop. */
  boolean refusedTooLate() {
    refuse();
    return hasRoomAgain();
  }

  /** On the event loop: so much was taken by the socket, or dropped. */
  void release(long size, int count) {
    bytes.addAndGet(-size);
    messages.addAndGet(-count);
    tell();
  }

  /** On the event loop. */
  void tell() {
    if (refused.get() && hasRoomAgain() && refused.compareAndSet(true, false)) {
      room.run();
    }
  }

  private boolean hasRoomAgain() {
    return bytes.get() <= maxBytes / 4 && messages.get() <= maxMessages / 4;
  }

  private static long of(long most, Priority priority) {
    return switch (priority) {
      case HIGH -> most;
      case NORMAL -> Math.max(1, most * 3 / 4);
      case LOW -> Math.max(1, most / 2);
    };
  }
}
