package io.kadlink.discovery.v5;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Our calls to one node.
 *
 * <pre>
 *            random packet            WHOAREYOU              anything readable
 *   (free) ---------------> knocking ----------> answering --------------------> (free)
 *      \                                            ^
 *       \___________________ WHOAREYOU ____________/      (the node lost the session)
 * </pre>
 *
 * While it knocks or answers, further calls wait.
 */
final class Outbox {
  final Remote remote;

  /** Sent and not answered, by request id. */
  final Map<Bytes, Call> inFlight = new LinkedHashMap<>();

  final Deque<Call> waiting = new ArrayDeque<>();

  /** The call that a random packet was sent for. */
  @Nullable Call knocking;

  /** Our answer to the node's challenge, until it shows that it arrived. */
  @Nullable Answering answering;

  /** Challenges answered since the node last showed that it shares a session with us. */
  int challengesAnswered;

  /** A handshake packet of ours and the call whose request it carries. */
  static final class Answering {
    final Bytes challengeData;
    final Call call;
    final Session session;
    final Bytes datagram;
    int repeats;

    Answering(Bytes challengeData, Call call, Session session, Bytes datagram) {
      this.challengeData = challengeData;
      this.call = call;
      this.session = session;
      this.datagram = datagram;
    }
  }

  Outbox(Remote remote) {
    this.remote = remote;
  }

  int size() {
    return inFlight.size() + waiting.size() + (knocking == null ? 0 : 1);
  }

  boolean isInHandshake() {
    return knocking != null || answering != null;
  }

  /** The call to be sent in a handshake, null when none may be sent. */
  @Nullable Call forHandshake() {
    if (answering != null) {
      return answering.call.maySend() ? answering.call : null;
    }
    if (knocking != null) {
      return knocking;
    }
    for (Call call : inFlight.values()) {
      if (call.maySend()) {
        return call;
      }
    }
    return null;
  }

  /** Takes out all that must be sent again now that there is {@code session}. */
  List<Call> takeForResending(Session session) {
    List<Call> calls = new ArrayList<>();
    if (knocking != null) {
      calls.add(knocking);
      knocking = null;
    }
    inFlight.values().stream().filter(call -> call.session != session).forEach(calls::add);
    calls.addAll(waiting);
    waiting.clear();
    return calls;
  }
}
