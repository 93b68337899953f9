package io.kadlink.rlpx;

import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.wire.BaseMessage;
import io.kadlink.rlpx.wire.BaseMessageCodec;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Hello;
import io.kadlink.rlpx.wire.MessageCodec;
import io.kadlink.rlpx.wire.Priority;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.rlpx.wire.SharedCapability;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An established connection. Its state is confined to the channel's event loop; what the interface
 * allows from any thread goes through the outbound queue or is handed to the loop.
 */
final class Session implements RlpxConnection, FrameHandler.Sink, KeepAlive.Host {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  /**
   * What a message that can't be compressed gains on its way: frame header and MACs, padding, its
   * id, and a few bytes of snappy.
   */
  private static final int OVERHEAD_BYTES = 96;

  private final String name;
  private final Channel channel;
  private final FrameHandler frames;
  private final Unpacking unpacking;
  private final RlpxMetrics metrics;
  private final PublicKey remoteKey;
  private final Hello remoteHello;
  private final SocketAddress remoteAddress;
  private final SocketAddress localAddress;
  private final boolean inbound;
  private final boolean compressed;
  private final List<SharedCapability> capabilities;
  private final List<OutboundShare> shares;
  private final KeepAlive keepAlive;
  private final CompletableFuture<Ending> closed = new CompletableFuture<>();

  private @Nullable Listener listener;
  private boolean wantsReading = true;
  private @Nullable Ending ending;

  Session(
      Attempt attempt,
      FrameHandler frames,
      PublicKey remoteKey,
      Hello remoteHello,
      List<SharedCapability> capabilities,
      RlpxOptions options,
      Unpacking unpacking,
      RlpxMetrics metrics) {
    this.name = attempt.name();
    this.channel = attempt.channel();
    this.remoteAddress = attempt.address();
    this.localAddress = attempt.channel().localAddress();
    this.inbound = attempt.inbound();
    this.frames = frames;
    this.unpacking = unpacking;
    this.metrics = metrics;
    this.remoteKey = remoteKey;
    this.remoteHello = remoteHello;
    this.compressed = remoteHello.protocolVersion() >= Hello.PROTOCOL_VERSION;
    this.capabilities = capabilities;
    this.shares = capabilities.stream().map(each -> share(each, options)).toList();
    this.keepAlive = new KeepAlive(frames, options.limits(), this);
    metrics.sessions().incrementAndGet();
  }

  @Override
  public PublicKey remoteKey() {
    return remoteKey;
  }

  @Override
  public Hello remoteHello() {
    return remoteHello;
  }

  @Override
  public SocketAddress remoteAddress() {
    return remoteAddress;
  }

  @Override
  public SocketAddress localAddress() {
    return localAddress;
  }

  @Override
  public boolean inbound() {
    return inbound;
  }

  @Override
  public List<SharedCapability> capabilities() {
    return capabilities;
  }

  @Override
  public void start(Listener messages) {
    inLoop(
        () -> {
          if (listener != null) {
            throw new IllegalStateException("started twice");
          }
          listener = messages;
          if (ending == null) {
            keepAlive.begin();
          }
          frames.hold(!wantsReading);
        });
  }

  @Override
  public boolean send(int id, Bytes payload, Priority priority) {
    OutboundShare share = share(id);
    OutboundQueue outbound = frames.outbound();
    boolean taken =
        outbound.admits(priority, share)
            && outbound.offer(
                MessageCodec.encode(channel.alloc(), id, payload, compressed), priority, share);
    if (!taken) {
      LOG.debug("rlpx {}: message {} dropped, {} bytes are pending", name, id, pendingBytes());
    }
    return taken;
  }

  @Override
  public boolean hasRoom(int id, int payloadBytes, Priority priority) {
    return frames.outbound().hasRoom(payloadBytes + OVERHEAD_BYTES, priority, share(id));
  }

  private OutboundShare share(int id) {
    int owner = owner(id);
    if (owner < 0) {
      throw new IllegalArgumentException("no capability of this session owns message id " + id);
    }
    return shares.get(owner);
  }

  @Override
  public long pendingBytes() {
    return frames.outbound().pendingBytes();
  }

  @Override
  public void setReading(boolean reading) {
    inLoop(
        () -> {
          wantsReading = reading;
          if (listener != null) {
            frames.hold(!reading);
          }
        });
  }

  @Override
  public Optional<Duration> roundTrip() {
    return keepAlive.roundTrip();
  }

  @Override
  public CompletionStage<Void> disconnect(DisconnectReason reason) {
    inLoop(() -> leave(new Ending(reason, false, "disconnected by us: " + reason), "none"));
    return closed.thenAccept(ending -> {});
  }

  @Override
  public CompletionStage<Ending> closed() {
    return closed.minimalCompletionStage();
  }

  @Override
  public void frame(ByteBuf data) throws ProtocolViolation {
    int id = MessageCodec.readId(data);
    if (id < BaseMessage.ID_COUNT) {
      base(BaseMessageCodec.decode(id, MessageCodec.payload(data, false)));
      return;
    }
    int owner = owner(id);
    if (owner < 0) {
      throw new ProtocolViolation(
          DisconnectReason.PROTOCOL_BREACH,
          "message-id",
          "message id %d, which no shared capability owns".formatted(id));
    }
    SharedCapability capability = capabilities.get(owner);
    if (MessageCodec.payloadLength(data, compressed) >= Unpacking.LARGE_BYTES) {
      unpack(capability, id, data.retain());
    } else {
      deliver(capability, id, MessageCodec.payload(data, compressed));
    }
  }

  /** Nothing else is read before this message is delivered. */
  private void unpack(SharedCapability capability, int id, ByteBuf data) {
    frames.occupy(true);
    unpacking.submit(
        () -> {
          try {
            Bytes payload = MessageCodec.payload(data, compressed);
            return () -> unpacked(() -> deliver(capability, id, payload));
          } catch (ProtocolViolation violation) {
            return () -> unpacked(() -> violated(violation));
          } catch (RuntimeException | OutOfMemoryError e) {
            return () -> unpacked(() -> failed("on message " + id, e));
          } finally {
            data.release();
          }
        },
        this::inLoop);
  }

  /** What comes of a message that was worked on elsewhere. */
  private interface Outcome {
    void apply() throws ProtocolViolation;
  }

  private void unpacked(Outcome outcome) {
    if (ending == null) {
      try {
        outcome.apply();
      } catch (ProtocolViolation violation) {
        violated(violation);
      }
    }
    frames.occupy(false);
  }

  @Override
  public void violated(ProtocolViolation violation) {
    leave(new Ending(violation.reason(), false, violation.getMessage()), violation.rule());
  }

  @Override
  public void lost(@Nullable Throwable cause) {
    end(
        new Ending(
            DisconnectReason.NETWORK_ERROR,
            true,
            cause == null
                ? "it closed the connection without a Disconnect"
                : "connection failed: " + cause),
        cause == null ? "closed" : "network");
    if (cause == null && ending != null) {
      closed.complete(ending);
    }
  }

  @Override
  public void sendPing() {
    frames.send(new BaseMessage.Ping(), compressed);
  }

  @Override
  public void dead(String how) {
    leave(new Ending(DisconnectReason.TIMEOUT, false, how), "silence");
  }

  @Override
  public String toString() {
    return "rlpx " + name;
  }

  private void base(BaseMessage message) throws ProtocolViolation {
    switch (message) {
      case BaseMessage.Ping ping -> {
        keepAlive.pingReceived();
        frames.send(new BaseMessage.Pong(), compressed);
      }
      case BaseMessage.Pong pong -> keepAlive.pongReceived().ifPresent(metrics.roundTrip()::record);
      case BaseMessage.Disconnect disconnect -> {
        DisconnectReason reason = disconnect.reason();
        end(new Ending(reason, true, "it said: " + reason), "none");
        frames.abandon();
      }
      case Hello hello ->
          throw new ProtocolViolation(
              DisconnectReason.PROTOCOL_BREACH, "hello-twice", "a second Hello");
      case BaseMessage.Unknown unknown -> {
        metrics.dropped("base-message-unknown");
        LOG.debug("rlpx {}: ignored base message {}", name, unknown.id());
      }
    }
  }

  private void deliver(SharedCapability capability, int id, Bytes payload)
      throws ProtocolViolation {
    if (listener == null) {
      throw new IllegalStateException("a message before start");
    }
    try {
      listener.message(capability, id, payload);
    } catch (RuntimeException e) {
      failed("on message " + id, e);
    }
  }

  private void failed(String where, Throwable cause) {
    LOG.warn("rlpx {}: whoever listens failed {}", name, where, cause);
    leave(
        new Ending(DisconnectReason.SUBPROTOCOL_ERROR, false, "our own listener failed: " + cause),
        "internal");
  }

  /** The index of the capability that has this message id, or -1. */
  private int owner(int id) {
    for (int i = 0; i < capabilities.size(); i++) {
      if (capabilities.get(i).owns(id)) {
        return i;
      }
    }
    return -1;
  }

  private OutboundShare share(SharedCapability capability, RlpxOptions options) {
    RlpxLimits limits = options.limits();
    int count = capabilities.size();
    long part = Math.max(1, limits.maxPendingBytes() / count);
    return new OutboundShare(
        Math.min(part, options.maxPendingBytes().getOrDefault(capability.capability(), part)),
        Math.max(1, limits.maxPendingMessages() / count),
        () -> writable(capability));
  }

  private void writable(SharedCapability capability) {
    if (listener == null || ending != null) {
      return;
    }
    try {
      listener.writable(capability);
    } catch (RuntimeException e) {
      failed("on room to write", e);
    }
  }

  private void leave(Ending how, String rule) {
    if (end(how, rule)) {
      frames.leave(how.reason(), compressed);
    }
  }

  /** Whether this is the first reason to end; it stays the one that is told. */
  private boolean end(Ending how, String rule) {
    if (ending != null) {
      return false;
    }
    ending = how;
    keepAlive.stop();
    metrics.sessions().decrementAndGet();
    metrics.ended(how.reason(), how.byRemote(), rule);
    LOG.debug("rlpx {}: session over: {}", name, how.detail());
    return true;
  }

  private void inLoop(Runnable task) {
    if (channel.eventLoop().inEventLoop()) {
      task.run();
      return;
    }
    try {
      channel.eventLoop().execute(task);
    } catch (RejectedExecutionException shutDown) {
      LOG.debug("rlpx {}: the event loop is shut down", name);
    }
  }
}
