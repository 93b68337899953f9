package io.kadlink.rlpx;

import io.kadlink.identity.NodeKey;
import io.kadlink.rlpx.frame.FrameReader;
import io.kadlink.rlpx.frame.FrameWriter;
import io.kadlink.rlpx.handshake.HandshakeResult;
import io.kadlink.rlpx.handshake.InitiatorHandshake;
import io.kadlink.rlpx.handshake.PacketAssembler;
import io.kadlink.rlpx.wire.BaseMessage;
import io.kadlink.rlpx.wire.BaseMessageCodec;
import io.kadlink.rlpx.wire.Hello;
import io.kadlink.rlpx.wire.MessageCodec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * RLPx's recipient in an embedded channel on virtual time, and the initiator, whose steps a test
 * takes one by one.
 */
final class EmbeddedPeer implements AutoCloseable {
  final NodeKey ours = NodeKey.generate();
  final NodeKey theirs = NodeKey.generate();
  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  final MockTicker time = Ticker.newMockTicker();
  final EmbeddedChannel channel = EmbeddedChannel.builder().ticker(time).build();
  final CompletableFuture<RlpxConnection> receiving;
  private final ByteBuf in = Unpooled.buffer();
  private @Nullable FrameWriter writer;
  private @Nullable FrameReader reader;

  EmbeddedPeer() {
    this(Gate.OPEN);
  }

  EmbeddedPeer(Gate gate) {
    this(gate, Runnable::run);
  }

  EmbeddedPeer(Gate gate, Executor computation) {
    RlpxOptions options =
        RlpxOptions.builder(ours, "kadlink/test", metrics)
            .capability(RlpxNode.ECHO, RlpxNode.ECHO_MESSAGES)
            .random(new Random(1))
            .gate(gate)
            .computation(computation)
            .build();
    Transport none =
        new Transport(
            channel.eventLoop().parent(),
            channel.eventLoop().parent(),
            () -> channel,
            () -> {
              throw new UnsupportedOperationException();
            });
    receiving = new NettyRlpx(options, none).receive(channel).toCompletableFuture();
  }

  EmbeddedPeer shakeHands() throws Exception {
    InitiatorHandshake handshake = new InitiatorHandshake(theirs, ours.publicKey(), new Random(2));
    write(handshake.auth());
    drain();
    PacketAssembler assembler = new PacketAssembler();
    if (!assembler.read(in)) {
      throw new AssertionError("no ack");
    }
    HandshakeResult result = handshake.complete(assembler.packet());
    writer = result.keys().writer();
    reader = result.keys().reader(UnpooledByteBufAllocator.DEFAULT);
    return this;
  }

  EmbeddedPeer greet() throws Exception {
    send(new Hello(5, "embedded", List.of(RlpxNode.ECHO), 0, theirs.publicKey()));
    if (!(read().orElseThrow() instanceof Hello)) {
      throw new AssertionError("no Hello");
    }
    return this;
  }

  RlpxConnection session() {
    return receiving.join();
  }

  void send(BaseMessage message) {
    send(message.id(), BaseMessageCodec.encode(message));
  }

  void send(int id, Bytes payload) {
    send(id, payload, false);
  }

  void send(int id, Bytes payload, boolean compressed) {
    ByteBuf frame = MessageCodec.encode(UnpooledByteBufAllocator.DEFAULT, id, payload, compressed);
    ByteBuf out = Unpooled.buffer();
    if (writer != null) {
      writer.write(frame.array(), frame.arrayOffset(), frame.readableBytes(), out);
    }
    channel.writeInbound(out);
    channel.runPendingTasks();
  }

  /** The first bytes of a compressed message, sealed as the session wants it. */
  byte[] seal(int id, Bytes payload, int atMost) {
    ByteBuf frame = MessageCodec.encode(UnpooledByteBufAllocator.DEFAULT, id, payload, true);
    ByteBuf out = Unpooled.buffer();
    Objects.requireNonNull(writer)
        .write(frame.array(), frame.arrayOffset(), frame.readableBytes(), out);
    return ByteBufUtil.getBytes(out, 0, Math.min(atMost, out.readableBytes()));
  }

  void write(byte[] bytes) {
    channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    channel.runPendingTasks();
  }

  /** The next base message from it, if there is one. */
  Optional<BaseMessage> read() throws Exception {
    drain();
    if (reader == null || !reader.read(in)) {
      return Optional.empty();
    }
    ByteBuf data = reader.data();
    int id = MessageCodec.readId(data);
    return Optional.of(BaseMessageCodec.decode(id, MessageCodec.payload(data, false)));
  }

  void pass(Duration duration) {
    time.advance(duration.toNanos(), TimeUnit.NANOSECONDS);
    channel.runScheduledPendingTasks();
    channel.runPendingTasks();
  }

  @Override
  public void close() {
    channel.finishAndReleaseAll();
  }

  private void drain() {
    channel.runPendingTasks();
    ByteBuf bytes;
    while ((bytes = channel.readOutbound()) != null) {
      in.writeBytes(bytes);
      bytes.release();
    }
  }
}
