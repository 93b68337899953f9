package io.kadlink.discovery.v4;

import io.kadlink.discovery.table.Addresses;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LocalNode;
import io.kadlink.discovery.v4.Packet.Neighbor;
import io.kadlink.identity.InvalidRecordException;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.crypto.InvalidCurveInputException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;

/**
 * Our questions to other nodes from beginning to end: bond where needed, ask, and check what the
 * answer says before anyone acts on it.
 */
final class Inquiries {
  private final LocalNode local;
  private final Bonds bonds;
  private final Bonding bonding;
  private final Questions questions;
  private final Traffic traffic;
  private boolean closed;

  Inquiries(LocalNode local, Bonds bonds, Bonding bonding, Questions questions, Traffic traffic) {
    this.local = local;
    this.bonds = bonds;
    this.bonding = bonding;
    this.questions = questions;
    this.traffic = traffic;
  }

  void findNode(Contact contact, Bytes target, Consumer<Optional<List<Contact>>> done) {
    this.<List<Neighbor>>ask(
        contact,
        reply -> questions.find(contact, target, reply),
        answer -> done.accept(answer.map(nodes -> acceptable(nodes, contact.udp()))));
  }

  void record(Contact contact, Consumer<Optional<NodeRecord>> done) {
    this.<Bytes>ask(
        contact,
        reply -> questions.record(contact, reply),
        answer -> done.accept(answer.flatMap(rlp -> verified(rlp, contact))));
  }

  /** What waits is ended by those who wait; nothing new is asked. */
  void close() {
    closed = true;
  }

  /**
   * Asks once the node should be willing to answer. When it is silent although it took part in an
   * endpoint proof just now, the question may have overtaken our pong, so it is asked once more.
   */
  private <T> void ask(
      Contact contact, Consumer<Consumer<Optional<T>>> question, Consumer<Optional<T>> done) {
    Consumer<Optional<T>> last =
        answer -> {
          if (answer.isEmpty()) {
            bonds.forgetOurs(endpoint(contact));
          }
          done.accept(answer);
        };
    bonding.ensure(
        contact,
        bonded -> {
          if (!bonded || closed) {
            done.accept(Optional.empty());
          } else if (!bonds.isJustProvenToThem(endpoint(contact))) {
            question.accept(last);
          } else {
            question.accept(
                answer -> {
                  if (answer.isPresent() || closed) {
                    done.accept(answer);
                  } else {
                    question.accept(last);
                  }
                });
          }
        });
  }

  /** The nodes out of an answer that may be contacted. */
  private List<Contact> acceptable(List<Neighbor> nodes, InetSocketAddress from) {
    List<Contact> contacts = new ArrayList<>(nodes.size());
    for (Neighbor node : nodes) {
      if (node.publicKey().equals(local.publicKey().bytes())) {
        continue;
      }
      InetSocketAddress udp = new InetSocketAddress(node.address(), node.udpPort());
      if (!Addresses.mayRelay(from.getAddress(), udp)) {
        traffic.drop(DropReason.BAD_NEIGHBOR, from, udp.toString());
        continue;
      }
      try {
        PublicKey key = PublicKey.of(node.publicKey());
        contacts.add(Contact.of(key, udp, node.tcpPort()));
      } catch (InvalidCurveInputException e) {
        traffic.drop(DropReason.BAD_NEIGHBOR, from, String.valueOf(e.getMessage()));
      }
    }
    return contacts;
  }

  private Optional<NodeRecord> verified(Bytes rlp, Contact contact) {
    try {
      NodeRecord record = NodeRecord.decode(rlp);
      if (record.publicKey().equals(contact.publicKey())) {
        return Optional.of(record);
      }
      traffic.drop(DropReason.BAD_RECORD, contact.udp(), "the record is of node " + record.id());
    } catch (InvalidRecordException e) {
      traffic.drop(DropReason.BAD_RECORD, contact.udp(), String.valueOf(e.getMessage()));
    }
    return Optional.empty();
  }

  private static Bonds.Endpoint endpoint(Contact contact) {
    return new Bonds.Endpoint(contact.id(), contact.address());
  }
}
