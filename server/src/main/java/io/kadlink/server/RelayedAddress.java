package io.kadlink.server;

import io.kadlink.identity.PublicKey;
import java.net.SocketAddress;

/** Where the other end of a relayed session is: behind a relay, no more is known. */
final class RelayedAddress extends SocketAddress {
  private static final long serialVersionUID = 1L;

  private final transient PublicKey relay;

  RelayedAddress(PublicKey relay) {
    this.relay = relay;
  }

  @Override
  public String toString() {
    return "via " + relay.id().shortForm();
  }
}
