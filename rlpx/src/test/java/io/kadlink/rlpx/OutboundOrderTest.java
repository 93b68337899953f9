package io.kadlink.rlpx;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.rlpx.wire.Priority;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which frame goes next. */
class OutboundOrderTest {
  private static final OutboundShare UNBOUNDED =
      new OutboundShare(Long.MAX_VALUE, Integer.MAX_VALUE, () -> {});
  private static final int MAX_BYTES = 200_000;

  private final OutboundOrder order = new OutboundOrder();

  @Test
  void higherPrioritiesGoFirstAndTheBaseProtocolBeforeAll() {
    OutboundFrame low = add(Priority.LOW, 100);
    OutboundFrame normal = add(Priority.NORMAL, 100);
    OutboundFrame high = add(Priority.HIGH, 100);
    OutboundFrame ping = OutboundFrame.base(Unpooled.wrappedBuffer(new byte[1]));
    order.add(ping);

    assertThat(rest()).containsExactly(ping, high, normal, low);
    assertThat(order.isEmpty()).isTrue();
  }

  @Test
  void framesOfOnePriorityStayInOrder() {
    List<OutboundFrame> frames = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      frames.add(add(Priority.NORMAL, 1 + i * 1000));
    }
    assertThat(rest()).isEqualTo(frames);
  }

  @Test
  void aHighFrameWaitsForNoneOfAFloodOfLowOnes() {
    for (int i = 0; i < 1000; i++) {
      add(Priority.LOW, MAX_BYTES);
    }
    for (int i = 0; i < 300; i++) {
      order.next();
    }
    OutboundFrame high = add(Priority.HIGH, 100);

    assertThat(order.next()).isSameAs(high);
  }

  @Test
  void aFloodOfHighFramesLeavesTheLowOnesTheirTickets() {
    OutboundFrame first = add(Priority.LOW, 1000);
    int highBytes = 0;
    OutboundFrame next = first;
    for (add(Priority.HIGH, 1000); ; add(Priority.HIGH, 1000)) {
      next = order.next();
      assertThat(next).isNotNull();
      if (next == first) {
        break;
      }
      highBytes += next.wireLength();
    }

    assertThat(highBytes)
        .isBetween(
            OutboundOrder.tickets(Priority.HIGH), OutboundOrder.tickets(Priority.HIGH) + 2000);
  }

  @Test
  void aPriorityThatWasAloneOwesNothing() {
    add(Priority.LOW, 10_000_000);
    order.next();
    OutboundFrame low = add(Priority.LOW, 100);
    for (int i = 0; i < 300; i++) {
      add(Priority.HIGH, 1000);
    }

    assertThat(rest().indexOf(low)).isLessThan(300);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void noFrameWaitsLongerThanItsPriorityAllowsAndNoneOvertakesAHigherOneBeforeIt(long seed) {
    Random random = new Random(seed);
    Map<Priority, Long> arrived = new EnumMap<>(Priority.class);
    Map<OutboundFrame, Long> limits = new java.util.IdentityHashMap<>();
    List<OutboundFrame> waiting = new ArrayList<>();
    long served = 0;
    for (int step = 0; step < 500; step++) {
      // More comes than goes, and most of it high: the worst there is for the others.
      for (int i = random.nextInt(3); i > 0; i--) {
        Priority priority =
            random.nextInt(3) > 0 ? Priority.HIGH : Priority.values()[random.nextInt(3)];
        OutboundFrame frame = add(priority, 1 + random.nextInt(MAX_BYTES));
        limits.put(frame, served + mostBefore(frame, waiting));
        waiting.add(frame);
        arrived.merge(priority, 1L, Long::sum);
      }
      OutboundFrame next = order.next();
      if (next == null) {
        assertThat(waiting).isEmpty();
        continue;
      }
      assertThat(served).as("bytes before it").isLessThanOrEqualTo(limits.get(next));
      for (OutboundFrame earlier : waiting) {
        if (earlier == next) {
          break;
        }
        assertThat(earlier.priority()).isGreaterThan(next.priority());
      }
      waiting.remove(next);
      served += next.wireLength();
    }
    for (OutboundFrame frame : waiting) {
      assertThat(served).as("bytes before one that waits").isLessThanOrEqualTo(limits.get(frame));
    }
    assertThat(arrived).hasSize(3);
  }

  /** The bound that the class promises. */
  private static long mostBefore(OutboundFrame frame, List<OutboundFrame> waiting) {
    long before = 0;
    long own = frame.wireLength() + MAX_BYTES; // and a frame's worth of debt
    for (OutboundFrame each : waiting) {
      before += each.priority().compareTo(frame.priority()) <= 0 ? each.wireLength() : 0;
      own += each.priority() == frame.priority() ? each.wireLength() : 0;
    }
    long perRound = 0;
    for (Priority priority : Priority.values()) {
      if (priority != frame.priority()) {
        perRound += OutboundOrder.tickets(priority);
      }
    }
    long rounds = own / OutboundOrder.tickets(frame.priority()) + 2;
    return before + rounds * perRound + 2L * MAX_BYTES;
  }

  private OutboundFrame add(Priority priority, int bytes) {
    OutboundFrame frame =
        OutboundFrame.of(Unpooled.wrappedBuffer(new byte[bytes]), priority, UNBOUNDED);
    order.add(frame);
    return frame;
  }

  private List<OutboundFrame> rest() {
    List<OutboundFrame> frames = new ArrayList<>();
    @Nullable OutboundFrame next;
    while ((next = order.next()) != null) {
      frames.add(next);
    }
    return frames;
  }
}
