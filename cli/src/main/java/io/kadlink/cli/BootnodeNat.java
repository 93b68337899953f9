package io.kadlink.cli;

import io.kadlink.discovery.Discovery;
import io.kadlink.discovery.KnownEndpoint;
import io.kadlink.server.nat.Advertiser;
import io.kadlink.server.nat.NatOptions;
import io.kadlink.server.nat.NatTraversal;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;

/**
 * A bootnode's way through its router: as a server's, for the UDP port alone.
 *
 * @param discovery whose record names what is found
 */
record BootnodeNat(Discovery discovery) implements Advertiser {

  /** Begins to look for the endpoint, when the options say so. */
  static Optional<NatTraversal> start(
      CommonOptions options, Discovery discovery, EventLoop loop, MeterRegistry meters) {
    int port = discovery.localAddress().getPort();
    if (!NatTraversal.isNeeded(options.nat.method(), 0, port)) {
      return Optional.empty();
    }
    NatOptions wanted =
        new NatOptions(
            options.nat.method(),
            options.nat.lifetime(),
            discovery.localAddress().getAddress(),
            0,
            port,
            InstantSource.system(),
            new SecureRandom(),
            meters);
    return Optional.of(NatTraversal.start(wanted, loop, new BootnodeNat(discovery)));
  }

  @Override
  public void advertise(KnownEndpoint endpoint) {
    discovery.pinEndpoint(endpoint);
  }

  @Override
  public void withdraw(InetAddress address) {
    discovery.unpinEndpoint(address);
  }
}
