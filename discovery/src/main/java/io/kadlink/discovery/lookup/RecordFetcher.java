package io.kadlink.discovery.lookup;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Addresses;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.Table;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps the records of the nodes in the table up to date: a node that states a higher sequence
 * number than its record has is asked for the new one. A record that names another endpoint is
 * believed once the node answers from there.
 */
public final class RecordFetcher {
  /** Fetches at a time. What is skipped is noticed again at the node's next sign of life. */
  static final int MAX_RUNNING = 32;

  private final Loop loop;
  private final Table table;
  private final DiscoveryProtocol protocol;
  private final Set<NodeId> running = new HashSet<>();

  /** A fetcher for the nodes of {@code table}. */
  public RecordFetcher(Loop loop, Table table, DiscoveryProtocol protocol) {
    this.loop = loop;
    this.table = table;
    this.protocol = protocol;
  }

  /** A node in the table said that its record has this sequence number. */
  public void announced(NodeId id, long seq) {
    loop.assertInLoop();
    Optional<Contact> known = table.find(id);
    if (known.isEmpty()
        || Long.compareUnsigned(seq, known.get().seq()) <= 0
        || running.size() >= MAX_RUNNING
        || !running.add(id)) {
      return;
    }
    protocol.requestRecord(
        known.get(),
        answer -> {
          running.remove(id);
          answer.ifPresent(record -> fetched(known.get(), record));
        });
  }

  private void fetched(Contact contact, NodeRecord record) {
    table.updateRecord(record);
    if (record.udpEndpoints().contains(contact.udp())) {
      return;
    }
    record.udpEndpoints().stream()
        .filter(endpoint -> Addresses.mayRelay(contact.address(), endpoint))
        .map(endpoint -> Contact.of(record, endpoint))
        .filter(table::concerns)
        .findFirst()
        // When it answers, that is noticed as any sign of life is.
        .ifPresent(moved -> protocol.ping(moved, answer -> {}));
  }
}
