package io.kadlink.discovery.table;

import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * A node and where it is reached.
 *
 * @param udp where it answers discovery
 * @param tcpPort its RLPx port, 0 when it can't be dialed
 * @param record its newest verified record, when one was fetched
 */
public record Contact(
    PublicKey publicKey, InetSocketAddress udp, int tcpPort, Optional<NodeRecord> record) {

  /** The node of {@code record} at one of the endpoints that it names. */
  public static Contact of(NodeRecord record, InetSocketAddress udp) {
    return new Contact(
        record.publicKey(), udp, tcpPort(record, udp.getAddress()), Optional.of(record));
  }

  /** A node of which no record is known; TCP port 0 when it can't be dialed. */
  public static Contact of(PublicKey publicKey, InetSocketAddress udp, int tcpPort) {
    return new Contact(publicKey, udp, tcpPort, Optional.empty());
  }

  /** The id that its key makes. */
  public NodeId id() {
    return publicKey.id();
  }

  /** The IP address that it answers discovery from. */
  public InetAddress address() {
    return udp.getAddress();
  }

  /** The sequence number of the record, 0 without one. */
  public long seq() {
    return record.map(NodeRecord::seq).orElse(0L);
  }

  /**
   * This contact with {@code newer} as its record. A TCP port that the record states for the very
   * address the node answers from counts more than hearsay.
   */
  public Contact withRecord(NodeRecord newer) {
    boolean sameAddress =
        newer.udpEndpoints().stream().anyMatch(at -> at.getAddress().equals(address()));
    int port = sameAddress ? tcpPort(newer, address()) : tcpPort;
    return new Contact(publicKey, udp, port, Optional.of(newer));
  }

  private static int tcpPort(NodeRecord record, InetAddress address) {
    return record.tcpEndpoints().stream()
        .filter(at -> at.getAddress().equals(address))
        .map(InetSocketAddress::getPort)
        .findFirst()
        .orElse(0);
  }

  /** For logs: short id and endpoint. */
  @Override
  public String toString() {
    return id().shortForm() + "@" + udp.getAddress().getHostAddress() + ":" + udp.getPort();
  }
}
