package io.kadlink.server;

import io.kadlink.rlpx.Unpacking;
import io.kadlink.rlpx.wire.DisconnectReason;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import org.apache.tuweni.bytes.Bytes;

/**
 * One peer's way into one protocol: its messages in order, and after them that it is gone. A large
 * message is decoded off the protocol's loop, one at a time; what comes behind it waits here, while
 * the loop serves other peers. What waits is bounded by the {@link ReadGauge}.
 *
 * <p>{@link #message} and {@link #disconnected} come from the connection's and the server's loop,
 * the rest is confined to the protocol's.
 */
final class Inbox {
  private final Session session;
  private final ProtocolHost host;
  private final ReadGauge.Level level;
  private final Queue<Runnable> behind = new ArrayDeque<>();
  private boolean decoding;

  Inbox(Session session, ProtocolHost host, ReadGauge.Level level) {
    this.session = session;
    this.host = host;
    this.level = level;
  }

  /** Not delivered when we have ended the session meanwhile. */
  void message(int code, Bytes payload) {
    level.arrived(payload.size());
    host.traffic().received(code, payload.size());
    host.loop().execute(() -> inTurn(() -> receive(code, payload)));
  }

  void disconnected(DisconnectReason reason) {
    host.loop().execute(() -> inTurn(() -> host.disconnected(session, reason)));
  }

  private void inTurn(Runnable arrival) {
    if (decoding || !behind.isEmpty()) {
      behind.add(arrival);
    } else {
      arrival.run();
    }
  }

  /** One for each turn of the loop, so that what has gathered does not hold up other peers. */
  private void next() {
    Runnable first = behind.poll();
    try {
      if (first != null) {
        first.run();
      }
    } finally {
      continueSoon();
    }
  }

  private void continueSoon() {
    if (!decoding && !behind.isEmpty()) {
      host.loop().execute(this::next);
    }
  }

  private void receive(int code, Bytes payload) {
    if (payload.size() < Unpacking.LARGE_BYTES) {
      workedOff(host.handle(session, code, payload), payload);
      return;
    }
    decoding = true;
    host.unpacking()
        .submit(
            () -> {
              Protocol.Decoded message = host.decodeLarge(session, code, payload);
              return () -> {
                decoding = false;
                try {
                  workedOff(host.handle(session, code, message), payload);
                } finally {
                  continueSoon();
                }
              };
            },
            this::onLoop);
  }

  private void workedOff(CompletionStage<?> done, Bytes payload) {
    var unused = done.thenRun(() -> level.workedOff(payload.size()));
  }

  private void onLoop(Runnable task) {
    if (host.loop().inLoop()) {
      task.run();
    } else {
      host.loop().execute(task);
    }
  }
}
