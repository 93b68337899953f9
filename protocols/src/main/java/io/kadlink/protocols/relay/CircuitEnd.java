package io.kadlink.protocols.relay;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.PublicKey;
import io.kadlink.protocols.relay.wire.CloseCode;
import io.kadlink.protocols.relay.wire.RelayMessage.Limits;
import io.kadlink.protocols.relay.wire.RelayMessage.Status;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.ByteStream;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A circuit at one of its ends, as a stream for an RLPx session. The stream's methods come from any
 * thread and hand over to the loop, which owns everything but the count of bytes not yet sent.
 */
final class CircuitEnd implements ByteStream, LegEvents {
  /** The writer is held back from here ... */
  static final long HIGH_WATER_BYTES = 256 * 1024;

  /** ... until so little waits. */
  static final long LOW_WATER_BYTES = 64 * 1024;

  private final Circuit.Role role;
  private final PublicKey relay;
  private final PublicKey remote;
  private final CircuitEnds ends;
  private final Loop loop;
  private @Nullable Leg leg;
  private Limits limits = Limits.NONE;
  private @Nullable Instant opened;
  private long bytesIn;
  private long bytesOut;

  private @Nullable Sink sink;
  private final ArrayDeque<Bytes> early = new ArrayDeque<>();
  private @Nullable String closedBecause;

  private final AtomicLong unsent = new AtomicLong();
  private final AtomicBoolean heldBack = new AtomicBoolean();

  CircuitEnd(Circuit.Role role, PublicKey relay, PublicKey remote, CircuitEnds ends, Loop loop) {
    this.role = role;
    this.relay = relay;
    this.remote = remote;
    this.ends = ends;
    this.loop = loop;
  }

  PublicKey relay() {
    return relay;
  }

  /** Who the other end is, or says the relay; its handshake has to prove it. */
  PublicKey remote() {
    return remote;
  }

  Circuit.Role role() {
    return role;
  }

  void attach(Leg newLeg) {
    leg = newLeg;
  }

  boolean isOpen() {
    return opened != null && closedBecause == null;
  }

  void opened(Instant now, Limits allowed) {
    opened = now;
    limits = allowed;
  }

  // ByteStream: any thread.

  @Override
  public void start(Sink newSink) {
    loop.execute(() -> begin(newSink));
  }

  @Override
  public boolean write(Bytes data) {
    long waiting = unsent.addAndGet(data.size());
    loop.execute(() -> transmit(data));
    if (waiting < HIGH_WATER_BYTES) {
      return true;
    }
    heldBack.set(true);
    // The loop may have sent it all between the two lines above, and would not look again.
    return unsent.get() <= LOW_WATER_BYTES && heldBack.compareAndSet(true, false);
  }

  @Override
  public void consumed(int bytes) {
    loop.execute(
        () -> {
          if (leg != null) {
            leg.consumed(bytes);
          }
        });
  }

  @Override
  public void close(String reason) {
    loop.execute(() -> closeHere(reason));
  }

  // On the loop.

  private void begin(Sink newSink) {
    if (sink != null) {
      throw new IllegalStateException("a stream starts once");
    }
    sink = newSink;
    while (!early.isEmpty()) {
      newSink.data(early.removeFirst());
    }
    if (closedBecause != null) {
      newSink.closed(closedBecause);
    }
  }

  private void transmit(Bytes data) {
    if (leg != null && closedBecause == null) {
      leg.send(data);
    }
  }

  /** Ends it from this side; what was written before still goes out. */
  void closeHere(String reason) {
    if (closedBecause == null) {
      if (leg != null) {
        leg.finish(CloseCode.DONE, reason);
      }
      over(CloseCode.DONE, reason);
    }
  }

  /** Gives up a circuit that is asked for and not answered. */
  void cancel(String reason) {
    if (closedBecause == null) {
      if (leg != null) {
        leg.abort(CloseCode.CANCELLED, reason);
      }
      over(CloseCode.CANCELLED, reason);
    }
  }

  @Override
  public void answered(Leg from, Status status) {
    ends.answered(this, status);
  }

  @Override
  public void data(Leg from, Bytes bytes) {
    if (closedBecause != null) {
      return;
    }
    bytesIn += bytes.size();
    if (sink == null) {
      early.add(bytes); // at most a window: it is not consumed yet
    } else {
      sink.data(bytes);
    }
  }

  @Override
  public void sent(Leg from, int bytes) {
    bytesOut += bytes;
    long left = unsent.addAndGet(-bytes);
    if (left <= LOW_WATER_BYTES && heldBack.compareAndSet(true, false) && sink != null) {
      sink.writable();
    }
  }

  @Override
  public void ended(Leg from, CloseCode code, String reason) {
    over(
        code,
        "relay %s ended the circuit: %s%s"
            .formatted(relay.id().shortForm(), code, reason.isEmpty() ? "" : " (" + reason + ")"));
  }

  @Override
  public void lost(Leg from, DisconnectReason reason) {
    over(CloseCode.END_GONE, "relay %s is gone (%s)".formatted(relay.id().shortForm(), reason));
  }

  @Override
  public void drained(Leg from) {}

  /** The circuit is no more; the sink learns it after all that came before. */
  void over(CloseCode code, String reason) {
    if (closedBecause != null) {
      return;
    }
    closedBecause = reason;
    ends.over(this, opened != null, code, reason);
    if (sink != null) {
      sink.closed(reason);
    }
  }

  Circuit snapshot(Instant now) {
    boolean initiator = role == Circuit.Role.INITIATOR;
    return new Circuit(
        role,
        initiator ? ends.self() : remote.id(),
        relay.id(),
        initiator ? remote.id() : ends.self(),
        opened == null ? now : opened,
        initiator ? bytesOut : bytesIn,
        initiator ? bytesIn : bytesOut,
        leg == null ? 0 : leg.waitingBytes(),
        limits);
  }
}
