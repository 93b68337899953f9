package io.kadlink.discovery;

import io.kadlink.discovery.lookup.DiscoveryProtocol;
import io.kadlink.discovery.lookup.Target;
import io.kadlink.discovery.store.NodeDatabase;
import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeRecord;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A protocol that notes in the node database how the nodes it asks behave. */
final class Remembering implements DiscoveryProtocol {
  private final DiscoveryVersion version;
  private final DiscoveryProtocol protocol;
  private final NodeDatabase database;

  /** From then on a missing answer says nothing about the node: we no longer wait for it. */
  private boolean closing;

  Remembering(DiscoveryVersion version, DiscoveryProtocol protocol, NodeDatabase database) {
    this.version = version;
    this.protocol = protocol;
    this.database = database;
  }

  @Override
  public void ping(Contact contact, Consumer<Optional<Duration>> done) {
    protocol.ping(
        contact,
        answer -> {
          if (answer.isPresent()) {
            database.answeredPing(version, contact);
          } else if (!closing) {
            database.missedPing(version, contact.id());
          }
          done.accept(answer);
        });
  }

  @Override
  public void findNode(Contact contact, Target target, Consumer<Optional<List<Contact>>> done) {
    protocol.findNode(
        contact,
        target,
        answer -> {
          if (answer.isPresent()) {
            database.answeredFindNode(version, contact.id());
          } else if (!closing) {
            database.failedFindNode(version, contact.id());
          }
          done.accept(answer);
        });
  }

  @Override
  public void requestRecord(Contact contact, Consumer<Optional<NodeRecord>> done) {
    protocol.requestRecord(
        contact,
        answer -> {
          answer.ifPresent(database::updateRecord);
          done.accept(answer);
        });
  }

  @Override
  public void received(InetSocketAddress from, byte[] datagram) {
    protocol.received(from, datagram);
  }

  @Override
  public void close() {
    closing = true;
    protocol.close();
  }
}
