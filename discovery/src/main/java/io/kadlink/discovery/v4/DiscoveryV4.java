package io.kadlink.discovery.v4;

import io.kadlink.discovery.lookup.DiscoveryProtocol;
import io.kadlink.discovery.lookup.Target;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Addresses;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LocalNode;
import io.kadlink.discovery.table.SignsOfLife;
import io.kadlink.discovery.table.Table;
import io.kadlink.discovery.udp.RateLimit;
import io.kadlink.discovery.udp.Transport;
import io.kadlink.discovery.v4.Packet.EnrRequest;
import io.kadlink.discovery.v4.Packet.EnrResponse;
import io.kadlink.discovery.v4.Packet.FindNode;
import io.kadlink.discovery.v4.Packet.Neighbor;
import io.kadlink.discovery.v4.Packet.Neighbors;
import io.kadlink.discovery.v4.Packet.Ping;
import io.kadlink.discovery.v4.Packet.Pong;
import io.kadlink.discovery.v4.PacketCodec.Unverified;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.crypto.Keccak256;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Speaks discv4: answers questions and asks them. Confined to its event loop.
 *
 * <p>A datagram passes checks from cheap to dear: whether its sender may ask at all, size, hash,
 * body, time, whether it answers anything we asked, the sender's rate, and only then the signature.
 * Pings are answered by anyone's right; everything else only from an endpoint that has proven
 * itself by answering a ping of ours.
 */
public final class DiscoveryV4 implements DiscoveryProtocol {
  private static final Logger log = LoggerFactory.getLogger(DiscoveryV4.class);

  /** Nodes told in answer to a FindNode (Kademlia's k). */
  private static final int CLOSEST = 16;

  private final Loop loop;
  private final LocalNode local;
  private final Table table;
  private final SignsOfLife signs;
  private final Traffic traffic;
  private final RateLimit rateLimit;
  private final Sender sender;
  private final Bonds bonds;
  private final Pings pings;
  private final Bonding bonding;
  private final Questions questions;
  private final Inquiries inquiries;
  private boolean closed;

  /**
   * Discovery v4 of {@code local}.
   *
   * @param table where nodes to tell others of are taken from; what is learned goes to {@code
   *     signs}
   * @param rateLimit shared with other versions on the same port
   * @param signs told of every sign of life
   */
  public DiscoveryV4(
      Loop loop,
      LocalNode local,
      Table table,
      Transport transport,
      RateLimit rateLimit,
      Traffic traffic,
      SignsOfLife signs) {
    this.loop = loop;
    this.local = local;
    this.table = table;
    this.rateLimit = rateLimit;
    this.traffic = traffic;
    this.signs = signs;
    this.sender = new Sender(loop, local, transport, traffic);
    this.bonds = new Bonds(loop);
    this.pings = new Pings(loop, sender);
    this.bonding = new Bonding(loop, bonds, pings);
    this.questions = new Questions(loop, sender);
    this.inquiries = new Inquiries(local, bonds, bonding, questions, traffic);
  }

  @Override
  public void ping(Contact contact, Consumer<Optional<Duration>> done) {
    loop.assertInLoop();
    if (closed) {
      done.accept(Optional.empty());
      return;
    }
    pings.ping(contact, answer -> done.accept(answer.map(Pings.Answer::roundTrip)));
  }

  /** Asks after an endpoint proof where needed. */
  @Override
  public void findNode(Contact contact, Target target, Consumer<Optional<List<Contact>>> done) {
    loop.assertInLoop();
    if (closed) {
      done.accept(Optional.empty());
    } else {
      inquiries.findNode(contact, target.key(), done);
    }
  }

  /** Asks as EIP-868 says, after an endpoint proof where needed. */
  @Override
  public void requestRecord(Contact contact, Consumer<Optional<NodeRecord>> done) {
    loop.assertInLoop();
    if (closed) {
      done.accept(Optional.empty());
    } else {
      inquiries.record(contact, done);
    }
  }

  @Override
  public void close() {
    loop.assertInLoop();
    closed = true;
    inquiries.close();
    pings.close();
    bonding.close();
    questions.close();
  }

  @Override
  public void received(InetSocketAddress from, byte[] datagram) {
    loop.assertInLoop();
    if (closed) {
      return;
    }
    if (PacketCodec.seemsToAsk(datagram) && rateLimit.isExhausted(from)) {
      traffic.drop(DropReason.RATE_LIMITED, from, "not looked at");
      return;
    }
    try {
      Unverified unverified = PacketCodec.decode(datagram);
      Packet packet = unverified.packet();
      if (packet instanceof Packet.Expiring expiring
          && expiring.expiration() < loop.now().getEpochSecond()) {
        traffic.drop(DropReason.EXPIRED, from, name(packet));
      } else if (!isExpected(packet, from)) {
        traffic.drop(DropReason.UNSOLICITED, from, name(packet));
      } else if (!isAdmitted(packet, from)) {
        traffic.drop(DropReason.RATE_LIMITED, from, name(packet));
      } else {
        receive(packet, unverified.hash(), unverified.recoverSender(), from);
      }
    } catch (BadPacketException e) {
      traffic.drop(e.reason(), from, String.valueOf(e.getMessage()));
    }
  }

  /** Whether anything waits for this packet; spares the recovery of a forged answer. */
  private boolean isExpected(Packet packet, InetSocketAddress from) {
    return switch (packet) {
      case Pong pong -> pings.expects(pong.pingHash());
      case Neighbors neighbors -> questions.expectsNeighbors(from.getAddress());
      case EnrResponse response -> questions.expectsRecord(response.requestHash());
      case Ping ping -> true;
      case FindNode find -> true;
      case EnrRequest request -> true;
    };
  }

  /**
   * Whether the packet is worth a signature recovery. An answer that names the hash of our question
   * always is, since only someone who saw the question can name it: a flood must not drown it.
   */
  private boolean isAdmitted(Packet packet, InetSocketAddress from) {
    return switch (packet) {
      case Pong pong -> true;
      case EnrResponse response -> true;
      case Neighbors neighbors -> rateLimit.admitsAnswer(from);
      case Ping ping -> rateLimit.admits(from);
      case FindNode find -> rateLimit.admits(from);
      case EnrRequest request -> rateLimit.admits(from);
    };
  }

  private void receive(Packet packet, Bytes hash, PublicKey key, InetSocketAddress from) {
    if (key.equals(local.publicKey())) {
      traffic.drop(DropReason.OWN, from, name(packet));
      return;
    }
    traffic.received(packet);
    log.trace("{} from {}", packet, from);
    Bonds.Endpoint endpoint = new Bonds.Endpoint(key.id(), from.getAddress());
    switch (packet) {
      case Ping ping -> answer(ping, hash, key, from);
      case Pong pong -> confirm(pong, endpoint, from);
      case FindNode find -> {
        if (isProven(endpoint, packet, from)) {
          answer(find, endpoint, from);
        }
      }
      case Neighbors neighbors ->
          requireSolicited(questions.neighbors(neighbors, endpoint), packet, from);
      case EnrRequest request -> {
        if (isProven(endpoint, packet, from)) {
          sender.enrResponse(from, hash);
        }
      }
      case EnrResponse response ->
          requireSolicited(questions.enrResponse(response, endpoint), packet, from);
    }
  }

  private void answer(Ping ping, Bytes hash, PublicKey key, InetSocketAddress from) {
    Contact contact = Contact.of(key, from, ping.from().tcpPort());
    Bonds.Endpoint endpoint = endpoint(contact);
    sender.pong(from, ping.from().tcpPort(), hash);
    if (isThere(contact)) {
      signs.alive(contact, ping.enrSeq());
    } else {
      pingBack(contact, ping.enrSeq());
    }
    bonding.provenToThem(endpoint);
  }

  /**
   * Whether a ping that seems to come from there is believed to. Its signature says nothing of
   * where it was sent from, and anyone who saw it may send it again from anywhere. So it is
   * believed from the port that answered last, unless the table has the node elsewhere.
   */
  private boolean isThere(Contact contact) {
    return table.hasElsewhere(contact)
        ? bonds.isFreshlyProvenAt(contact.id(), contact.udp())
        : bonds.isProvenAt(contact.id(), contact.udp());
  }

  /** What the pong confirms, {@link #confirm} reports; the node's own words on TCP count more. */
  private void pingBack(Contact contact, long enrSeq) {
    if (Addresses.isReserved(contact.udp())) {
      traffic.drop(DropReason.RESERVED_PORT, contact.udp(), "answered but not pinged back");
      return;
    }
    if (pings.isBusy()) {
      traffic.drop(DropReason.BUSY, contact.udp(), "too many pings are pending to ping back");
      return;
    }
    pings.ping(
        contact,
        answer -> {
          if (answer.isPresent()) {
            signs.alive(contact, enrSeq);
          }
        });
  }

  private void confirm(Pong pong, Bonds.Endpoint endpoint, InetSocketAddress from) {
    Optional<Contact> pinged = pings.pong(pong, endpoint);
    requireSolicited(pinged.isPresent(), pong, from);
    pinged.ifPresent(
        contact -> {
          bonds.proven(contact.id(), contact.udp());
          rateLimit.answered(from);
          int tcpPort = table.find(contact.id()).map(Contact::tcpPort).orElse(contact.tcpPort());
          signs.alive(
              new Contact(contact.publicKey(), contact.udp(), tcpPort, contact.record()),
              pong.enrSeq());
          pong.to().udp().ifPresent(us -> signs.seenAt(contact, us));
        });
  }

  /** The asker itself is left out: it knows, and some clients would believe it to be news. */
  private void answer(FindNode find, Bonds.Endpoint asker, InetSocketAddress from) {
    NodeId target = new NodeId(Bytes32.wrap(Keccak256.hash(find.target().toArrayUnsafe())));
    List<Neighbor> nodes = new ArrayList<>(CLOSEST);
    for (Contact contact : table.closestProven(target, CLOSEST + 1)) {
      if (nodes.size() < CLOSEST
          && !contact.id().equals(asker.id())
          && Addresses.mayRelay(from.getAddress(), contact.udp())) {
        nodes.add(
            new Neighbor(
                contact.address(),
                contact.udp().getPort(),
                contact.tcpPort(),
                contact.publicKey().bytes()));
      }
    }
    sender.neighbors(from, nodes);
  }

  private boolean isProven(Bonds.Endpoint endpoint, Packet packet, InetSocketAddress from) {
    boolean proven = bonds.isProven(endpoint);
    if (!proven) {
      traffic.drop(DropReason.UNPROVEN, from, name(packet));
    }
    return proven;
  }

  private void requireSolicited(boolean solicited, Packet packet, InetSocketAddress from) {
    if (!solicited) {
      traffic.drop(DropReason.UNSOLICITED, from, name(packet));
    }
  }

  private static Bonds.Endpoint endpoint(Contact contact) {
    return new Bonds.Endpoint(contact.id(), contact.address());
  }

  private static String name(Packet packet) {
    return packet.getClass().getSimpleName();
  }
}
