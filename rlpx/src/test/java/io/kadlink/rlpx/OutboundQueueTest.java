package io.kadlink.rlpx;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.rlpx.frame.FrameKeys;
import io.kadlink.rlpx.frame.FrameReader;
import io.kadlink.rlpx.frame.FrameWriter;
import io.kadlink.rlpx.wire.MessageCodec;
import io.kadlink.rlpx.wire.Priority;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Ticker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What goes out of one connection, and when, with a socket that a test stops. */
class OutboundQueueTest {
  private static final int ID = 0x10;
  private static final int LOW_BYTES = 20_000;

  /** Above it Netty calls a channel not writable. */
  private static final int WATERMARK_BYTES = 64 * 1024;

  /** A socket that takes nothing while it is stopped. */
  private static final class Socket extends ChannelOutboundHandlerAdapter {
    boolean stopped;
    int flushes;

    @Override
    public void flush(ChannelHandlerContext context) {
      flushes++;
      if (!stopped) {
        context.flush();
      }
    }
  }

  private final FrameKeys keys =
      new FrameKeys(new byte[32], new byte[32], new byte[32], new byte[32]);
  private final FrameReader reader = keys.reader(UnpooledByteBufAllocator.DEFAULT);
  private final Socket socket = new Socket();
  private final EmbeddedChannel channel =
      EmbeddedChannel.builder().ticker(Ticker.newMockTicker()).handlers(socket).build();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final OutboundBudget budget = new OutboundBudget(64 << 20);
  private final OutboundQueue queue =
      new OutboundQueue(channel, keys.writer(), budget, new RlpxMetrics(metrics));
  private final AtomicInteger told = new AtomicInteger();
  private final OutboundShare share = share(16 << 20);
  private final ByteBuf arrived = Unpooled.buffer();

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
    arrived.release();
  }

  @Test
  void anUrgentMessageStandsBehindNoMoreOfAFloodThanTheSocketWasGiven() throws Exception {
    socket.stopped = true;
    for (int i = 0; i < 300; i++) {
      assertThat(offer(LOW_BYTES, Priority.LOW)).isTrue();
      channel.runPendingTasks();
    }
    offer(1, Priority.HIGH);
    channel.runPendingTasks();
    resume();

    List<Integer> sizes = frames();
    assertThat(sizes).hasSize(301);
    int before = sizes.indexOf(1) * FrameWriter.wireLength(LOW_BYTES + 1);
    assertThat(before)
        .isLessThanOrEqualTo(
            WATERMARK_BYTES + OutboundQueue.TURN_BYTES + FrameWriter.wireLength(LOW_BYTES + 1));
  }

  @Test
  void aLargeMessageGoesInPiecesAndTakesManyTurns() throws Exception {
    int large = 4 << 20;
    offer(large, Priority.NORMAL);
    channel.runPendingTasks();

    int largest = 0;
    ByteBuf piece;
    while ((piece = channel.readOutbound()) != null) {
      largest = Math.max(largest, piece.readableBytes());
      arrived.writeBytes(piece);
      piece.release();
    }
    assertThat(largest).isLessThanOrEqualTo(OutboundQueue.CHUNK_BYTES);
    assertThat(socket.flushes)
        .as("turns")
        .isGreaterThanOrEqualTo(large / (OutboundQueue.TURN_BYTES + OutboundQueue.CHUNK_BYTES));
    assertThat(frames()).containsExactly(large);
    assertThat(queue.pendingBytes()).isZero();
  }

  @Test
  void messagesOfAnySizeArriveWholeWhereverChunksEnd() throws Exception {
    Random random = new Random(7);
    List<Integer> sent = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      int size = random.nextInt(i % 10 == 0 ? 200_000 : 3000);
      assertThat(offer(size, Priority.NORMAL)).isTrue();
      sent.add(size);
      if (random.nextInt(4) == 0) {
        channel.runPendingTasks();
        frames(sent);
      }
    }
    channel.runPendingTasks();
    frames(sent);
    assertThat(sent).isEmpty();
    assertThat(queue.pendingBytes()).isZero();
  }

  @Test
  void oneProtocolThatFillsItsShareTakesNothingFromAnother() {
    socket.stopped = true;
    OutboundShare other = share(100_000);
    while (offer(LOW_BYTES, Priority.HIGH)) {
      channel.runPendingTasks();
    }
    assertThat(queue.pendingBytes()).isGreaterThan(15 << 20);

    for (int i = 0; i < 4; i++) {
      assertThat(queue.offer(data(LOW_BYTES), Priority.HIGH, other)).isTrue();
    }
    assertThat(queue.offer(data(LOW_BYTES), Priority.HIGH, other)).isFalse();
  }

  @Test
  void theGoodbyeComesAfterAllThatWasQueuedAndNothingAfterIt() throws Exception {
    socket.stopped = true;
    for (int i = 0; i < 30; i++) {
      offer(LOW_BYTES, Priority.LOW);
    }
    List<String> done = new ArrayList<>();
    queue.finish(data(2), () -> done.add("written"));
    assertThat(offer(3, Priority.HIGH)).isFalse();
    channel.runPendingTasks();
    assertThat(done).isEmpty();
    resume();

    List<Integer> sizes = frames();
    assertThat(sizes).hasSize(31).endsWith(2);
    assertThat(done).containsExactly("written");
    assertThat(queue.pendingBytes()).isZero();
  }

  @Test
  void aConnectionThatIsGoneHasNothingPending() {
    socket.stopped = true;
    offer(4 << 20, Priority.NORMAL);
    channel.runPendingTasks();
    for (int i = 0; i < 100; i++) {
      offer(LOW_BYTES, Priority.LOW);
    }
    channel.close();
    channel.runPendingTasks();

    assertThat(queue.pendingBytes()).isZero();
    assertThat(offer(1, Priority.HIGH)).isFalse();
  }

  @Test
  void whenOthersHaveUsedUpTheBudgetThereIsStillAPartForThisOne() {
    budget.add(64 << 20);
    socket.stopped = true;
    while (offer(LOW_BYTES, Priority.HIGH)) {
      channel.runPendingTasks();
    }
    assertThat(queue.pendingBytes())
        .isBetween(OutboundBudget.OWN_BYTES - 21_000L, (long) OutboundBudget.OWN_BYTES);
    assertThat(
            metrics.get("kadlink.rlpx.dropped").tag("reason", "outbound-budget").counter().count())
        .isEqualTo(1);

    resume();
    assertThat(queue.pendingBytes()).isZero();
    assertThat(budget.pendingBytes()).isEqualTo(64 << 20);
    assertThat(told).as("who was refused learns of room").hasValue(1);
    assertThat(offer(1 << 20, Priority.HIGH)).as("one message of any size").isTrue();
    assertThat(offer(1, Priority.HIGH)).isFalse();
  }

  @Test
  void aProtocolThatWasRefusedForWhatAnotherHasWaitingLearnsOfRoom() {
    budget.add(64 << 20);
    socket.stopped = true;
    AtomicInteger otherTold = new AtomicInteger();
    OutboundShare other = new OutboundShare(1 << 20, 1000, otherTold::incrementAndGet);
    while (offer(LOW_BYTES, Priority.HIGH)) {
      channel.runPendingTasks();
    }
    assertThat(queue.offer(data(LOW_BYTES), Priority.HIGH, other)).isFalse();
    assertThat(queue.offer(data(LOW_BYTES), Priority.HIGH, other)).isFalse();
    assertThat(otherTold).hasValue(0);

    resume();
    assertThat(otherTold).hasValue(1);
    assertThat(queue.offer(data(LOW_BYTES), Priority.HIGH, other)).isTrue();
  }

  @Test
  void whoAsksForRoomFirstIsToldOfItAndHasNothingDropped() {
    socket.stopped = true;
    int size = FrameWriter.wireLength(LOW_BYTES + 1);
    OutboundShare small = share(3L * size);
    for (int i = 0; i < 3; i++) {
      assertThat(queue.hasRoom(size, Priority.HIGH, small)).isTrue();
      assertThat(queue.offer(data(LOW_BYTES), Priority.HIGH, small)).isTrue();
      channel.runPendingTasks();
    }
    assertThat(queue.hasRoom(1, Priority.HIGH, small)).isFalse();
    assertThat(queue.hasRoom(1, Priority.HIGH, share)).as("another").isTrue();
    assertThat(told).hasValue(0);

    resume();
    assertThat(told).hasValue(1);
    assertThat(queue.hasRoom(100 * size, Priority.HIGH, small)).as("of any size").isTrue();
    assertThat(metrics.find("kadlink.rlpx.dropped").counters())
        .allMatch(counter -> counter.count() == 0);
  }

  @Test
  void theBudgetIsGivenBackByAConnectionThatIsGone() {
    socket.stopped = true;
    for (int i = 0; i < 100; i++) {
      offer(LOW_BYTES, Priority.LOW);
      channel.runPendingTasks();
    }
    assertThat(budget.pendingBytes()).isGreaterThan(100 * LOW_BYTES);
    channel.close();
    channel.runPendingTasks();
    assertThat(budget.pendingBytes()).isZero();
  }

  private void resume() {
    socket.stopped = false;
    channel.flush();
    channel.pipeline().fireChannelWritabilityChanged();
    queue.writable();
    channel.runPendingTasks();
  }

  private boolean offer(int size, Priority priority) {
    return queue.offer(data(size), priority, share);
  }

  private static ByteBuf data(int size) {
    byte[] payload = new byte[size];
    Arrays.fill(payload, (byte) size);
    return MessageCodec.encode(UnpooledByteBufAllocator.DEFAULT, ID, Bytes.wrap(payload), false);
  }

  private OutboundShare share(long maxBytes) {
    return new OutboundShare(maxBytes, Integer.MAX_VALUE / 4, told::incrementAndGet);
  }

  /** The payload sizes of what has arrived; their content must be right. */
  private List<Integer> frames() throws Exception {
    ByteBuf piece;
    while ((piece = channel.readOutbound()) != null) {
      arrived.writeBytes(piece);
      piece.release();
    }
    List<Integer> sizes = new ArrayList<>();
    while (arrived.isReadable() && reader.read(arrived)) {
      int size = reader.data().readableBytes() - 1;
      for (int i = 1; i <= size; i++) {
        if (reader.data().getByte(i) != (byte) size) {
          throw new AssertionError("byte " + i + " of " + size + " is wrong");
        }
      }
      sizes.add(size);
    }
    return sizes;
  }

  private void frames(List<Integer> expected) throws Exception {
    for (int size : frames()) {
      assertThat(size).isEqualTo(expected.removeFirst());
    }
  }
}
