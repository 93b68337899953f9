package io.kadlink.discovery.v5;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.v5.Outbox.Answering;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends our requests, makes the sessions they need, and matches answers to them. Nothing is sent
 * again because time ran out (discv5-wire, UDP Communication); a request is sent again when the
 * node can't have read it, because it says so or because it made a new session since.
 *
 * <p>A node repeats its challenge, naming the packet that first led to it, until it saw a
 * handshake. So a nonce is remembered longer than the call it belonged to, and a repeated challenge
 * is answered by repeating the handshake packet bit for bit: whichever copy arrives, both sides get
 * the same keys.
 */
final class Calls {
  /** How long an answer may take (discv5-wire, UDP Communication). */
  static final Duration TIMEOUT = Duration.ofMillis(500);

  /** The same for a handshake packet, which costs both sides curve operations. */
  static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(1);

  /** Calls to one node, those that wait for its handshake included. */
  static final int MAX_CALLS_PER_NODE = 32;

  /** Calls in all. */
  static final int MAX_CALLS = 8_192;

  /**
   * Challenges of one node that are answered before it shows a session with us: each costs three
   * curve operations.
   */
  static final int MAX_CHALLENGES_ANSWERED = 3;

  /** How often a handshake packet is repeated for the challenge that it answers. */
  static final int MAX_REPEATS = 3;

  /** How often one request is sent, in a handshake or under a session. */
  static final int MAX_SENDS = 3;

  /** How long a WHOAREYOU may refer to a packet: as long as a node may keep its challenge. */
  static final Duration NONCE_LIFETIME = Duration.ofSeconds(3);

  /** Nonces remembered; the oldest is forgotten first. */
  static final int MAX_NONCES = 8_192;

  /** For a ping of which only the session counts. */
  private static final Call.Answer NO_ONE =
      new Call.Answer() {
        @Override
        public boolean take(Call call, Message.Response response) {
          return true;
        }

        @Override
        public void ended() {}
      };

  private final Loop loop;
  private final Supplier<Message.Ping> pings;
  private final Sender sender;
  private final Sessions sessions;
  private final Handshakes handshakes;
  private final Map<Remote, Outbox> outboxes = new LinkedHashMap<>();
  private final Map<Nonce, Asked> asked =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Nonce, Asked> eldest) {
          return size() > MAX_NONCES || isOver(eldest.getValue());
        }
      };
  private int count;
  private boolean closed;

  /** Whom a packet went to. */
  private record Asked(Remote remote, long sentNanos) {}

  /**
   * Nothing sent yet.
   *
   * @param pings makes a ping
   */
  Calls(
      Loop loop,
      Supplier<Message.Ping> pings,
      Sender sender,
      Sessions sessions,
      Handshakes handshakes) {
    this.loop = loop;
    this.pings = pings;
    this.sender = sender;
    this.sessions = sessions;
    this.handshakes = handshakes;
  }

  /** Sends a request as soon as there is a session. */
  void start(Contact contact, Message.Request request, Call.Answer answer) {
    Remote remote = new Remote(contact.id(), contact.udp());
    Outbox outbox = outboxes.get(remote);
    boolean full = outbox != null && outbox.size() >= MAX_CALLS_PER_NODE;
    if (closed || full || count >= MAX_CALLS) {
      answer.ended();
      return;
    }
    if (outbox == null) {
      outbox = new Outbox(remote);
      outboxes.put(remote, outbox);
    }
    count++;
    Call call = new Call(contact, request, answer);
    Session session = sessions.find(remote);
    if (outbox.isInHandshake()) {
      outbox.waiting.add(call);
    } else if (session == null) {
      knock(outbox, call);
    } else {
      send(outbox, call, session);
    }
  }

  int pending() {
    return count;
  }

  /** Takes a challenge; false when it refers to nothing of ours. */
  boolean whoAreYou(Packet.WhoAreYou challenge, InetSocketAddress from) {
    Asked referred = asked.get(challenge.nonce());
    if (referred == null || isOver(referred) || !referred.remote().udp().equals(from)) {
      return false;
    }
    Outbox outbox = outboxes.get(referred.remote());
    if (outbox == null) {
      return false;
    }
    Answering answering = outbox.answering;
    if (answering != null && answering.challengeData.equals(challenge.challengeData())) {
      if (answering.repeats++ < MAX_REPEATS) {
        sender.handshake(from, answering.datagram, answering.call.request);
      }
      return true;
    }
    Call call = outbox.forHandshake();
    if (call == null || outbox.challengesAnswered++ >= MAX_CHALLENGES_ANSWERED) {
      return false;
    }
    answer(outbox, call, challenge);
    return true;
  }

  /** A node sent something readable under that session, so it has it. */
  void sharedSession(Session session) {
    Outbox outbox = outboxes.get(session.remote);
    if (outbox != null && outbox.isInHandshake() && session == sessions.find(session.remote)) {
      endHandshake(outbox);
    }
  }

  /** The call that this answers, null when nobody asked. */
  @Nullable Call find(Remote remote, Message.Response response) {
    Outbox outbox = outboxes.get(remote);
    Call call = outbox == null ? null : outbox.inFlight.get(response.requestId());
    return call == null || !call.fits(response) ? null : call;
  }

  /** Takes an answer to a call that {@link #find} returned. */
  void answer(Remote remote, Call call, Message.Response response) {
    Outbox outbox = outboxes.get(remote);
    if (outbox == null) {
      return;
    }
    if (!call.answer.take(call, response)) {
      restartTimeout(outbox, call, TIMEOUT);
      return;
    }
    remove(outbox, call);
    if (outbox.answering != null && outbox.answering.call == call) {
      endHandshake(outbox);
    }
    call.answer.ended();
  }

  void close() {
    closed = true;
    List<Outbox> open = new ArrayList<>(outboxes.values());
    outboxes.clear();
    asked.clear();
    for (Outbox outbox : open) {
      List<Call> calls = new ArrayList<>(outbox.inFlight.values());
      calls.addAll(outbox.waiting);
      if (outbox.knocking != null) {
        calls.add(outbox.knocking);
      }
      for (Call call : calls) {
        call.cancelTimeout();
        call.answer.ended();
      }
    }
  }

  private void knock(Outbox outbox, Call call) {
    outbox.knocking = call;
    remember(sender.random(outbox.remote), outbox);
    restartTimeout(outbox, call, TIMEOUT);
  }

  private void send(Outbox outbox, Call call, Session session) {
    call.sends++;
    call.session = session;
    call.sentNanos = loop.nanoTime();
    outbox.inFlight.put(call.request.requestId(), call);
    remember(sender.message(session, call.request), outbox);
    restartTimeout(outbox, call, TIMEOUT);
  }

  /** Sends what waited for the handshake, and again what the node could not read before. */
  private void endHandshake(Outbox outbox) {
    outbox.answering = null;
    outbox.challengesAnswered = 0;
    Session session = sessions.find(outbox.remote);
    if (session == null) { // pushed out of the cache meanwhile
      Call next = outbox.waiting.poll();
      if (next != null) {
        knock(outbox, next);
      }
      return;
    }
    for (Call call : outbox.takeForResending(session)) {
      if (call.maySend()) {
        send(outbox, call, session);
      }
    }
  }

  private void answer(Outbox outbox, Call call, Packet.WhoAreYou challenge) {
    byte[] message = MessageCodec.encode(call.request);
    if (message.length > PacketCodec.MAX_HANDSHAKE_MESSAGE_BYTES) {
      answerWithPing(outbox, call, challenge);
      return;
    }
    Handshakes.Initiated handshake = handshakes.initiate(challenge, call.contact, message);
    sessions.add(handshake.session());
    call.sends++;
    call.session = handshake.session();
    call.sentNanos = loop.nanoTime();
    outbox.knocking = null;
    outbox.inFlight.put(call.request.requestId(), call);
    outbox.answering =
        new Answering(challenge.challengeData(), call, handshake.session(), handshake.datagram());
    restartTimeout(outbox, call, HANDSHAKE_TIMEOUT);
    sender.handshake(outbox.remote.udp(), handshake.datagram(), call.request);
  }

  /** Beside our record there is no room for a large request, so it waits for the session. */
  private void answerWithPing(Outbox outbox, Call large, Packet.WhoAreYou challenge) {
    large.cancelTimeout();
    outbox.knocking = null;
    outbox.inFlight.remove(large.request.requestId(), large);
    outbox.waiting.addFirst(large);
    count++;
    answer(outbox, new Call(large.contact, pings.get(), NO_ONE), challenge);
  }

  private void restartTimeout(Outbox outbox, Call call, Duration timeout) {
    call.cancelTimeout();
    call.timeout = loop.schedule(timeout, () -> expire(outbox, call));
  }

  private void expire(Outbox outbox, Call call) {
    Answering answering = outbox.answering;
    boolean handshakeFailed =
        outbox.knocking == call || (answering != null && answering.call == call);
    List<Call> failed = new ArrayList<>();
    failed.add(call);
    if (handshakeFailed) {
      failed.addAll(outbox.waiting);
      outbox.waiting.clear();
      outbox.knocking = null;
      outbox.answering = null;
      outbox.challengesAnswered = 0;
      if (answering != null) {
        sessions.remove(answering.session);
      }
    }
    failed.forEach(each -> remove(outbox, each));
    failed.forEach(each -> each.answer.ended());
  }

  private void remove(Outbox outbox, Call call) {
    call.cancelTimeout();
    outbox.inFlight.remove(call.request.requestId(), call);
    count--;
    if (outbox.size() == 0) {
      outboxes.remove(outbox.remote, outbox);
    }
  }

  private void remember(Nonce nonce, Outbox outbox) {
    asked.put(nonce, new Asked(outbox.remote, loop.nanoTime()));
  }

  private boolean isOver(Asked packet) {
    return loop.nanoTime() - packet.sentNanos() >= NONCE_LIFETIME.toNanos();
  }
}
