package io.kadlink.testnet.sim.scenario;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;

/**
 * A forged packet for one node.
 *
 * @param from where it must seem to come from, when not from just anywhere
 */
record Forgery(Optional<InetSocketAddress> from, Bytes datagram) {

  static Forgery fromAnywhere(byte[] datagram) {
    return new Forgery(Optional.empty(), Bytes.wrap(datagram));
  }

  static Forgery from(InetSocketAddress address, byte[] datagram) {
    return new Forgery(Optional.of(address), Bytes.wrap(datagram));
  }
}
