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
record Remembering(DiscoveryProtocol protocol, NodeDatabase database) implements DiscoveryProtocol {

  @Override
  public void ping(Contact contact, Consumer<Optional<Duration>> done) {
    protocol.ping(
        contact,
        answer -> {
          if (answer.isPresent()) {
            database.answeredPing(contact);
          } else {
            database.missedPing(contact.id());
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
            database.answeredFindNode(contact.id());
          } else {
            database.failedFindNode(contact.id());
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
    protocol.close();
  }
}
