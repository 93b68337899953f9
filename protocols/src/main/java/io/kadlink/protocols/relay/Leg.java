package io.kadlink.protocols.relay;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.protocols.relay.wire.CloseCode;
import io.kadlink.protocols.relay.wire.RelayMessage;
import io.kadlink.protocols.relay.wire.RelayMessage.Close;
import io.kadlink.protocols.relay.wire.RelayMessage.Data;
import io.kadlink.protocols.relay.wire.RelayMessage.Limits;
import io.kadlink.protocols.relay.wire.RelayMessage.Status;
import io.kadlink.protocols.relay.wire.RelayMessage.Window;
import io.kadlink.protocols.relay.wire.StatusCode;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.time.Duration;
import java.util.ArrayDeque;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * One circuit on one session, with its credit in both directions and what waits for credit. An end
 * of a circuit has one leg, a relay two. Confined to the loop.
 *
 * <pre>
 *   we ask:    ASKING --STATUS ok--> OPEN --finish--> FINISHING --all sent--> GONE
 *   they ask:  ASKED  ----open-----> OPEN
 *   from any state: refused, closed by the remote, aborted, or session over --> GONE
 * </pre>
 */
final class Leg {
  /** How long bytes accepted before a close may wait for the remote to take them. */
  static final Duration DRAIN_LIMIT = Duration.ofSeconds(10);

  /** Credit is given back in pieces of at least this much, so that it costs few messages. */
  static final int GRANT_STEP = RelayMessage.INITIAL_WINDOW / 4;

  private enum State {
    ASKING,
    ASKED,
    OPEN,
    FINISHING,
    GONE
  }

  private final int id;
  private final RelaySession session;
  private final Loop loop;
  private final LegEvents events;
  private State state;

  private final ArrayDeque<Bytes> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private int sendCredit;
  private int receiveCredit;
  private int consumedBytes;
  private CloseCode finishCode = CloseCode.DONE;
  private String finishReason = "";
  private Loop.@Nullable Timer drainTimer;

  Leg(int id, RelaySession session, Loop loop, LegEvents events, boolean weAsk) {
    this.id = id;
    this.session = session;
    this.loop = loop;
    this.events = events;
    this.state = weAsk ? State.ASKING : State.ASKED;
  }

  int id() {
    return id;
  }

  RelaySession session() {
    return session;
  }

  long waitingBytes() {
    return waitingBytes;
  }

  boolean isGone() {
    return state == State.GONE;
  }

  // What its owner does.

  /** Says yes to what the remote asked. */
  void open(Limits limits) {
    expect(State.ASKED);
    session.say(new Status(id, StatusCode.OK, "", limits));
    becomeOpen();
  }

  /** Says no to what the remote asked; the leg is gone. */
  void refuse(StatusCode code, String reason) {
    expect(State.ASKED);
    session.say(new Status(id, code, reason, Limits.NONE));
    becomeGone();
  }

  /** Queues bytes; they leave as credit and the session allow. */
  void send(Bytes bytes) {
    loop.assertInLoop();
    if (state != State.OPEN || bytes.isEmpty()) {
      return;
    }
    waiting.add(bytes);
    waitingBytes += bytes.size();
    session.outlet().ready(this);
  }

  /** So many received bytes have left our hands: the remote may send as many more. */
  void consumed(int bytes) {
    loop.assertInLoop();
    if (state != State.OPEN) {
      return;
    }
    consumedBytes += bytes;
    if (consumedBytes >= GRANT_STEP) {
      receiveCredit += consumedBytes;
      session.say(new Window(id, consumedBytes));
      consumedBytes = 0;
    }
  }

  /** Ends it once what waits is sent, at the latest after {@link #DRAIN_LIMIT}. */
  void finish(CloseCode code, String reason) {
    loop.assertInLoop();
    if (state == State.FINISHING || state == State.GONE) {
      return;
    }
    finishCode = code;
    finishReason = reason;
    state = State.FINISHING;
    if (waiting.isEmpty()) {
      closeDrained();
    } else {
      drainTimer = loop.schedule(DRAIN_LIMIT, this::stall);
    }
  }

  /** Ends it now, dropping what waits. No event follows. */
  void abort(CloseCode code, String reason) {
    loop.assertInLoop();
    if (state != State.GONE) {
      session.say(new Close(id, code, reason));
      becomeGone();
    }
  }

  // What the remote does.

  void answered(Status status) throws ProtocolViolation {
    if (state != State.ASKING) {
      throw violation("answers circuit %d, which it was not asked for".formatted(id));
    }
    if (status.code() == StatusCode.OK) {
      becomeOpen();
    } else {
      becomeGone();
    }
    events.answered(this, status);
  }

  void received(Bytes bytes) throws ProtocolViolation {
    if (bytes.size() > receiveCredit) {
      throw violation(
          "sends %d bytes on circuit %d with credit for %d"
              .formatted(bytes.size(), id, receiveCredit));
    }
    receiveCredit -= bytes.size();
    if (state == State.OPEN) {
      events.data(this, bytes);
    } // FINISHING: we said all we have to say and no longer listen
  }

  void credited(int credit) throws ProtocolViolation {
    if (state != State.OPEN && state != State.FINISHING) {
      throw violation("gives credit on circuit %d before it is open".formatted(id));
    }
    if (sendCredit + credit > RelayMessage.MAX_WINDOW) {
      throw violation(
          "gives credit for %d bytes on circuit %d over %d left, at most %d are allowed"
              .formatted(credit, id, sendCredit, RelayMessage.MAX_WINDOW));
    }
    sendCredit += credit;
    session.outlet().ready(this);
  }

  /** The session is over. */
  void lost(DisconnectReason reason) {
    if (state != State.GONE) {
      becomeGone();
      events.lost(this, reason);
    }
  }

  /** The remote closed it. */
  void ended(CloseCode code, String reason) {
    if (state != State.GONE) {
      becomeGone();
      events.ended(this, code, reason);
    }
  }

  // What the outlet does.

  boolean hasSendable() {
    return sendCredit > 0 && !waiting.isEmpty() && state != State.GONE;
  }

  /** The next DATA, of what waits and has credit; it still waits until {@link #took}. */
  Data next() {
    Bytes head = waiting.getFirst();
    int size = Math.min(Math.min(head.size(), RelayMessage.MAX_DATA_BYTES), sendCredit);
    return new Data(id, head.slice(0, size));
  }

  /** The session took {@link #next}. */
  void took(Data data) {
    int size = data.bytes().size();
    Bytes head = waiting.removeFirst();
    if (head.size() > size) {
      waiting.addFirst(head.slice(size));
    }
    waitingBytes -= size;
    sendCredit -= size;
    events.sent(this, size);
    if (state == State.FINISHING && waiting.isEmpty()) {
      closeDrained();
    }
  }

  private void closeDrained() {
    session.say(new Close(id, finishCode, finishReason));
    becomeGone();
    events.drained(this);
  }

  private void stall() {
    if (state == State.FINISHING) {
      session.say(new Close(id, CloseCode.STALLED, finishReason));
      becomeGone();
      events.drained(this);
    }
  }

  private void becomeOpen() {
    state = State.OPEN;
    sendCredit = RelayMessage.INITIAL_WINDOW;
    receiveCredit = RelayMessage.INITIAL_WINDOW;
  }

  private void becomeGone() {
    state = State.GONE;
    waiting.clear();
    waitingBytes = 0;
    if (drainTimer != null) {
      drainTimer.cancel();
      drainTimer = null;
    }
    session.forget(this);
  }

  private void expect(State expected) {
    loop.assertInLoop();
    if (state != expected) {
      throw new IllegalStateException("circuit %d is %s".formatted(id, state));
    }
  }

  private static ProtocolViolation violation(String message) {
    return new ProtocolViolation(DisconnectReason.SUBPROTOCOL_ERROR, message);
  }
}
