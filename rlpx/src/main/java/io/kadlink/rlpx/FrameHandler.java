package io.kadlink.rlpx;

import io.kadlink.rlpx.frame.FrameKeys;
import io.kadlink.rlpx.frame.FrameReader;
import io.kadlink.rlpx.wire.BaseMessage;
import io.kadlink.rlpx.wire.BaseMessageCodec;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.MessageCodec;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Turns bytes into frames and back, once the handshake has made keys, and knows how to leave: the
 * Disconnect is written, then our half of the connection is closed and the other side gets a moment
 * to do the same. (Closed at once, the socket would answer what is still coming in with a reset,
 * and the reset can overtake the Disconnect.) Confined to the channel's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close or write that fails shows as a lost channel
final class FrameHandler extends ChannelInboundHandlerAdapter {

  /** Who the frames are for: first the exchange of Hellos, then the session. */
  interface Sink {
    /**
     * One frame.
     *
     * @param data in a heap buffer; only until the call returns, unless it is retained, which a
     *     frame of more than a kilobyte can be
     */
    void frame(ByteBuf data) throws ProtocolViolation;

    /** The other side broke a rule; nothing more will come. */
    void violated(ProtocolViolation violation);

    /** The connection failed with {@code cause}; or it is gone, and this is the last call. */
    void lost(@Nullable Throwable cause);
  }

  private final Channel channel;
  private final FrameReader reader;
  private final OutboundQueue outbound;
  private final RlpxMetrics metrics;
  private final Duration goodbyeLimit;

  private @Nullable Sink sink;
  private @Nullable ByteBuf waiting;
  private boolean held = true;
  private boolean busy;
  private boolean leaving;
  private boolean reading;
  private boolean inactive;
  private long lastReadNanos;
  private long readSince;

  FrameHandler(
      Channel channel,
      FrameKeys keys,
      RlpxLimits limits,
      OutboundBudget budget,
      RlpxMetrics metrics) {
    this.channel = channel;
    this.reader = keys.reader(channel.alloc());
    this.outbound = new OutboundQueue(channel, keys.writer(), budget, metrics);
    this.metrics = metrics;
    this.goodbyeLimit = limits.goodbye();
    this.lastReadNanos = channel.eventLoop().ticker().nanoTime();
  }

  Channel channel() {
    return channel;
  }

  OutboundQueue outbound() {
    return outbound;
  }

  /**
   * When the other side last got on: with a whole frame, or with {@value
   * KeepAlive#LEAST_TAKEN_BYTES} bytes of one, on the event loop's clock. One that drips a byte of
   * a frame now and then says as little as one that is silent.
   */
  long lastReadNanos() {
    return lastReadNanos;
  }

  private void gotOn() {
    lastReadNanos = channel.eventLoop().ticker().nanoTime();
    readSince = 0;
  }

  /** Whether it is we who do not read. */
  boolean resting() {
    return held || busy;
  }

  void deliverTo(Sink next) {
    sink = next;
  }

  /** From the next frame on. */
  void limitFrames(int bytes) {
    reader.limit(bytes);
  }

  /** While held, nothing is delivered and the socket is not read. Starts held. */
  void hold(boolean hold) {
    held = hold;
    goOn();
  }

  /** The same as {@link #hold}, for the time a message is worked on elsewhere. */
  void occupy(boolean occupied) {
    busy = occupied;
    if (inactive && held && !busy && !leaving) {
      disappeared();
    } else {
      goOn();
    }
  }

  private void goOn() {
    if (leaving) {
      return;
    }
    if (!resting()) {
      gotOn();
      deliverWaiting();
    }
    if (inactive && !resting() && !reading) {
      gone();
    } else if (!leaving) {
      channel.config().setAutoRead(!resting());
    }
  }

  /** Sends a base message that has no bound. */
  void send(BaseMessage message, boolean compressed) {
    outbound.offerBase(encode(message, compressed));
  }

  private ByteBuf encode(BaseMessage message, boolean compressed) {
    return MessageCodec.encode(
        channel.alloc(), message.id(), BaseMessageCodec.encode(message), compressed);
  }

  /** Says goodbye and closes. Nothing is delivered from here on. */
  void leave(DisconnectReason reason, boolean compressed) {
    if (leaving) {
      return;
    }
    leaving = true;
    if (inactive) {
      gone();
      return;
    }
    releaseWaiting();
    channel.config().setAutoRead(true);
    var limit =
        channel
            .eventLoop()
            .schedule(() -> channel.close(), goodbyeLimit.toNanos(), TimeUnit.NANOSECONDS);
    channel.closeFuture().addListener(closed -> limit.cancel(false));
    outbound.finish(encode(new BaseMessage.Disconnect(reason), compressed), this::closeOurHalf);
  }

  /** Closes without a word: there is nobody to hear it. */
  void abandon() {
    leaving = true;
    releaseWaiting();
    channel.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf bytes)) {
      ReferenceCountUtil.release(message);
      return;
    }
    readSince += bytes.readableBytes();
    if (readSince >= KeepAlive.LEAST_TAKEN_BYTES) {
      gotOn();
    }
    metrics.bytesIn().increment(bytes.readableBytes());
    received(bytes);
  }

  /** Takes bytes that are counted already; releases them. */
  void received(ByteBuf bytes) {
    if (leaving) {
      bytes.release();
      return;
    }
    waiting =
        waiting == null
            ? bytes
            : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(channel.alloc(), waiting, bytes);
    deliverWaiting();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    disappeared();
  }

  /**
   * A socket may be found closed while it is held, with bytes already taken from it. They are kept
   * for a moment, in case delivery goes on.
   */
  void disappeared() {
    inactive = true;
    if (busy && !leaving) {
      return; // it goes on from there when the message is done
    }
    if (held && !leaving && waiting != null) {
      // The listener also hears when the event loop is shut down and its timers with it.
      channel
          .eventLoop()
          .schedule(() -> {}, goodbyeLimit.toNanos(), TimeUnit.NANOSECONDS)
          .addListener(over -> gone());
    } else {
      gone();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable()) {
      outbound.writable();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (sink != null) {
      sink.lost(cause);
    }
    abandon();
  }

  private void deliverWaiting() {
    if (reading) {
      return;
    }
    reading = true;
    try {
      while (!resting() && !leaving && waiting != null && waiting.isReadable()) {
        if (reader.read(waiting)) {
          metrics.framesIn().increment();
          gotOn();
          receiver().frame(reader.data());
          reader.release();
        }
      }
    } catch (ProtocolViolation violation) {
      receiver().violated(violation);
    } finally {
      reading = false;
    }
    if (leaving || (waiting != null && !waiting.isReadable())) {
      releaseWaiting();
    }
  }

  private Sink receiver() {
    if (sink == null) {
      throw new IllegalStateException("a frame for nobody");
    }
    return sink;
  }

  private void gone() {
    if (busy && !leaving) {
      return;
    }
    if (held && !leaving) {
      hearLastWords();
    }
    releaseWaiting();
    reader.release();
    Sink last = sink;
    sink = null;
    if (last != null) {
      last.lost(null);
    }
  }

  /** Messages come too late now, but a Disconnect among them still says why it is gone. */
  private void hearLastWords() {
    try {
      while (waiting != null && reader.read(waiting)) {
        ByteBuf data = reader.data();
        if (MessageCodec.readId(data) == BaseMessage.Disconnect.ID) {
          receiver().frame(data.readerIndex(0));
          return;
        }
      }
    } catch (ProtocolViolation violation) {
      metrics.dropped("last-words"); // there is nobody left to be told of it
    }
  }

  private void releaseWaiting() {
    if (waiting != null && !reading) {
      waiting.release();
      waiting = null;
    }
  }

  private void closeOurHalf() {
    if (channel instanceof DuplexChannel duplex && channel.isActive()) {
      duplex.shutdownOutput();
    } else {
      channel.close();
    }
  }
}
