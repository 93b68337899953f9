package io.kadlink.server.admission;

import java.net.InetAddress;
import java.util.List;

/**
 * The networks that nodes must be in; none means everywhere is fine. Immutable.
 *
 * @param networks an address has to be in one of them
 */
public record NetRestrict(List<Cidr> networks) {
  public NetRestrict {
    networks = List.copyOf(networks);
  }

  public boolean permits(InetAddress address) {
    return networks.isEmpty() || networks.stream().anyMatch(n -> n.contains(address));
  }

  @Override
  public String toString() {
    return networks.toString();
  }
}
