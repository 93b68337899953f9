package io.kadlink.server;

import io.kadlink.rlpx.Unpacking;
import io.kadlink.rlpx.wire.DisconnectReason;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.tuweni.bytes.Bytes;

/**
 * One peer's way into one protocol: its messages in order, and after them that it is gone. A few
 * small ones or one that is not are handed over in a turn of the protocol's loop, and the next take
 * their place behind those of other peers: who sends much holds nobody up but itself. A large
 * message is decoded off the loop; what comes behind it waits. What waits is bounded by the {@link
 * ReadGauge}.
 *
 * <p>{@link #message} and {@link #disconnected} come from the connection's and the server's loop,
 * the rest is confined to the protocol's.
 */
final class Inbox {
  /** A turn ends with the message that reaches this: work mostly grows with what is sent. */
  static final int TURN_BYTES = 16 << 10;

  /** A turn ends after so many messages, for small ones can ask for much. */
  static final int TURN_MESSAGES = 8;

  private final Session session;
  private final ProtocolHost host;
  private final ReadGauge.Level level;
  private final Queue<Arrival> arrivals = new ConcurrentLinkedQueue<>();

  /** Arrivals that are not worked off; whoever makes it one has the first of them handed over. */
  private final AtomicInteger open = new AtomicInteger();

  private int turnBytes;

  /** Something to hand over. */
  private interface Arrival {
    /** Whether it is worked off; else it says later that it is {@link #done}. */
    boolean handOver();
  }

  Inbox(Session session, ProtocolHost host, ReadGauge.Level level) {
    this.session = session;
    this.host = host;
    this.level = level;
  }

  /** Not delivered when we have ended the session meanwhile. */
  void message(int code, Bytes payload) {
    level.arrived(payload.size());
    host.traffic().received(code, payload.size());
    add(() -> receive(code, payload));
  }

  void disconnected(DisconnectReason reason) {
    add(
        () -> {
          host.disconnected(session, reason);
          return true;
        });
  }

  private void add(Arrival arrival) {
    arrivals.add(arrival);
    if (open.getAndIncrement() == 0) {
      host.loop().execute(this::next);
    }
  }

  private void next() {
    turnBytes = 0;
    boolean more = true;
    try {
      for (int i = 0; more && i < TURN_MESSAGES && turnBytes < TURN_BYTES; i++) {
        boolean workedOff = true;
        try {
          workedOff = handOver();
        } finally {
          more = workedOff && open.decrementAndGet() > 0;
        }
      }
    } finally {
      if (more) {
        host.loop().execute(this::next);
      }
    }
  }

  /** Hands the first over; whether it is worked off. */
  private boolean handOver() {
    Arrival first = arrivals.poll();
    return first == null || first.handOver();
  }

  private void done() {
    if (open.decrementAndGet() > 0) {
      host.loop().execute(this::next);
    }
  }

  private boolean receive(int code, Bytes payload) {
    turnBytes += payload.size();
    if (payload.size() < Unpacking.LARGE_BYTES) {
      workedOff(host.handle(session, code, payload), payload);
      return true;
    }
    host.unpacking()
        .submit(
            () -> {
              Protocol.Decoded message = host.decodeLarge(session, code, payload);
              return () -> {
                try {
                  workedOff(host.handle(session, code, message), payload);
                } finally {
                  done();
                }
              };
            },
            this::onLoop);
    return false;
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
