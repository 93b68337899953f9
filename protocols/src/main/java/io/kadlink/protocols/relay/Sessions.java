package io.kadlink.protocols.relay;

import io.kadlink.identity.NodeId;
import io.kadlink.server.Peer;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The sessions with peers that speak relay/1, oldest first. Confined to the loop. */
final class Sessions {
  private final Map<Peer, RelaySession> byPeer = new LinkedHashMap<>();
  private final Map<NodeId, RelaySession> byId = new HashMap<>();

  void add(RelaySession session) {
    byPeer.put(session.peer(), session);
    byId.put(session.id(), session);
  }

  Optional<RelaySession> get(NodeId id) {
    return Optional.ofNullable(byId.get(id));
  }

  Optional<RelaySession> of(Peer peer) {
    return Optional.ofNullable(byPeer.get(peer));
  }

  /** Takes it out; the caller ends it. */
  Optional<RelaySession> remove(Peer peer) {
    Optional<RelaySession> session = Optional.ofNullable(byPeer.remove(peer));
    session.ifPresent(s -> byId.remove(s.id(), s));
    return session;
  }

  Collection<RelaySession> all() {
    return Collections.unmodifiableCollection(byPeer.values());
  }
}
