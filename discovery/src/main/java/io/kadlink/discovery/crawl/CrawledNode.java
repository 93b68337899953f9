package io.kadlink.discovery.crawl;

import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * What a node set keeps of a node. Small, because there are many: the record is kept as text and
 * read again where it is needed.
 *
 * @param id the node's id
 * @param seq sequence number of the record, 0 for an enode URL
 * @param address the record as {@code enr:...}, or an {@code enode://} URL while no record is known
 * @param score liveness checks passed, halved by each one missed; 0 means that it never answered
 * @param firstResponse when it answered first, {@link #NEVER} if not yet
 * @param lastResponse when it answered last
 * @param lastCheck when it was asked last
 */
public record CrawledNode(
    NodeId id,
    long seq,
    String address,
    int score,
    Instant firstResponse,
    Instant lastResponse,
    Instant lastCheck) {

  /** A time that has not come; Go's zero time, so that geth reads it as such. */
  public static final Instant NEVER = Instant.parse("0001-01-01T00:00:00Z");

  /** A node that was only heard of. */
  public static CrawledNode unchecked(NodeRecord record) {
    return new CrawledNode(record.id(), record.seq(), record.toString(), 0, NEVER, NEVER, NEVER);
  }

  /** A node that was only heard of, and whose record nobody has. */
  public static CrawledNode unchecked(Enode enode) {
    return new CrawledNode(enode.id(), 0, enode.toString(), 0, NEVER, NEVER, NEVER);
  }

  /** Its record, unless only an enode URL is known. */
  public Optional<NodeRecord> record() {
    return address.startsWith(NodeRecord.PREFIX)
        ? Optional.of(NodeRecord.parse(address))
        : Optional.empty();
  }

  /** Where it answers discovery, when its record or URL says so with an address and a port. */
  public Optional<Contact> contact() {
    Optional<NodeRecord> record = record();
    if (record.isEmpty()) {
      return Optional.of(Enode.parse(address))
          .filter(enode -> enode.hasAddressLiteral() && enode.udpPort() != 0)
          .map(enode -> Contact.of(enode.publicKey(), enode.udpEndpoint(), enode.tcpPort()));
    }
    return record.flatMap(it -> it.udpEndpoint().map(udp -> Contact.of(it, udp)));
  }

  /** This node with {@code record}, unless the known one is newer. */
  CrawledNode with(NodeRecord record) {
    return Long.compareUnsigned(record.seq(), seq) < 0
        ? this
        : new CrawledNode(
            id, record.seq(), record.toString(), score, firstResponse, lastResponse, lastCheck);
  }

  /** This node after it answered. */
  CrawledNode answered(Instant at) {
    Instant second = at.truncatedTo(ChronoUnit.SECONDS);
    Instant first = firstResponse.equals(NEVER) ? second : firstResponse;
    return new CrawledNode(id, seq, address, score + 1, first, second, second);
  }

  /** This node after it did not answer. */
  CrawledNode missed(Instant at) {
    return new CrawledNode(
        id,
        seq,
        address,
        score / 2,
        firstResponse,
        lastResponse,
        at.truncatedTo(ChronoUnit.SECONDS));
  }
}
