package io.kadlink.discovery.v5;

import io.kadlink.identity.NodeId;
import java.net.InetSocketAddress;
import org.apache.tuweni.bytes.Bytes32;

/**
 * A node at an endpoint. Sessions and handshakes belong to both, so that a stolen or spoofed
 * address is of no use (discv5-theory, Session Cache).
 */
record Remote(NodeId id, InetSocketAddress udp) {

  /** The same, without holding on to the datagram that the id was read from. */
  Remote detached() {
    return new Remote(new NodeId(Bytes32.wrap(id.bytes().toArray())), udp);
  }

  /** For logs: short id and endpoint. */
  @Override
  public String toString() {
    return id.shortForm() + "@" + udp.getAddress().getHostAddress() + ":" + udp.getPort();
  }
}
