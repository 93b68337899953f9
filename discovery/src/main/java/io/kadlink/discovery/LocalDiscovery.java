package io.kadlink.discovery;

import io.kadlink.discovery.lookup.Lookups;
import io.kadlink.discovery.lookup.RecordFetcher;
import io.kadlink.discovery.lookup.Refresh;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LocalNode;
import io.kadlink.discovery.table.SignsOfLife;
import io.kadlink.discovery.table.Table;
import io.kadlink.discovery.table.TableListener;
import io.kadlink.discovery.udp.DatagramHandler;
import io.kadlink.discovery.udp.RateLimit;
import io.kadlink.discovery.udp.Transport;
import io.kadlink.discovery.v4.DiscoveryV4;
import io.kadlink.discovery.v4.Traffic;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * One node's discovery on one event loop: puts table, protocol, lookups and refresh together. Time,
 * randomness and transport are handed in, so it runs on a socket or in a simulation alike. All
 * methods are called on the loop except where said otherwise.
 */
public final class LocalDiscovery implements DatagramHandler, SignsOfLife {
  /** Ids remembered to count distinct nodes; beyond, the count stands still. */
  private static final int MAX_SEEN = 100_000;

  /** Neighbours told at once, by a ping, that our record changed. The rest learn in time. */
  private static final int TOLD_OF_NEW_RECORD = 32;

  private final Loop loop;
  private final LocalNode local;
  private final Table table;
  private final DiscoveryV4 v4;
  private final Lookups lookups;
  private final Refresh refresh;
  private final RecordFetcher records;
  private final Set<NodeId> seen = new HashSet<>();
  private boolean closed;
  private final AtomicInteger seenCount = new AtomicInteger();
  private final AtomicInteger provenCount = new AtomicInteger();
  private final List<NodeWatcher> watchers = new ArrayList<>();

  /** Wants to know of nodes as they become known to be alive. On the loop. */
  interface NodeWatcher {
    /** A node answered from its endpoint for the first time. */
    void proven(Contact contact);

    /** A node that is alive has a newer record. */
    void updated(Contact contact);

    void closed();
  }

  /**
   * Discovery of {@code local}, not started yet.
   *
   * @param bootnodes nodes to start from; this node itself may be among them
   * @param refreshPeriod the longest time between two rounds of lookups
   */
  public LocalDiscovery(
      Loop loop,
      LocalNode local,
      Transport transport,
      RandomGenerator random,
      MeterRegistry registry,
      List<Contact> bootnodes,
      Duration refreshPeriod) {
    this.loop = loop;
    this.local = local;
    this.table =
        new Table(
            local.id(),
            loop,
            random,
            this::isAlive,
            new TableListener() {
              @Override
              public void proven(Contact contact) {
                provenCount.set(table().provenCount());
                List.copyOf(watchers).forEach(watcher -> watcher.proven(contact));
              }

              @Override
              public void updated(Contact contact) {
                List.copyOf(watchers).forEach(watcher -> watcher.updated(contact));
              }

              @Override
              public void removed(Contact contact) {
                provenCount.set(table().provenCount());
              }
            });
    this.v4 =
        new DiscoveryV4(
            loop, local, table, transport, new RateLimit(loop), new Traffic(registry), this);
    this.lookups = new Lookups(local.publicKey(), loop, random, table, v4, registry);
    this.records = new RecordFetcher(loop, table, v4);
    this.refresh =
        new Refresh(
            loop,
            random,
            table,
            lookups,
            this::isAlive,
            bootnodes.stream().filter(bootnode -> !bootnode.id().equals(local.id())).toList(),
            refreshPeriod);
    Gauge.builder("kadlink.discovery.table.proven", provenCount, AtomicInteger::get)
        .register(registry);
  }

  /** Knocks at the bootnodes and begins to fill the table. */
  public void start() {
    refresh.start();
  }

  /** Ends all that is under way, without an answer. */
  public void close() {
    closed = true;
    refresh.close();
    table.close();
    v4.close();
    List.copyOf(watchers).forEach(NodeWatcher::closed);
    watchers.clear();
  }

  @Override
  public void received(InetSocketAddress from, byte[] datagram) {
    v4.received(from, datagram);
  }

  public LocalNode local() {
    return local;
  }

  public Table table() {
    return table;
  }

  public Lookups lookups() {
    return lookups;
  }

  public Loop loop() {
    return loop;
  }

  /** Nodes seen alive since the start. Any thread. */
  public int distinctNodesSeen() {
    return seenCount.get();
  }

  public void ping(Contact contact, Consumer<Optional<Duration>> done) {
    v4.ping(contact, done);
  }

  public void requestRecord(Contact contact, Consumer<Optional<NodeRecord>> done) {
    v4.requestRecord(
        contact,
        answer -> {
          answer.ifPresent(table::updateRecord);
          done.accept(answer);
        });
  }

  /** Changes our record and tells our nearest neighbours that there is a new one. */
  public NodeRecord updateRecord(UnaryOperator<NodeRecord.Builder> change) {
    NodeRecord before = local.record();
    NodeRecord after = local.update(change);
    if (after.seq() != before.seq()) {
      table
          .closestProven(local.id(), TOLD_OF_NEW_RECORD)
          .forEach(contact -> v4.ping(contact, answer -> {}));
    }
    return after;
  }

  /** The node of this key: from the table, or by a lookup; with its record when it serves one. */
  public void resolve(PublicKey key, Consumer<Optional<Contact>> done) {
    Optional<Contact> known = table.find(key.id());
    if (known.isEmpty()) {
      resolveByLookup(key, done);
      return;
    }
    requestRecord(
        known.get(),
        answer -> {
          if (answer.isPresent()) {
            done.accept(answer.map(known.get()::withRecord));
          } else {
            resolveByLookup(key, done);
          }
        });
  }

  void watch(NodeWatcher watcher) {
    loop.assertInLoop();
    if (closed) {
      watcher.closed();
    } else {
      watchers.add(watcher);
    }
  }

  void unwatch(NodeWatcher watcher) {
    loop.assertInLoop();
    watchers.remove(watcher);
  }

  private void resolveByLookup(PublicKey key, Consumer<Optional<Contact>> done) {
    lookups.find(
        key,
        result -> {
          Optional<Contact> found =
              result.closest().stream()
                  .filter(contact -> contact.publicKey().equals(key))
                  .findFirst();
          if (found.isEmpty()) {
            done.accept(Optional.empty());
            return;
          }
          requestRecord(
              found.get(),
              answer -> done.accept(answer.map(found.get()::withRecord).or(() -> found)));
        });
  }

  private void isAlive(Contact contact, Consumer<Boolean> done) {
    v4.ping(contact, answer -> done.accept(answer.isPresent()));
  }

  @Override
  public void alive(Contact contact, long enrSeq) {
    if (seen.size() < MAX_SEEN && seen.add(contact.id())) {
      seenCount.incrementAndGet();
    }
    table.addProven(contact);
    records.announced(contact.id(), enrSeq);
  }

  @Override
  public void seenAt(Contact by, InetSocketAddress us) {}
}
