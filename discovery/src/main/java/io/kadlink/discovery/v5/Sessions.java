package io.kadlink.discovery.v5;

import io.kadlink.discovery.loop.Loop;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The session cache (discv5-theory, Session Cache). When two nodes challenge each other at the same
 * time, each ends up with two sessions and may prefer another one; therefore the last but one is
 * good for reading.
 */
final class Sessions {
  /** Sessions kept; the least recently used is forgotten first, and costs one more handshake. */
  static final int MAX_SESSIONS = 1_024;

  /** Keys are renewed after this time. */
  static final Duration LIFETIME = Duration.ofHours(12);

  /** A message and the session it was sealed under. */
  record Opened(Session session, Message message) {}

  private final Loop loop;
  private final Map<Remote, Session> sessions =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Remote, Session> eldest) {
          return size() > MAX_SESSIONS;
        }
      };

  Sessions(Loop loop) {
    this.loop = loop;
  }

  /** The session to write under. */
  @Nullable Session find(Remote remote) {
    Session session = sessions.get(remote);
    if (session != null
        && (session.isWornOut() || loop.nanoTime() - session.madeNanos >= LIFETIME.toNanos())) {
      sessions.remove(remote);
      return null;
    }
    return session;
  }

  /** Opens a message, or returns null when there is no session it was sealed under. */
  @Nullable Opened open(Packet.Ordinary packet, Remote from) throws BadPacketException {
    Session session = find(from);
    while (session != null) {
      byte[] plaintext = session.open(packet.message(), packet.nonce());
      if (plaintext != null) {
        return new Opened(session, MessageCodec.decode(plaintext));
      }
      session = session.previous;
    }
    return null;
  }

  /** From now on the session to write under; the one before stays readable. */
  void add(Session session) {
    Session before = sessions.get(session.remote);
    if (before != null) {
      before.previous = null;
      session.previous = before;
      session.answered = before.answered;
      session.answeredNanos = before.answeredNanos;
    }
    sessions.put(session.remote, session);
  }

  /** Forgets a session that came to nothing; the one before takes its place again. */
  void remove(Session session) {
    if (sessions.get(session.remote) == session) {
      if (session.previous == null) {
        sessions.remove(session.remote);
      } else {
        sessions.put(session.remote, session.previous);
      }
    }
  }

  int size() {
    return sessions.size();
  }

  void clear() {
    sessions.clear();
  }
}
