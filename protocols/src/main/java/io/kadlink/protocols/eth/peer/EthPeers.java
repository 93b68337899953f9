package io.kadlink.protocols.eth.peer;

import io.kadlink.server.Peer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The sessions whose Status has been accepted. Confined to the protocol's loop. */
public final class EthPeers {
  private final Map<Peer, EthPeer> peers = new LinkedHashMap<>();

  public void add(EthPeer peer) {
    peers.put(peer.session(), peer);
  }

  public void remove(EthPeer peer) {
    peers.remove(peer.session(), peer);
  }

  public Optional<EthPeer> find(Peer session) {
    return Optional.ofNullable(peers.get(session));
  }

  /** All of them, those we have just dropped included. */
  public Collection<EthPeer> all() {
    return Collections.unmodifiableCollection(peers.values());
  }

  /** Those that can still be talked to; a copy. */
  public List<EthPeer> open() {
    List<EthPeer> open = new ArrayList<>(peers.size());
    for (EthPeer peer : peers.values()) {
      if (!peer.isOver()) {
        open.add(peer);
      }
    }
    return open;
  }
}
