package io.kadlink.server;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.rlpx.Unpacking;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Priority;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.apache.tuweni.bytes.Bytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls one protocol, always on its loop, and keeps what it throws from going further than the one
 * peer. What comes from a peer comes through its {@link Inbox}, on the loop; other methods may be
 * called from any thread, and the order of calls from one thread is kept.
 */
final class ProtocolHost {
  private static final Logger LOG = LoggerFactory.getLogger(ProtocolHost.class);

  private final Protocol protocol;
  private final Capability capability;
  private final Loop loop;
  private final Unpacking unpacking;
  private final ServerMetrics metrics;
  private final ServerMetrics.Traffic traffic;
  private final List<Priority> priorities;

  /**
   * @param unpacking where large messages are decoded
   */
  ProtocolHost(Protocol protocol, Loop loop, Unpacking unpacking, ServerMetrics metrics) {
    this.protocol = protocol;
    this.capability = protocol.capability();
    this.loop = loop;
    this.unpacking = unpacking;
    this.metrics = metrics;
    this.traffic = metrics.traffic(protocol);
    this.priorities =
        IntStream.range(0, protocol.messageCount()).mapToObj(protocol::priority).toList();
  }

  Protocol protocol() {
    return protocol;
  }

  Capability capability() {
    return capability;
  }

  Loop loop() {
    return loop;
  }

  Unpacking unpacking() {
    return unpacking;
  }

  ServerMetrics.Traffic traffic() {
    return traffic;
  }

  Priority priority(int code) {
    return priorities.get(code);
  }

  void connected(Session session) {
    loop.execute(
        () -> {
          try {
            protocol.connected(session);
          } catch (RuntimeException | StackOverflowError e) {
            failed(session, "connect", e);
          }
        });
  }

  /** Off the loop: the first half of {@link #handle}, for a large message. */
  Protocol.Decoded decodeLarge(Session session, int code, Bytes payload) {
    if (session.endedByUs()) {
      return () -> Protocol.DONE;
    }
    try {
      return protocol.decodeLarge(session, code, payload);
    } catch (ProtocolViolation | RuntimeException | Error e) {
      return () -> CompletableFuture.failedStage(e); // no memory is no reason to wait for ever
    }
  }

  /** On the loop: a message that is not large. */
  CompletionStage<?> handle(Session session, int code, Bytes payload) {
    return handle(session, code, () -> protocol.handle(session, code, payload));
  }

  /**
   * On the loop. Not delivered when we have ended the session meanwhile.
   *
   * @return ends, and never fails, when the message is worked off
   */
  CompletionStage<?> handle(Session session, int code, Protocol.Decoded message) {
    CompletionStage<?> done = Protocol.DONE;
    try {
      if (!session.endedByUs()) {
        done = message.handle();
      }
    } catch (ProtocolViolation | RuntimeException | StackOverflowError e) {
      failed(session, code, e);
    }
    return done.handle(
        (nothing, failure) -> {
          if (failure != null) {
            failed(session, code, failure);
          }
          return null;
        });
  }

  private void failed(Session session, int code, Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof ProtocolViolation violation) {
      metrics.violated(capability);
      session.end(
          violation.reason(), capability + " message " + code + ": " + violation.getMessage());
    } else {
      failed(session, "message " + code, cause);
    }
  }

  void writable(Session session) {
    loop.execute(
        () -> {
          try {
            if (!session.endedByUs()) {
              protocol.writable(session);
            }
          } catch (RuntimeException | StackOverflowError e) {
            failed(session, "room to write", e);
          }
        });
  }

  /** On the loop. */
  void disconnected(Session session, DisconnectReason reason) {
    try {
      protocol.disconnected(session, reason);
    } catch (RuntimeException | StackOverflowError e) {
      failed(session, "disconnect", e);
    }
  }

  private void failed(Session session, String step, Throwable cause) {
    metrics.protocolFailed(capability);
    LOG.warn("protocol {} failed on {} of peer id={}", capability, step, session.id(), cause);
    session.end(
        DisconnectReason.SUBPROTOCOL_ERROR, capability + " failed on " + step + ": " + cause);
  }
}
