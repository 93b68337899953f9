package io.kadlink.server.dial;

import com.google.common.net.InetAddresses;
import io.kadlink.discovery.Node;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.PublicKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * A node to dial.
 *
 * @param publicKey who it must prove to be
 * @param host address literal or DNS name; empty when nobody knows
 * @param tcpPort 0 when it can't be dialed
 * @param node as discovery knows it, when it comes from there
 */
public record DialTarget(PublicKey publicKey, String host, int tcpPort, Optional<Node> node) {

  public static DialTarget of(Enode enode) {
    return new DialTarget(enode.publicKey(), enode.host(), enode.tcpPort(), Optional.empty());
  }

  /** A node that only its key is known of. */
  public static DialTarget of(PublicKey publicKey) {
    return new DialTarget(publicKey, "", 0, Optional.empty());
  }

  public static DialTarget of(Node node) {
    return new DialTarget(
        node.publicKey(), node.udp().getHostString(), node.tcpPort(), Optional.of(node));
  }

  /** Whether there is a place to dial, or a record that may tell a way around. */
  public boolean placed() {
    return !host.isEmpty() && (tcpPort != 0 || node.isPresent());
  }

  /** Whether {@code other} is to be dialed at the same host and port. */
  boolean samePlace(DialTarget other) {
    return host.equals(other.host) && tcpPort == other.tcpPort;
  }

  public NodeId id() {
    return publicKey.id();
  }

  /** Its address, unless that is a DNS name. */
  public Optional<InetAddress> address() {
    return InetAddresses.isInetAddress(host)
        ? Optional.of(InetAddresses.forString(host))
        : Optional.empty();
  }

  /** Where it listens, unless that has to be looked up. */
  public Optional<InetSocketAddress> socket() {
    return address().map(address -> new InetSocketAddress(address, tcpPort));
  }

  /** The node for a detour: as discovery knows it, else with what little is known. */
  public Node asNode(InetAddress resolved) {
    return node.orElseGet(
        () ->
            new Node(
                publicKey, new InetSocketAddress(resolved, tcpPort), tcpPort, Optional.empty()));
  }

  /** {@code 1f3a…@10.0.0.1:30303}: short, for logs. */
  @Override
  public String toString() {
    return id().shortForm() + (host.isEmpty() ? "" : "@" + host + ":" + tcpPort);
  }
}
