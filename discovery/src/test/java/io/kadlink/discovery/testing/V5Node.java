package io.kadlink.discovery.testing;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.AddressRules;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LocalNode;
import io.kadlink.discovery.table.SignsOfLife;
import io.kadlink.discovery.table.Table;
import io.kadlink.discovery.table.TableListener;
import io.kadlink.discovery.udp.DatagramHandler;
import io.kadlink.discovery.udp.RateLimit;
import io.kadlink.discovery.udp.Transport;
import io.kadlink.discovery.v5.DiscoveryV5;
import io.kadlink.discovery.v5.Traffic;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** A table and discv5, and nothing else that could disturb a test. */
public final class V5Node implements SignsOfLife, DatagramHandler {
  public final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  public final NodeKey key;
  public final LocalNode local;
  public final Table table;
  public final DiscoveryV5 v5;

  /** What the protocol reported, in order. */
  public final List<Contact> alive = new ArrayList<>();

  public final List<InetSocketAddress> seenAt = new ArrayList<>();

  public V5Node(
      Loop loop, NodeKey key, Transport transport, InetSocketAddress at, RandomGenerator random) {
    this.key = key;
    this.local =
        new LocalNode(
            loop, key, List.of(at.getAddress()), at.getPort(), at.getPort(), Optional.empty());
    this.table =
        new Table(
            key.id(),
            loop,
            random,
            AddressRules.defaults(),
            (contact, verdict) -> {},
            new TableListener() {});
    this.v5 =
        new DiscoveryV5(
            loop, local, table, transport, random, new RateLimit(loop), new Traffic(meters), this);
  }

  @Override
  public void alive(Contact contact, long enrSeq) {
    alive.add(contact);
    table.addProven(contact);
  }

  @Override
  public void seenAt(Contact by, InetSocketAddress us) {
    seenAt.add(us);
  }

  @Override
  public void received(InetSocketAddress from, byte[] datagram) {
    v5.received(from, datagram);
  }

  public NodeId id() {
    return key.id();
  }

  /** As another node has it that found this one's record. */
  public Contact contact() {
    return Contact.of(local.record(), local.record().udpEndpoint().orElseThrow());
  }

  public double dropped(String reason) {
    return count("dropped", "reason", reason);
  }

  public double sent(String type) {
    return count("sent", "type", type);
  }

  public double received(String type) {
    return count("received", "type", type);
  }

  private double count(String what, String tag, String value) {
    return meters.get("kadlink.discovery.v5." + what).tag(tag, value).counter().count();
  }
}
