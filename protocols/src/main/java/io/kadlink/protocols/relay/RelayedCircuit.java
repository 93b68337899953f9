package io.kadlink.protocols.relay;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.protocols.relay.wire.CloseCode;
import io.kadlink.protocols.relay.wire.RelayMessage.Limits;
import io.kadlink.protocols.relay.wire.RelayMessage.Status;
import io.kadlink.protocols.relay.wire.StatusCode;
import io.kadlink.rlpx.wire.DisconnectReason;
import java.time.Duration;
import java.time.Instant;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A circuit this node carries: the leg to its initiator and the leg to its target, what one
 * receives sent on the other. A sender gets its credit back when its bytes have left here, so no
 * more than a window waits in either direction. Confined to the loop.
 */
final class RelayedCircuit implements LegEvents {
  private final RelayService service;
  private final RelaySession from;
  private final RelaySession to;
  private final Limits limits;
  private @Nullable Leg toInitiator;
  private @Nullable Leg toTarget;
  private Loop.@Nullable Timer timer;
  private @Nullable Instant opened;
  private long bytesToTarget;
  private long bytesToInitiator;
  private CloseCode endCode = CloseCode.DONE;
  private String endReason = "";

  RelayedCircuit(RelayService service, RelaySession from, RelaySession to, Limits limits) {
    this.service = service;
    this.from = from;
    this.to = to;
    this.limits = limits;
  }

  RelaySession from() {
    return from;
  }

  RelaySession to() {
    return to;
  }

  boolean hasEnd(RelaySession session) {
    return from == session || to == session;
  }

  /** Both legs are there, the target is asked: it has {@code patience} to answer. */
  void begin(Leg initiatorLeg, Leg targetLeg, Duration patience) {
    toInitiator = initiatorLeg;
    toTarget = targetLeg;
    timer = service.loop().schedule(patience, this::targetIsSilent);
  }

  @Override
  public void answered(Leg leg, Status status) {
    cancelTimer();
    Leg initiatorLeg = other(leg);
    if (status.code() == StatusCode.OK) {
      opened = service.now();
      initiatorLeg.open(limits);
      if (limits.seconds() > 0) {
        timer =
            service.loop().schedule(Duration.ofSeconds(limits.seconds()), this::timeLimitReached);
      }
      service.opened(this);
    } else {
      refuse(initiatorLeg, StatusCode.TARGET_REFUSED, describe(status));
    }
  }

  @Override
  public void data(Leg leg, Bytes bytes) {
    long total = bytesToTarget + bytesToInitiator + bytes.size();
    if (limits.bytes() > 0 && total > limits.bytes()) {
      end(CloseCode.BYTE_LIMIT, "%d bytes are allowed".formatted(limits.bytes()));
      return;
    }
    if (leg == toInitiator) {
      bytesToTarget += bytes.size();
    } else {
      bytesToInitiator += bytes.size();
    }
    other(leg).send(bytes);
  }

  @Override
  public void sent(Leg leg, int bytes) {
    service.metrics().relayedBytes(bytes);
    other(leg).consumed(bytes);
  }

  @Override
  public void ended(Leg leg, CloseCode code, String reason) {
    // Whatever code an end sends, for the other end it means that one is done.
    finish(leg, CloseCode.DONE, reason);
  }

  @Override
  public void lost(Leg leg, DisconnectReason reason) {
    finish(
        leg,
        CloseCode.END_GONE,
        "%s left the relay (%s)".formatted(leg.session().id().shortForm(), reason));
  }

  private void finish(Leg leg, CloseCode code, String reason) {
    Leg rest = other(leg);
    if (opened == null) {
      cancelTimer();
      if (leg == toInitiator) {
        rest.abort(CloseCode.CANCELLED, reason);
        over(CloseCode.CANCELLED, reason);
      } else {
        refuse(rest, StatusCode.NO_SESSION, reason);
      }
    } else {
      endCode = code;
      endReason = reason;
      rest.finish(code, reason);
      if (rest.isGone()) {
        over(code, reason);
      }
    }
  }

  @Override
  public void drained(Leg leg) {
    over(endCode, endReason);
  }

  /** Ends it at both ends. */
  void end(CloseCode code, String reason) {
    if (opened == null && toInitiator != null && !toInitiator.isGone()) {
      if (toTarget != null) {
        toTarget.abort(code, reason);
      }
      refuse(toInitiator, StatusCode.STOPPING, reason);
      return;
    }
    if (toInitiator != null) {
      toInitiator.abort(code, reason);
    }
    if (toTarget != null) {
      toTarget.abort(code, reason);
    }
    over(code, reason);
  }

  Circuit snapshot(Instant asked) {
    long waiting = 0;
    waiting += toInitiator == null ? 0 : toInitiator.waitingBytes();
    waiting += toTarget == null ? 0 : toTarget.waitingBytes();
    return new Circuit(
        Circuit.Role.RELAY,
        from.id(),
        service.self(),
        to.id(),
        opened == null ? asked : opened,
        bytesToTarget,
        bytesToInitiator,
        waiting,
        limits);
  }

  long bytes() {
    return bytesToTarget + bytesToInitiator;
  }

  private void targetIsSilent() {
    timer = null;
    if (toTarget != null && toInitiator != null) {
      toTarget.abort(CloseCode.CANCELLED, "no answer");
      refuse(toInitiator, StatusCode.TARGET_SILENT, "");
    }
  }

  private void timeLimitReached() {
    timer = null;
    end(CloseCode.TIME_LIMIT, "%d seconds are allowed".formatted(limits.seconds()));
  }

  private void refuse(Leg initiatorLeg, StatusCode code, String reason) {
    initiatorLeg.refuse(code, reason);
    service.metrics().refused("hop", code);
    over(CloseCode.CANCELLED, code + (reason.isEmpty() ? "" : ": " + reason));
  }

  private void over(CloseCode code, String reason) {
    cancelTimer();
    service.over(this, opened != null, code, reason);
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private Leg other(Leg leg) {
    Leg other = leg == toInitiator ? toTarget : toInitiator;
    if (other == null) {
      throw new IllegalStateException("a circuit's legs speak before it has begun");
    }
    return other;
  }

  private static String describe(Status status) {
    return status.reason().isEmpty() ? status.code().toString() : status.reason();
  }
}
