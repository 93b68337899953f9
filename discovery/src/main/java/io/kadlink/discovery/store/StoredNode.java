package io.kadlink.discovery.store;

import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Optional;

/**
 * A node as the database knows it. Times are of this machine's wall clock, in whole milliseconds.
 *
 * @param publicKey its key
 * @param udp where it last answered or spoke from
 * @param tcpPort its RLPx port at the same address, 0 when it can't be dialed
 * @param record its verified record with the highest sequence number, when there was one
 * @param firstSeen when it entered the database
 * @param lastSeen when it last gave a sign of life, pong or otherwise
 * @param lastPong when it last answered a ping from that endpoint
 * @param statistics how it has behaved
 */
public record StoredNode(
    PublicKey publicKey,
    InetSocketAddress udp,
    int tcpPort,
    Optional<NodeRecord> record,
    Instant firstSeen,
    Instant lastSeen,
    Optional<Instant> lastPong,
    NodeStatistics statistics) {

  public NodeId id() {
    return publicKey.id();
  }

  /** As the table takes it. */
  public Contact contact() {
    return new Contact(publicKey, udp, tcpPort, record);
  }
}
