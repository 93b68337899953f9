package io.kadlink.server.admission;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/** Whom an entry of an access list means. */
public sealed interface Subject {

  /** One node, wherever it is. */
  record Node(NodeId id) implements Subject {
    @Override
    public String toString() {
      return id.toString();
    }
  }

  /** Whoever is in a network; one address is a network, too. */
  record Network(Cidr cidr) implements Subject {
    @Override
    public String toString() {
      int bits = cidr.address().getAddress().length * Byte.SIZE;
      return cidr.prefixLength() == bits
          ? InetAddresses.toAddrString(cidr.address())
          : cidr.toString();
    }
  }

  /** Whoever is at this address and TCP port. */
  record Endpoint(InetAddress address, int port) implements Subject {
    @Override
    public String toString() {
      return InetAddresses.toUriString(address) + ":" + port;
    }

    static Endpoint of(InetSocketAddress socket) {
      return new Endpoint(socket.getAddress(), socket.getPort());
    }
  }

  /**
   * Reads a node (an enode or {@code enr:} URL, a node id of 64 or a public key of 128 hex digits),
   * a network ({@code 10.0.0.0/8}), an address, or an endpoint ({@code 192.0.2.1:30303}, {@code
   * [2001:db8::1]:30303}). {@code toString} gives a text that reads the same.
   *
   * @throws IllegalArgumentException saying what may stand here
   */
  static Subject parse(String text) {
    String trimmed = text.trim();
    if (trimmed.startsWith(NodeRecord.PREFIX)) {
      return new Node(NodeRecord.parse(trimmed).id());
    }
    if (trimmed.startsWith("enode:")) {
      return new Node(Enode.parse(trimmed).id());
    }
    String hex = trimmed.toLowerCase(Locale.ROOT).replaceFirst("^0x", "");
    if (hex.matches("[0-9a-f]{64}")) {
      return new Node(new NodeId(Bytes32.fromHexString(hex)));
    }
    if (hex.matches("[0-9a-f]{128}")) {
      return new Node(PublicKey.of(Bytes.fromHexString(hex)).id());
    }
    if (trimmed.contains("/") || InetAddresses.isInetAddress(trimmed)) {
      return new Network(Cidr.parse(trimmed));
    }
    return endpoint(trimmed);
  }

  private static Subject endpoint(String text) {
    try {
      HostAndPort parts = HostAndPort.fromString(text);
      if (parts.hasPort() && InetAddresses.isInetAddress(parts.getHost())) {
        return new Endpoint(InetAddresses.forString(parts.getHost()), parts.getPort());
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw new IllegalArgumentException(
        "'"
            + text
            + "' is neither a node (enode or enr URL, id, public key) nor a network, an IP address"
            + " or IP:port");
  }
}
