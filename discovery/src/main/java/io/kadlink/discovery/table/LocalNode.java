package io.kadlink.discovery.table;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
   * A node whose record names this endpoint. Without an address the record names none.
   *
   * <p>The sequence number starts at the time in milliseconds, so that it rises over restarts even
   * when nothing was stored.
   */
  public LocalNode(
      Loop loop, Signer signer, Optional<InetAddress> address, int udpPort, int tcpPort) {
    this.loop = loop;
    this.signer = signer;
    this.publicKey = signer.publicKey();
    this.udpPort = udpPort;
    this.tcpPort = tcpPort;
    NodeRecord.Builder builder = NodeRecord.builder().seq(loop.now().toEpochMilli());
    address.ifPresent(ip -> builder.endpoint(ip, tcpPort, udpPort));
    this.record = builder.sign(signer);
  }

  public PublicKey publicKey() {
    return publicKey;
  }

  public NodeId id() {
    return publicKey.id();
  }

  public Signer signer() {
    return signer;
  }

  /** The current record. Any thread. */
  public NodeRecord record() {
    return record;
  }

  public Optional<InetAddress> address() {
    return record.enode().map(enode -> enode.udpEndpoint().getAddress());
  }

  /** The UDP port to tell others: the record's, or what it was at the start. */
  public int udpPort() {
    return record.udpEndpoint().map(InetSocketAddress::getPort).orElse(udpPort);
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
