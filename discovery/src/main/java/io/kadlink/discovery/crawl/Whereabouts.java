package io.kadlink.discovery.crawl;

import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeId;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Nodes of the set that did not answer yet at the address the set has. One that others tell at
 * another address has moved, and is tried there, once.
 */
final class Whereabouts {
  private static final class Attempt {
    final InetSocketAddress at;
    boolean silent;
    @Nullable Contact elsewhere;

    Attempt(InetSocketAddress at) {
      this.at = at;
    }
  }

  private final Map<NodeId, Attempt> attempts = new HashMap<>();

  /** A node of the set is asked at its old address. */
  void tried(Contact contact) {
    attempts.put(contact.id(), new Attempt(contact.udp()));
  }

  /** It answered, so it is where it was. */
  void answered(NodeId id) {
    attempts.remove(id);
  }

  /** It did not answer. Returns where it is to be tried now, if others told meanwhile. */
  Optional<Contact> silent(NodeId id) {
    Attempt attempt = attempts.get(id);
    if (attempt == null) {
      return Optional.empty();
    }
    attempt.silent = true;
    if (attempt.elsewhere == null) {
      return Optional.empty();
    }
    attempts.remove(id);
    return Optional.of(attempt.elsewhere);
  }

  /** Others tell of it. True when it is to be tried at that address now. */
  boolean told(Contact contact) {
    Attempt attempt = attempts.get(contact.id());
    if (attempt == null || attempt.at.equals(contact.udp())) {
      return false;
    }
    if (attempt.silent) {
      attempts.remove(contact.id());
      return true;
    }
    attempt.elsewhere = contact;
    return false;
  }
}
