package io.kadlink.rlpx;

import io.kadlink.rlpx.wire.Priority;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which of the frames that wait for one connection goes next: deficit round robin over priorities.
 *
 * <p>In each round a priority has tickets for so many bytes. The highest one that has frames and
 * tickets goes next and pays with the frame's size, into debt if need be; when all that have frames
 * are out of tickets, a new round hands out tickets again, and debts are worked off first. While
 * only one priority has frames, it pays nothing: there is nobody to be fair to. Frames of the base
 * protocol (few and short) go before all, unpaid.
 *
 * <p>A frame never overtakes an earlier one of a higher priority, even when it has tickets and the
 * other has none. That costs it no more than what was there before it, which is bounded, and gives
 * protocols an order to rely on ({@link Priority}).
 *
 * <p>So between a frame's arrival and its turn there pass at most: what arrived before it in its
 * own and higher priorities, and for each started ticket share of its own priority's bytes one
 * round of the others', a frame of each too many. Not thread-safe.
 */
final class OutboundOrder {
  private final ArrayDeque<OutboundFrame> base = new ArrayDeque<>();
  private final Map<Priority, Level> byPriority = new EnumMap<>(Priority.class);
  private final List<Level> levels;
  private long arrivals;

  /** One priority. */
  private static final class Level {
    final ArrayDeque<OutboundFrame> frames = new ArrayDeque<>();
    final int perRound;
    long tickets;

    Level(int perRound) {
      this.perRound = perRound;
      this.tickets = perRound;
    }
  }

  OutboundOrder() {
    for (Priority priority : Priority.values()) {
      byPriority.put(priority, new Level(tickets(priority)));
    }
    levels = List.copyOf(byPriority.values());
  }

  /** Bytes a round: low keeps a twentieth of a busy connection, normal a fifth. */
  static int tickets(Priority priority) {
    return switch (priority) {
      case HIGH -> 256 * 1024;
      case NORMAL -> 64 * 1024;
      case LOW -> 16 * 1024;
    };
  }

  void add(OutboundFrame frame) {
    frame.arrival = arrivals++;
    Priority priority = frame.priority();
    Level level = priority == null ? null : byPriority.get(priority);
    (level == null ? base : level.frames).add(frame);
  }

  boolean isEmpty() {
    if (!base.isEmpty()) {
      return false;
    }
    for (Level level : levels) {
      if (!level.frames.isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** Takes the next frame out, when there is one. */
  @Nullable OutboundFrame next() {
    OutboundFrame urgent = base.poll();
    if (urgent != null) {
      return urgent;
    }
    Level level = choose();
    if (level == null) {
      newRound();
      level = choose();
    }
    if (level == null) {
      return null;
    }
    OutboundFrame frame = level.frames.remove();
    if (isContested(level)) {
      level.tickets -= frame.wireLength();
    } else {
      levels.forEach(each -> each.tickets = each.perRound);
    }
    return frame;
  }

  /** Takes out all there is. */
  void clear(Consumer<OutboundFrame> each) {
    base.forEach(each);
    base.clear();
    for (Level level : levels) {
      level.frames.forEach(each);
      level.frames.clear();
    }
  }

  private @Nullable Level choose() {
    long earliest = Long.MAX_VALUE;
    for (Level level : levels) {
      OutboundFrame head = level.frames.peek();
      if (head != null && head.arrival < earliest) {
        earliest = head.arrival;
        if (level.tickets > 0) {
          return level;
        }
      }
    }
    return null;
  }

  /** As many rounds as it takes until one that may go has tickets. */
  private void newRound() {
    long rounds = Long.MAX_VALUE;
    long earliest = Long.MAX_VALUE;
    for (Level level : levels) {
      OutboundFrame head = level.frames.peek();
      if (head != null && head.arrival < earliest) {
        earliest = head.arrival;
        rounds = Math.min(rounds, -level.tickets / level.perRound + 1);
      }
    }
    if (rounds == Long.MAX_VALUE) {
      return;
    }
    for (Level level : levels) {
      level.tickets = Math.min(level.perRound, level.tickets + rounds * level.perRound);
    }
  }

  private boolean isContested(Level served) {
    for (Level level : levels) {
      if (level != served && !level.frames.isEmpty()) {
        return true;
      }
    }
    return false;
  }
}
