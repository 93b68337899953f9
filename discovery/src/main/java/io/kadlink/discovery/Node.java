package io.kadlink.discovery;

import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * A node as discovery knows it.
 *
 * @param publicKey its key
 * @param udp where it answers discovery
 * @param tcpPort its RLPx port at the same address; 0 when it says it can't be dialed
 * @param record its latest verified record, when it was fetched
 */
public record Node(
    PublicKey publicKey, InetSocketAddress udp, int tcpPort, Optional<NodeRecord> record) {

  public NodeId id() {
    return publicKey.id();
  }

  /** Where to dial it, unless it can't be dialed. */
  public Optional<InetSocketAddress> tcp() {
    return tcpPort == 0
        ? Optional.empty()
        : Optional.of(new InetSocketAddress(udp.getAddress(), tcpPort));
  }
}
