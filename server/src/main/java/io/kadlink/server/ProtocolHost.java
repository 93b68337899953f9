package io.kadlink.server;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Priority;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.apache.tuweni.bytes.Bytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls one protocol, always on its loop, and keeps what it throws from going further than the one
 * peer. Methods may be called from any thread; the order of calls from one thread is kept.
 */
final class ProtocolHost {
  private static final Logger LOG = LoggerFactory.getLogger(ProtocolHost.class);

  private final Protocol protocol;
  private final Capability capability;
  private final Loop loop;
  private final ServerMetrics metrics;
  private final ServerMetrics.Traffic traffic;
  private final List<Priority> priorities;

  ProtocolHost(Protocol protocol, Loop loop, ServerMetrics metrics) {
    this.protocol = protocol;
    this.capability = protocol.capability();
    this.loop = loop;
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

  /**
   * Not delivered when we have ended the session meanwhile; always ends with {@link
   * ReadGauge.Level#workedOff}.
   */
  void message(Session session, ReadGauge.Level level, int code, Bytes payload) {
    traffic.received(code, payload.size());
    loop.execute(
        () -> {
          CompletionStage<?> done = Protocol.DONE;
          try {
            if (!session.endedByUs()) {
              done = protocol.handle(session, code, payload);
            }
          } catch (ProtocolViolation | RuntimeException | StackOverflowError e) {
            failed(session, code, e);
          }
          done.whenComplete(
              (nothing, failure) -> {
                if (failure != null) {
                  failed(session, code, failure);
                }
                level.workedOff(payload.size());
              });
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

  void disconnected(Session session, DisconnectReason reason) {
    loop.execute(
        () -> {
          try {
            protocol.disconnected(session, reason);
          } catch (RuntimeException | StackOverflowError e) {
            failed(session, "disconnect", e);
          }
        });
  }

  private void failed(Session session, String step, Throwable cause) {
    metrics.protocolFailed(capability);
    LOG.warn("protocol {} failed on {} of peer id={}", capability, step, session.id(), cause);
    session.end(
        DisconnectReason.SUBPROTOCOL_ERROR, capability + " failed on " + step + ": " + cause);
  }
}
