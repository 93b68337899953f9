package io.kadlink.rlpx;

import io.kadlink.rlpx.frame.FrameWriter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Frames on their way out. Any thread offers; the event loop seals what has gathered, frame behind
 * frame in large buffers, and flushes once a turn.
 *
 * <p>Bytes count as pending from the offer until the socket has taken them, in the size they have
 * on the wire. Whoever has none pending may offer a message of any size.
 */
final class OutboundQueue {
  /** Small frames share a buffer, and so a write, up to this size. */
  private static final int CHUNK_BYTES = 64 * 1024;

  /** Sealed in one turn: some milliseconds, so that other connections of the loop get theirs. */
  private static final int TURN_BYTES = 1024 * 1024;

  private final Channel channel;
  private final FrameWriter writer;
  private final long maxPendingBytes;
  private final RlpxMetrics metrics;
  private final Queue<ByteBuf> frames = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final AtomicLong pending = new AtomicLong();
  private volatile boolean closed;
  private long written;

  OutboundQueue(Channel channel, FrameWriter writer, long maxPendingBytes, RlpxMetrics metrics) {
    this.channel = channel;
    this.writer = writer;
    this.maxPendingBytes = maxPendingBytes;
    this.metrics = metrics;
    channel.closeFuture().addListener(closing -> drop());
  }

  /**
   * Takes {@code frame}, which it releases whatever happens.
   *
   * @return false when it was dropped: closed, or too many bytes pending
   */
  boolean offer(ByteBuf frame) {
    int size = FrameWriter.wireLength(frame.readableBytes());
    if (admits() && reserve(size)) {
      enqueue(frame);
      return true;
    }
    frame.release();
    return false;
  }

  /** Takes a frame of the base protocol: few and short, they are never refused for space. */
  void offerControl(ByteBuf frame) {
    if (closed) {
      frame.release();
      return;
    }
    pending.addAndGet(FrameWriter.wireLength(frame.readableBytes()));
    enqueue(frame);
  }

  /** Whether there is any sense in making a frame to offer; counts it as dropped when not. */
  boolean admits() {
    if (closed) {
      metrics.dropped("outbound-closed");
      return false;
    }
    if (pending.get() >= maxPendingBytes) {
      metrics.dropped("outbound-full");
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
    if (!frames.isEmpty()) {
      schedule();
    }
  }

  /** Refuses further offers; on the event loop, writes what is there and then calls back. */
  void finish(Runnable then) {
    closed = true;
    seal(Long.MAX_VALUE);
    channel.writeAndFlush(channel.alloc().buffer(0)).addListener(done -> then.run());
  }

  private boolean reserve(int size) {
    while (true) {
      long now = pending.get();
      if (now > 0 && now + size > maxPendingBytes) {
        metrics.dropped("outbound-full");
        return false;
      }
      if (pending.compareAndSet(now, now + size)) {
        return true;
      }
    }
  }

  private void enqueue(ByteBuf frame) {
    frames.add(frame);
    schedule();
  }

  private void schedule() {
    if (scheduled.compareAndSet(false, true)) {
      try {
        channel.eventLoop().execute(this::drain);
      } catch (RejectedExecutionException shutDown) {
        drop();
      }
    }
  }

  /** While the socket takes nothing, frames wait here unsealed until it is {@link #writable}. */
  private void drain() {
    scheduled.set(false);
    if (channel.isWritable() || !channel.isActive()) {
      seal(TURN_BYTES);
      if (channel.isWritable()) {
        writable();
      }
    }
  }

  private void seal(long most) {
    ByteBuf chunk = null;
    long sealed = 0;
    ByteBuf frame;
    while (sealed < most && (frame = frames.poll()) != null) {
      int size = FrameWriter.wireLength(frame.readableBytes());
      if (chunk != null && chunk.readableBytes() + size > CHUNK_BYTES) {
        write(chunk);
        chunk = null;
      }
      if (chunk == null) {
        chunk = channel.alloc().ioBuffer(Math.max(size, frames.isEmpty() ? size : CHUNK_BYTES));
      }
      writer.write(
          frame.array(), frame.arrayOffset() + frame.readerIndex(), frame.readableBytes(), chunk);
      frame.release();
      sealed += size;
      metrics.framesOut().increment();
    }
    if (chunk != null) {
      write(chunk);
      channel.flush();
    }
  }

  private void write(ByteBuf chunk) {
    int size = chunk.readableBytes();
    channel
        .write(chunk)
        .addListener(
            done -> {
              pending.addAndGet(-size);
              written += size;
              if (done.isSuccess()) {
                metrics.bytesOut().increment(size);
              }
            });
  }

  private void drop() {
    closed = true;
    ByteBuf frame;
    while ((frame = frames.poll()) != null) {
      pending.addAndGet(-FrameWriter.wireLength(frame.readableBytes()));
      frame.release();
    }
  }
}
