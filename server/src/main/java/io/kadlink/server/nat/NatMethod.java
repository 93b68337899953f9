package io.kadlink.server.nat;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import io.kadlink.server.nat.wire.StunCodec;
import java.net.InetAddress;
import java.util.Set;

/** How others get to know, and to reach, this node's address. */
public sealed interface NatMethod {

  /** Nothing is asked for: the node is where others see it. */
  record None() implements NatMethod {
    @Override
    public String toString() {
      return "none";
    }
  }

  /** The operator says where the node is, and has the ports forwarded. */
  record ExternalAddress(InetAddress address) implements NatMethod {
    @Override
    public String toString() {
      return EXTERNAL + InetAddresses.toAddrString(address);
    }
  }

  /** The router maps the ports; it is asked in these protocols, at the same time. */
  record Mapped(Set<MappingProtocol> protocols) implements NatMethod {
    public Mapped {
      if (protocols.isEmpty()) {
        throw new IllegalArgumentException("a mapping needs a protocol to ask for it");
      }
      protocols = Set.copyOf(protocols);
    }

    @Override
    public String toString() {
      return protocols.size() == 1 ? protocols.iterator().next().label() : "any";
    }
  }

  /**
   * A STUN server says where the node is; the ports are those it listens on, and the operator has
   * them forwarded.
   */
  record Stun(String host, int port) implements NatMethod {
    @Override
    public String toString() {
      return "stun:" + HostAndPort.fromParts(host, port);
    }
  }

  /** A server that many programs use, of Google; who asks it tells it where a node is. */
  Stun DEFAULT_STUN = new Stun("stun.l.google.com", 19302);

  String EXTERNAL = "extip:";

  static NatMethod none() {
    return new None();
  }

  /** All protocols at once; who first maps the ports wins. */
  static NatMethod any() {
    return new Mapped(Set.of(MappingProtocol.values()));
  }

  /** One protocol. */
  static NatMethod mappedBy(MappingProtocol protocol) {
    return new Mapped(Set.of(protocol));
  }

  static NatMethod externalAddress(InetAddress address) {
    return new ExternalAddress(address);
  }

  /** A STUN server at its usual port, or at the one behind a colon. */
  static NatMethod stun(String host) {
    HostAndPort server = HostAndPort.fromString(host).withDefaultPort(StunCodec.DEFAULT_PORT);
    if (server.getHost().isEmpty() || server.getPort() == 0) {
      throw new IllegalArgumentException("'" + host + "' is no host");
    }
    return new Stun(server.getHost(), server.getPort());
  }

  /**
   * Reads {@code none}, {@code any}, {@code upnp}, {@code pmp}, {@code pcp}, {@code extip:IP},
   * {@code stun} or {@code stun:HOST[:PORT]}.
   *
   * @throws IllegalArgumentException when it is nothing of that
   */
  static NatMethod parse(String text) {
    if (text.equals("none")) {
      return none();
    }
    if (text.equals("any")) {
      return any();
    }
    if (text.equals("stun")) {
      return DEFAULT_STUN;
    }
    for (MappingProtocol protocol : MappingProtocol.values()) {
      if (text.equals(protocol.label())) {
        return mappedBy(protocol);
      }
    }
    if (text.startsWith(EXTERNAL)) {
      String literal = text.substring(EXTERNAL.length());
      if (InetAddresses.isInetAddress(literal)) {
        return externalAddress(InetAddresses.forString(literal));
      }
    } else if (text.startsWith("stun:")) {
      return stun(text.substring("stun:".length()));
    }
    throw new IllegalArgumentException(
        "none, any, upnp, pmp, pcp, extip:IP (an IP address) or stun[:HOST[:PORT]], not '"
            + text
            + "'");
  }
}
