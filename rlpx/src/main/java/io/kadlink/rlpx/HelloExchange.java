package io.kadlink.rlpx;

import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.RlpxException.Step;
import io.kadlink.rlpx.wire.BaseMessage;
import io.kadlink.rlpx.wire.BaseMessageCodec;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Hello;
import io.kadlink.rlpx.wire.MessageCodec;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.rlpx.wire.SharedCapability;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the keys to the session: asks the gate, sends our Hello, takes theirs, agrees on
 * capabilities, asks the gate again. Each side may say Disconnect instead; it is heard while our
 * gate still decides, too. Confined to the channel's event loop.
 */
final class HelloExchange implements FrameHandler.Sink {
  private static final Logger LOG = LoggerFactory.getLogger(HelloExchange.class);

  /** A frame that carries a Hello or a Disconnect: an id and at most a base message. */
  private static final int MAX_FRAME_BYTES = 1 + BaseMessageCodec.MAX_PAYLOAD_BYTES;

  private final Attempt attempt;
  private final FrameHandler frames;
  private final PublicKey remote;
  private final RlpxOptions options;
  private final Unpacking unpacking;
  private final RlpxMetrics metrics;
  private boolean compressed;
  private boolean helloSent;
  private @Nullable Hello early;

  HelloExchange(
      Attempt attempt,
      FrameHandler frames,
      PublicKey remote,
      RlpxOptions options,
      Unpacking unpacking,
      RlpxMetrics metrics) {
    this.attempt = attempt;
    this.frames = frames;
    this.remote = remote;
    this.options = options;
    this.unpacking = unpacking;
    this.metrics = metrics;
  }

  void begin() {
    frames.limitFrames(MAX_FRAME_BYTES);
    attempt.leaveBy(reason -> frames.leave(reason, compressed));
    attempt.keysAgreed();
    attempt.log("keys agreed with " + remote);
    if (remote.equals(options.signer().publicKey())) {
      refuse(DisconnectReason.SELF);
      return;
    }
    frames.hold(false);
    if (attempt.over()) {
      return;
    }
    ask(
        () -> options.gate().authenticated(remote, attempt.address(), attempt.inbound()),
        this::sendHello);
  }

  @Override
  public void frame(ByteBuf data) throws ProtocolViolation {
    int id = MessageCodec.readId(data);
    if (id >= BaseMessage.ID_COUNT) {
      throw unexpected("message " + id);
    }
    Bytes payload = MessageCodec.payload(data, false);
    switch (BaseMessageCodec.decode(id, payload)) {
      case Hello hello -> {
        if (helloSent) {
          greeted(hello);
        } else {
          early = hello;
          frames.hold(true);
        }
      }
      case BaseMessage.Disconnect disconnect -> {
        attempt.fail(
            Step.HELLO,
            Optional.of(disconnect.reason()),
            "disconnect-" + RlpxMetrics.label(disconnect.reason()),
            "it said: " + disconnect.reason());
        frames.abandon();
      }
      case BaseMessage.Ping ping -> throw unexpected("Ping");
      case BaseMessage.Pong pong -> throw unexpected("Pong");
      case BaseMessage.Unknown unknown -> throw unexpected("message " + id);
    }
  }

  @Override
  public void violated(ProtocolViolation violation) {
    attempt.violated(violation);
  }

  @Override
  public void lost(@Nullable Throwable cause) {
    attempt.lost(cause);
  }

  private void sendHello() {
    frames.send(options.hello(), false);
    helloSent = true;
    attempt.log("Hello sent");
    if (early == null) {
      attempt.await(Step.HELLO, "its Hello");
      return;
    }
    try {
      greeted(early);
    } catch (ProtocolViolation violation) {
      attempt.violated(violation);
    }
  }

  private void greeted(Hello hello) throws ProtocolViolation {
    compressed = hello.protocolVersion() >= Hello.PROTOCOL_VERSION;
    attempt.log(
        "Hello received: %s, version %d, %s"
            .formatted(hello.clientId(), hello.protocolVersion(), hello.capabilities()));
    if (!hello.nodeKey().equals(remote)) {
      throw new ProtocolViolation(
          DisconnectReason.UNEXPECTED_IDENTITY,
          "hello-identity",
          "the handshake proved one key, its Hello says " + hello.nodeKey());
    }
    List<SharedCapability> shared =
        SharedCapability.negotiate(options.capabilities(), hello.capabilities());
    if (shared.isEmpty()) {
      throw new ProtocolViolation(
          DisconnectReason.USELESS_PEER,
          "no-shared-capability",
          "no capability in common: it has %s, we have %s"
              .formatted(hello.capabilities(), options.capabilities().keySet()));
    }
    attempt.pause();
    frames.hold(true);
    frames.limitFrames(MessageCodec.MAX_FRAME_BYTES);
    ask(
        () -> options.gate().greeted(hello, remote, attempt.address(), attempt.inbound()),
        () -> connected(hello, shared));
  }

  private void connected(Hello hello, List<SharedCapability> shared) {
    Session session =
        new Session(attempt, frames, remote, hello, shared, options, unpacking, metrics);
    frames.deliverTo(session);
    attempt.log("connected, sharing " + shared.stream().map(SharedCapability::capability).toList());
    attempt.succeed(session);
  }

  private void ask(
      Supplier<CompletionStage<Optional<DisconnectReason>>> question, Runnable consent) {
    CompletionStage<Optional<DisconnectReason>> answer;
    try {
      answer = question.get();
    } catch (RuntimeException e) {
      unanswered(e);
      return;
    }
    answer.whenComplete(
        (refusal, failure) ->
            attempt.inLoop(
                () -> {
                  if (attempt.over()) {
                    return;
                  }
                  if (failure != null) {
                    unanswered(failure);
                  } else if (refusal.isPresent()) {
                    refuse(refusal.get());
                  } else {
                    goOn(consent);
                  }
                }));
  }

  /** What fails here would otherwise be lost in the answer's stage. */
  private void goOn(Runnable consent) {
    try {
      consent.run();
    } catch (RuntimeException e) {
      LOG.warn("rlpx {}: failed after the gate", attempt.name(), e);
      attempt.giveUp(Step.REFUSED_BY_US, DisconnectReason.REQUESTED, "internal", "we failed: " + e);
    }
  }

  private void refuse(DisconnectReason reason) {
    attempt.giveUp(
        Step.REFUSED_BY_US,
        reason,
        "refused-" + RlpxMetrics.label(reason),
        "refused by us: " + reason);
  }

  private void unanswered(Throwable failure) {
    LOG.warn("rlpx {}: the gate failed", attempt.name(), failure);
    attempt.giveUp(
        Step.REFUSED_BY_US, DisconnectReason.REQUESTED, "internal", "our gate failed: " + failure);
  }

  private static ProtocolViolation unexpected(String what) {
    return new ProtocolViolation(
        DisconnectReason.PROTOCOL_BREACH, "hello-expected", what + " instead of Hello");
  }
}
