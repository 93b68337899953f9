package io.kadlink.rlpx;

import io.kadlink.rlpx.frame.FrameWriter;
import io.kadlink.rlpx.wire.Priority;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Frames on their way out. Any thread offers; the event loop seals what has gathered in the order
 * of {@link OutboundOrder}, in chunks that small frames share and large ones are cut into, and
 * flushes once a turn. A turn is short, whatever the size of a message, and the loop sees to its
 * sockets in between.
 *
 * <p>Only as much is sealed as the socket is about to take. The rest waits in the order of its
 * priority, so that what comes late and is urgent stands behind a turn's bytes, and the rest of the
 * frame that was begun, at most: a frame can't be interrupted.
 *
 * <p>Bytes count as pending from the offer until the socket has taken them, in the size they have
 * on the wire.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails shows as a lost channel
final class OutboundQueue {
  /** Small frames share a buffer, and so a write, up to this size; larger ones are cut. */
  static final int CHUNK_BYTES = 64 * 1024;

  /** Sealed in one turn: some tenths of a millisecond. */
  static final int TURN_BYTES = 2 * CHUNK_BYTES;

  /** What frame data does not fill: padding and MAC. */
  private static final int TAIL_BYTES = 32;

  /** A chunk with less room than this is full: a header, a tail and some data would not fit. */
  private static final int LEAST_ROOM_BYTES = 128;

  private final Channel channel;
  private final FrameWriter writer;
  private final OutboundBudget budget;
  private final RlpxMetrics metrics;
  private final Queue<OutboundFrame> offered = new ConcurrentLinkedQueue<>();
  private final Queue<OutboundShare> overBudget = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final AtomicLong pending = new AtomicLong();
  private volatile boolean closed;

  private final OutboundOrder order = new OutboundOrder();
  private @Nullable OutboundFrame current;
  private int sealedOfCurrent;
  private @Nullable OutboundFrame last;
  private Runnable afterLast = () -> {};
  private boolean over;
  private long written;

  OutboundQueue(Channel channel, FrameWriter writer, OutboundBudget budget, RlpxMetrics metrics) {
    this.channel = channel;
    this.writer = writer;
    this.budget = budget;
    this.metrics = metrics;
    channel.closeFuture().addListener(closing -> drop());
  }

  /**
   * Takes {@code data}, a heap buffer, which it releases whatever happens.
   *
   * @return false when it was dropped: closed, or the share or the budget of all is used up
   */
  boolean offer(ByteBuf data, Priority priority, OutboundShare share) {
    OutboundFrame frame = OutboundFrame.of(data, priority, share);
    if (admits(priority, share)) {
      if (!budget.admits(pending.get(), frame.wireLength())) {
        overBudget(share);
      } else if (share.reserve(frame.wireLength(), priority)) {
        enqueue(frame);
        return true;
      } else {
        full(share);
      }
    }
    data.release();
    return false;
  }

  /** Takes a frame of the base protocol: few and short, they are never refused for space. */
  void offerBase(ByteBuf data) {
    if (closed) {
      data.release();
      return;
    }
    enqueue(OutboundFrame.base(data));
  }

  /** Whether there is any sense in making a frame to offer; counts it as dropped when not. */
  boolean admits(Priority priority, OutboundShare share) {
    if (closed) {
      metrics.dropped("outbound-closed");
      return false;
    }
    if (!share.isOpen(priority)) {
      full(share);
      return false;
    }
    return true;
  }

  /**
   * Whether a message would be taken; when not, its share is told once there is room.
   *
   * @param size on the wire
   */
  boolean hasRoom(int size, Priority priority, OutboundShare share) {
    if (closed) {
      return false;
    }
    if (!budget.admits(pending.get(), size)) {
      waitForBudget(share);
      return false;
    }
    if (!share.isOpen(size, priority)) {
      waitForShare(share);
      return false;
    }
    return true;
  }

  long pendingBytes() {
    return pending.get();
  }

  /** Bytes the socket has taken so far; on the event loop. */
  long takenBytes() {
    var outbound = channel.unsafe().outboundBuffer();
    return written + (outbound == null ? 0 : outbound.currentProgress());
  }

  /** The socket takes bytes again; on the event loop. */
  void writable() {
    if (!isEmpty()) {
      schedule();
    }
  }

  /** On the event loop: refuses further offers, writes what is there, then {@code data}. */
  void finish(ByteBuf data, Runnable then) {
    closed = true;
    last = OutboundFrame.base(data);
    count(last.wireLength());
    afterLast = then;
    drain();
  }

  private void full(OutboundShare share) {
    metrics.dropped("outbound-full");
    waitForShare(share);
  }

  private void waitForShare(OutboundShare share) {
    if (share.refusedTooLate()) {
      inLoop(share::tell);
    }
  }

  private void overBudget(OutboundShare share) {
    metrics.dropped("outbound-budget");
    waitForBudget(share);
  }

  /** It is told when what waits for this connection, of any protocol, is down to half a part. */
  private void waitForBudget(OutboundShare share) {
    if (share.refuse()) {
      overBudget.add(share);
    }
    if (pending.get() == 0) {
      inLoop(this::tellOverBudget);
    }
  }

  private void tellOverBudget() {
    OutboundShare share;
    while ((share = overBudget.poll()) != null) {
      share.tell();
    }
  }

  private void count(long bytes) {
    pending.addAndGet(bytes);
    budget.add(bytes);
  }

  private void enqueue(OutboundFrame frame) {
    count(frame.wireLength());
    offered.add(frame);
    schedule();
  }

  private void schedule() {
    if (scheduled.compareAndSet(false, true)) {
      if (channel.eventLoop().inEventLoop()) {
        takeTurn();
      } else {
        inLoop(this::takeTurn);
      }
    }
  }

  /**
   * A timer, though due at once, lets the loop see to its sockets first. Tasks would not: a loop
   * runs them as long as there are any, and while many connections have much to send that is long.
   */
  private void takeTurn() {
    channel.eventLoop().schedule(this::turn, 0, TimeUnit.NANOSECONDS);
  }

  private void turn() {
    scheduled.set(false);
    drain();
  }

  private void inLoop(Runnable task) {
    try {
      channel.eventLoop().execute(task);
    } catch (RejectedExecutionException shutDown) {
      closed = true;
      dropOffered();
    }
  }

  private boolean isEmpty() {
    return current == null && last == null && order.isEmpty() && offered.isEmpty();
  }

  /** While the socket takes nothing, frames wait here unsealed until it is {@link #writable}. */
  private void drain() {
    if (over) {
      drop();
      return;
    }
    if (channel.isWritable() || !channel.isActive()) {
      seal();
      if (channel.isWritable()) {
        writable();
      }
    }
  }

  private void seal() {
    OutboundFrame offer;
    while ((offer = offered.poll()) != null) {
      order.add(offer);
    }
    Chunk chunk = null;
    for (int sealed = 0; sealed < TURN_BYTES; ) {
      OutboundFrame frame = begun();
      if (frame == null) {
        break;
      }
      if (chunk == null) {
        chunk = new Chunk(order.isEmpty() ? frame.wireLength() - sealedOfCurrent : CHUNK_BYTES);
      }
      sealed += seal(frame, chunk);
      if (chunk.room() < LEAST_ROOM_BYTES) {
        chunk.write();
        chunk = null;
      }
    }
    if (chunk != null) {
      chunk.write();
    }
    channel.flush();
    if (over) {
      channel.writeAndFlush(channel.alloc().buffer(0)).addListener(done -> afterLast.run());
    }
  }

  /** The frame to go on with. */
  private @Nullable OutboundFrame begun() {
    if (current == null) {
      current = order.next();
      sealedOfCurrent = 0;
    }
    if (current == null && last != null) {
      current = last;
      last = null;
      over = true;
    }
    return current;
  }

  /** Seals as much of {@code frame} as the chunk has room for; returns how many bytes it took. */
  private int seal(OutboundFrame frame, Chunk chunk) {
    ByteBuf data = frame.data();
    int before = chunk.bytes.readableBytes();
    if (sealedOfCurrent == 0) {
      writer.begin(data.readableBytes(), chunk.bytes);
    }
    int piece = Math.min(data.readableBytes(), chunk.room() - TAIL_BYTES);
    writer.append(data.array(), data.arrayOffset() + data.readerIndex(), piece, chunk.bytes);
    data.skipBytes(piece);
    boolean whole = !data.isReadable();
    if (whole) {
      writer.end(chunk.bytes);
      data.release();
      current = null;
      metrics.framesOut().increment();
    }
    int size = chunk.bytes.readableBytes() - before;
    sealedOfCurrent += size;
    chunk.carries(frame.share(), size, whole);
    return size;
  }

  private void drop() {
    closed = true;
    over = true;
    if (current != null) {
      drop(current, sealedOfCurrent);
      current = null;
    }
    if (last != null) {
      drop(last, 0);
      last = null;
    }
    order.clear(frame -> drop(frame, 0));
    dropOffered();
  }

  /** Any thread. */
  private void dropOffered() {
    OutboundFrame frame;
    while ((frame = offered.poll()) != null) {
      drop(frame, 0);
    }
  }

  private void drop(OutboundFrame frame, int sealed) {
    count(sealed - frame.wireLength());
    frame.data().release();
  }

  /** Sealed bytes on their way to the socket, and whose they are. */
  private final class Chunk {
    final ByteBuf bytes;
    private final List<Part> parts = new ArrayList<>(1);

    /** What one share has in a chunk. */
    private static final class Part {
      final OutboundShare share;
      long size;
      int messages;

      Part(OutboundShare share) {
        this.share = share;
      }
    }

    Chunk(int wanted) {
      bytes = channel.alloc().ioBuffer(Math.min(wanted, CHUNK_BYTES));
    }

    int room() {
      return CHUNK_BYTES - bytes.readableBytes();
    }

    void carries(@Nullable OutboundShare share, int size, boolean ends) {
      if (share == null) {
        return;
      }
      Part part = null;
      for (Part each : parts) {
        if (each.share == share) {
          part = each;
        }
      }
      if (part == null) {
        part = new Part(share);
        parts.add(part);
      }
      part.size += size;
      part.messages += ends ? 1 : 0;
    }

    void write() {
      int size = bytes.readableBytes();
      channel
          .write(bytes)
          .addListener(
              done -> {
                count(-size);
                written += size;
                if (done.isSuccess()) {
                  metrics.bytesOut().increment(size);
                }
                for (Part part : parts) {
                  part.share.release(part.size, part.messages);
                }
                if (pending.get() <= OutboundBudget.OWN_BYTES / 2) {
                  tellOverBudget();
                }
              });
    }
  }
}
