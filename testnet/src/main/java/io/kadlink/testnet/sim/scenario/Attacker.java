package io.kadlink.testnet.sim.scenario;

import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.kadlink.testnet.sim.VirtualLoop;
import io.kadlink.testnet.sim.VirtualNetwork;
import io.kadlink.testnet.sim.World;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** One identity of an attacker: a liar in each version of the protocol that the nodes speak. */
final class Attacker {
  /** How often it shows itself to the victim and to somebody else. */
  private static final Duration PING_PERIOD = Duration.ofSeconds(10);

  private final VirtualLoop loop;
  private final RandomGenerator random;
  private final Contact contact;
  private final List<Contact> others;
  private final List<Liar> liars = new ArrayList<>();

  /**
   * An attacker at rest.
   *
   * @param gang all attackers, this one among them once it is complete
   * @param others whom they talk to in order to be known
   */
  Attacker(
      World world,
      NodeKey key,
      InetSocketAddress address,
      List<Contact> gang,
      List<Contact> others) {
    this.others = others;
    this.random = new SplittableRandom(world.random().nextLong());
    this.loop = world.newLoop();
    VirtualNetwork.Socket socket = world.open(loop, address, this::received);
    int port = address.getPort();
    NodeRecord record =
        NodeRecord.builder().seq(1).endpoint(address.getAddress(), port, port).sign(key);
    this.contact = new Contact(key.publicKey(), address, port, Optional.of(record));
    for (DiscoveryVersion version : world.versions()) {
      liars.add(
          switch (version) {
            case V4 -> new LiarV4(key, loop, socket, gang);
            case V5 -> new LiarV5(key, world.newKey(), record, socket, random, gang);
          });
    }
  }

  Contact contact() {
    return contact;
  }

  /** From now on it closes in on the victim. */
  void start(Contact victim) {
    loop.run(() -> schedule(victim));
  }

  private void schedule(Contact victim) {
    Duration wait = Duration.ofNanos(random.nextLong(2 * PING_PERIOD.toNanos()));
    var unused =
        loop.schedule(
            wait,
            () -> {
              Contact other = others.get(random.nextInt(others.size()));
              for (Liar liar : liars) {
                liar.ping(victim);
                liar.ping(other);
              }
              schedule(victim);
            });
  }

  private void received(InetSocketAddress from, byte[] datagram) {
    if (liars.stream().noneMatch(liar -> liar.received(from, datagram))) {
      throw new IllegalStateException("the nodes are honest, and the network breaks nothing");
    }
  }
}
