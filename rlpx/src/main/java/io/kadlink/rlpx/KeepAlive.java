package io.kadlink.rlpx;

import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whether the other side is still there: pings soon after the start and at an interval, and finds
 * it dead when for too long no frame has come and hardly any byte of one, or hardly any of ours was
 * taken though they wait. Silence does not count while it is we who do not read. Confined to the
 * channel's event loop.
 */
final class KeepAlive {

  /** What it needs of the session. */
  interface Host {
    void sendPing();

    void dead(String how);
  }

  /**
   * Of what waits, the other side takes at least this much in the time that silence may last: a
   * reader so slow that it could hold our memory for as long as it likes is no better than a dead
   * one. It is less than two kilobytes a second.
   */
  static final int LEAST_TAKEN_BYTES = 48 * 1024;

  /**
   * From the start to the first ping. Protocols speak first: geth's conformance suite for eth falls
   * over a ping that comes before Status.
   */
  static final Duration FIRST_PING = Duration.ofSeconds(1);

  private final EventLoop loop;
  private final FrameHandler frames;
  private final RlpxLimits limits;
  private final Host host;
  private ScheduledFuture<?> timer;
  private @Nullable ScheduledFuture<?> firstPing;

  private boolean pingUnanswered;
  private long pingSentNanos;
  private int pingsReceived;
  private long wantedBytes;
  private long takenNanos;
  private volatile Optional<Duration> roundTrip = Optional.empty();

  KeepAlive(FrameHandler frames, RlpxLimits limits, Host host) {
    this.loop = frames.channel().eventLoop();
    this.frames = frames;
    this.limits = limits;
    this.host = host;
    this.takenNanos = now();
    this.timer = loop.schedule(this::tick, limits.pingInterval().toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Delivery begins: measures the round trip soon. */
  void begin() {
    firstPing = loop.schedule(() -> ping(now()), FIRST_PING.toNanos(), TimeUnit.NANOSECONDS);
  }

  void stop() {
    timer.cancel(false);
    if (firstPing != null) {
      firstPing.cancel(false);
    }
  }

  /** Any thread. */
  Optional<Duration> roundTrip() {
    return roundTrip;
  }

  /**
   * Counts a ping of the other side's.
   *
   * @throws ProtocolViolation when it is one of a flood
   */
  void pingReceived() throws ProtocolViolation {
    pingsReceived++;
    if (pingsReceived > limits.maxPings()) {
      throw new ProtocolViolation(
          DisconnectReason.PROTOCOL_BREACH,
          "ping-flood",
          pingsReceived + " pings in " + limits.pingInterval().toMillis() + " ms");
    }
  }

  /** The time since our ping, if this answers one. */
  Optional<Duration> pongReceived() {
    if (!pingUnanswered) {
      return Optional.empty();
    }
    pingUnanswered = false;
    roundTrip = Optional.of(Duration.ofNanos(now() - pingSentNanos));
    return roundTrip;
  }

  private void tick() {
    // Each asks for the next: those that a sleeping machine missed do not come all at once.
    timer = loop.schedule(this::tick, limits.pingInterval().toNanos(), TimeUnit.NANOSECONDS);
    pingsReceived = 0;
    long now = now();
    long silence = limits.silence().toNanos();
    if (!frames.resting() && now - frames.lastReadNanos() >= silence) {
      host.dead("silent for " + limits.silence().toMillis() + " ms");
      return;
    }
    long taken = frames.outbound().takenBytes();
    if (taken >= wantedBytes) {
      wantedBytes = taken + Math.min(frames.outbound().pendingBytes(), LEAST_TAKEN_BYTES);
      takenNanos = now;
    } else if (now - takenNanos >= silence) {
      host.dead(
          "took none of our bytes, or hardly any, for " + limits.silence().toMillis() + " ms");
      return;
    }
    ping(now);
  }

  private void ping(long now) {
    if (!pingUnanswered) {
      pingUnanswered = true;
      pingSentNanos = now;
      host.sendPing();
    }
  }

  private long now() {
    return loop.ticker().nanoTime();
  }
}
