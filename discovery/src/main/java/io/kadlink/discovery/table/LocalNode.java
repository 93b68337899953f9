package io.kadlink.discovery.table;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** This node: its key, and its record, which changes on the event loop and is read anywhere. */
public final class LocalNode {
  private final Loop loop;
  private final Signer signer;
  private final PublicKey publicKey;
  private final int udpPort;
  private final int tcpPort;
  private volatile NodeRecord record;

  /**
   * A node whose record names these addresses, at most one of each family, with the same ports.
   * Without an address it names no endpoint.
   *
   * <p>The sequence number follows that of {@code previous}, the last record that others may have
   * seen; when that is not known, it starts at the time in milliseconds and so rises all the same.
   */
  public LocalNode(
      Loop loop,
      Signer signer,
      List<InetAddress> addresses,
      int udpPort,
      int tcpPort,
      Optional<NodeRecord> previous) {
    this(loop, signer, addresses, udpPort, tcpPort, UnaryOperator.identity(), previous);
  }

  /**
   * As above, with more entries in its record.
   *
   * @throws io.kadlink.identity.InvalidRecordException when they are too many
   */
  public LocalNode(
      Loop loop,
      Signer signer,
      List<InetAddress> addresses,
      int udpPort,
      int tcpPort,
      UnaryOperator<NodeRecord.Builder> entries,
      Optional<NodeRecord> previous) {
    this.loop = loop;
    this.signer = signer;
    this.publicKey = signer.publicKey();
    this.udpPort = udpPort;
    this.tcpPort = tcpPort;
    NodeRecord.Builder builder = NodeRecord.builder();
    addresses.forEach(ip -> builder.endpoint(ip, tcpPort, udpPort));
    long seq = previous.map(last -> last.seq() + 1).orElse(loop.now().toEpochMilli());
    NodeRecord made = entries.apply(builder).seq(seq).sign(signer);
    this.record = previous.filter(last -> last.entries().equals(made.entries())).orElse(made);
  }

  /** The public key of this node. Any thread. */
  public PublicKey publicKey() {
    return publicKey;
  }

  /** The id that its key makes. Any thread. */
  public NodeId id() {
    return publicKey.id();
  }

  /** Signs in the name of this node. */
  public Signer signer() {
    return signer;
  }

  /** The current record. Any thread. */
  public NodeRecord record() {
    return record;
  }

  /** The address that the record names, IPv4 before IPv6; empty while it names none. Any thread. */
  public Optional<InetAddress> address() {
    return record.enode().map(enode -> enode.udpEndpoint().getAddress());
  }

  /** The UDP port to tell others: the record's, or what it was at the start. */
  public int udpPort() {
    return record.udpEndpoint().map(InetSocketAddress::getPort).orElse(udpPort);
  }

  /** The UDP port that this node told others at the start. */
  public int ownUdpPort() {
    return udpPort;
  }

  /** The TCP port that this node listens on, 0 when it can't be dialed. */
  public int ownTcpPort() {
    return tcpPort;
  }

  /** The TCP port to tell others, 0 when this node can't be dialed. */
  public int tcpPort() {
    NodeRecord current = record;
    boolean placed = current.enode().isPresent();
    return placed ? current.tcpEndpoint().map(InetSocketAddress::getPort).orElse(0) : tcpPort;
  }

  /**
   * Changes the record; the sequence number rises by one when its entries differ then.
   *
   * @throws io.kadlink.identity.InvalidRecordException when it would become too large; the record
   *     stays as it was
   */
  public NodeRecord update(UnaryOperator<NodeRecord.Builder> change) {
    loop.assertInLoop();
    NodeRecord old = record;
    NodeRecord changed = change.apply(old.toBuilder()).seq(old.seq() + 1).sign(signer);
    if (!changed.entries().equals(old.entries())) {
      record = changed;
    }
    return record;
  }
}
