package io.kadlink.discovery.lookup;

import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeRecord;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A protocol whose answers a test gives; it notes what it is asked. */
public final class HandPlayed implements DiscoveryProtocol {
  /** Who was pinged. */
  public final List<Contact> pinged = new ArrayList<>();

  /** Requests for records that wait for their answer, in order. */
  public final Deque<Consumer<Optional<NodeRecord>>> recordRequests = new ArrayDeque<>();

  /** What is done with a FindNode. */
  public interface FindNode {
    void ask(Contact contact, Target target, Consumer<Optional<List<Contact>>> done);
  }

  public FindNode findNode = (contact, target, done) -> done.accept(Optional.empty());

  @Override
  public void ping(Contact contact, Consumer<Optional<Duration>> done) {
    pinged.add(contact);
  }

  @Override
  public void findNode(Contact contact, Target target, Consumer<Optional<List<Contact>>> done) {
    findNode.ask(contact, target, done);
  }

  @Override
  public void requestRecord(Contact contact, Consumer<Optional<NodeRecord>> done) {
    recordRequests.add(done);
  }

  @Override
  public void received(InetSocketAddress from, byte[] datagram) {}

  @Override
  public void close() {}
}
