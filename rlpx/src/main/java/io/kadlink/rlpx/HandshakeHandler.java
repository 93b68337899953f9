package io.kadlink.rlpx;

import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.RlpxException.Step;
import io.kadlink.rlpx.handshake.HandshakeResult;
import io.kadlink.rlpx.handshake.InitiatorHandshake;
import io.kadlink.rlpx.handshake.PacketAssembler;
import io.kadlink.rlpx.handshake.RecipientHandshake;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.ReferenceCountUtil;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cryptographic handshake on a channel: one packet out, one in, each written at once; then it
 * gives its place to a {@link FrameHandler}. The curve operations run on the executor the options
 * name, the event loop itself by default; the channel is not read meanwhile.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close or write that fails shows as a lost channel
final class HandshakeHandler extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(HandshakeHandler.class);

  private final Attempt attempt;
  private final @Nullable PublicKey dialed;
  private final RlpxOptions options;
  private final Unpacking unpacking;
  private final OutboundBudget budget;
  private final RlpxMetrics metrics;
  private final PacketAssembler assembler = new PacketAssembler();
  private @Nullable InitiatorHandshake initiator;
  private @Nullable ByteBuf early;
  private boolean assembled;
  private boolean inactive;

  HandshakeHandler(
      Attempt attempt,
      @Nullable PublicKey dialed,
      RlpxOptions options,
      Unpacking unpacking,
      OutboundBudget budget,
      RlpxMetrics metrics) {
    this.attempt = attempt;
    this.dialed = dialed;
    this.options = options;
    this.unpacking = unpacking;
    this.budget = budget;
    this.metrics = metrics;
  }

  /** What a computation off the event loop leads to on it. */
  private interface Computation {
    Runnable run() throws ProtocolViolation;
  }

  /** Begins, once this handler is in the pipeline of a connected channel. */
  void begin() {
    attempt.log("connected");
    if (dialed == null) {
      attempt.await(Step.HANDSHAKE, "its auth");
      attempt.channel().config().setAutoRead(true);
      return;
    }
    PublicKey remote = dialed;
    compute(
        () -> {
          InitiatorHandshake handshake =
              new InitiatorHandshake(options.signer(), remote, options.random());
          return () -> sendAuth(handshake);
        });
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf bytes) || attempt.over()) {
      ReferenceCountUtil.release(message);
      return;
    }
    metrics.bytesIn().increment(bytes.readableBytes());
    if (assembled) {
      keep(bytes);
      return;
    }
    try {
      if (!assembler.read(bytes)) {
        bytes.release();
        return;
      }
    } catch (ProtocolViolation violation) {
      bytes.release();
      attempt.violated(violation);
      return;
    }
    assembled = true;
    keep(bytes);
    attempt.pause();
    attempt.channel().config().setAutoRead(false);
    byte[] packet = assembler.packet();
    if (initiator != null) {
      InitiatorHandshake handshake = initiator;
      attempt.log("ack received (" + packet.length + " bytes)");
      compute(
          () -> {
            HandshakeResult result = handshake.complete(packet);
            return () -> established(result);
          });
    } else {
      attempt.log("auth received (" + packet.length + " bytes)");
      compute(
          () -> {
            RecipientHandshake.Answer answer =
                new RecipientHandshake(options.signer(), options.random()).answer(packet);
            return () -> sendAck(answer);
          });
    }
  }

  /** What came behind the ack may say why the other side has left; to read it takes the keys. */
  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (initiator != null && early != null && early.isReadable()) {
      inactive = true;
    } else {
      attempt.lost(null);
    }
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    attempt.lost(cause);
    context.close();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (!inactive) {
      releaseEarly();
    }
  }

  private void sendAuth(InitiatorHandshake handshake) {
    initiator = handshake;
    byte[] auth = handshake.auth();
    write(auth);
    attempt.log("auth sent (" + auth.length + " bytes)");
    attempt.await(Step.HANDSHAKE, "its ack");
    attempt.channel().config().setAutoRead(true);
  }

  private void sendAck(RecipientHandshake.Answer answer) {
    write(answer.ack());
    attempt.identified(answer.result().remote());
    attempt.log("ack sent (" + answer.ack().length + " bytes)");
    established(answer.result());
  }

  private void established(HandshakeResult result) {
    FrameHandler frames =
        new FrameHandler(attempt.channel(), result.keys(), options.limits(), budget, metrics);
    ByteBuf rest = early;
    early = null;
    if (!inactive) {
      attempt.channel().pipeline().replace(this, "frames", frames);
    }
    HelloExchange hello =
        new HelloExchange(attempt, frames, result.remote(), options, unpacking, metrics);
    frames.deliverTo(hello);
    if (rest != null) {
      frames.received(rest);
    }
    hello.begin();
    if (inactive) {
      frames.disappeared();
    }
  }

  private void compute(Computation computation) {
    try {
      options
          .computation()
          .execute(
              () -> {
                Runnable next = computed(computation);
                attempt.inLoop(
                    () -> {
                      if (!attempt.over()) {
                        next.run();
                      }
                      if (inactive) {
                        releaseEarly();
                      }
                    });
              });
    } catch (RejectedExecutionException full) {
      failed("the computation was rejected: " + full);
    }
  }

  private Runnable computed(Computation computation) {
    try {
      return computation.run();
    } catch (ProtocolViolation violation) {
      return () -> attempt.violated(violation);
    } catch (RuntimeException e) {
      LOG.warn("rlpx {}: our own part of the handshake failed", attempt.name(), e);
      return () -> failed("our own part failed: " + e);
    }
  }

  private void failed(String message) {
    attempt.fail(Step.HANDSHAKE, Optional.empty(), "internal", message);
    attempt.channel().close();
  }

  private void keep(ByteBuf bytes) {
    early =
        early == null
            ? bytes
            : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(
                attempt.channel().alloc(), early, bytes);
  }

  private void releaseEarly() {
    if (early != null) {
      early.release();
      early = null;
    }
  }

  private void write(byte[] packet) {
    metrics.bytesOut().increment(packet.length);
    attempt.channel().writeAndFlush(Unpooled.wrappedBuffer(packet));
  }
}
