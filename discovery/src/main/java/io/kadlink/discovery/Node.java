package io.kadlink.discovery;

import io.kadlink.discovery.table.Addresses;
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

  /**
   * The node that a record describes, with port 0 where that names none; empty when it names no
   * port, or no address that a node can be at.
   */
  public static Optional<Node> of(NodeRecord record) {
    return record
        .enode()
        .filter(enode -> enode.udpPort() != 0 || enode.tcpPort() != 0)
        .filter(enode -> !Addresses.isSpecial(enode.udpEndpoint().getAddress()))
        .map(
            enode ->
                new Node(
                    record.publicKey(), enode.udpEndpoint(), enode.tcpPort(), Optional.of(record)));
  }

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
