package io.kadlink.discovery;

import io.kadlink.discovery.lookup.DiscoveryProtocol;
import io.kadlink.discovery.lookup.LookupResult;
import io.kadlink.discovery.lookup.Lookups;
import io.kadlink.discovery.lookup.RecordFetcher;
import io.kadlink.discovery.lookup.Refresh;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.store.NodeDatabase;
import io.kadlink.discovery.store.StoredNode;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LocalNode;
import io.kadlink.discovery.table.SignsOfLife;
import io.kadlink.discovery.table.Table;
import io.kadlink.discovery.table.TableListener;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The network as one version of the protocol sees it: a table of the nodes that speak it, and what
 * keeps that table. Confined to its loop.
 */
public final class Overlay {
  /** Nodes of earlier runs that a table starts from. */
  static final int SEEDS = 30;

  private final DiscoveryVersion version;
  private final Loop loop;
  private final Table table;
  private final DiscoveryProtocol spoken;

  /** The protocol, with a memory when there is a database. */
  private final DiscoveryProtocol protocol;

  private final Lookups lookups;
  private final Refresh refresh;
  private final RecordFetcher records;
  private final List<TableListener> listeners = new ArrayList<>();
  private final AtomicInteger provenCount = new AtomicInteger();

  /** Makes the protocol that fills {@code table} and reports to {@code signs}. */
  @FunctionalInterface
  interface ProtocolFactory {
    DiscoveryProtocol create(Table table, SignsOfLife signs);
  }

  /**
   * An overlay, not started yet.
   *
   * @param signs told of every sign of life after the table was
   */
  Overlay(
      DiscoveryVersion version,
      Loop loop,
      LocalNode local,
      RandomGenerator random,
      MeterRegistry registry,
      DiscoverySettings settings,
      Optional<NodeDatabase> database,
      ProtocolFactory factory,
      SignsOfLife signs) {
    this.version = version;
    this.loop = loop;
    this.table =
        new Table(
            local.id(), loop, random, settings.addresses(), this::isAlive, new Announcements());
    this.spoken = factory.create(table, new Learning(signs));
    this.protocol =
        database
            .<DiscoveryProtocol>map(stored -> new Remembering(version, spoken, stored))
            .orElse(spoken);
    this.lookups = new Lookups(local.publicKey(), loop, random, table, protocol, registry);
    this.records = new RecordFetcher(loop, table, protocol);
    this.refresh =
        new Refresh(
            loop,
            random,
            table,
            lookups,
            this::isAlive,
            settings.bootnodes().stream()
                .filter(bootnode -> !bootnode.id().equals(local.id()))
                .toList(),
            done -> draw(version, database, random, done),
            settings.refreshPeriod());
    Gauge.builder("kadlink.discovery.table.proven", provenCount, AtomicInteger::get)
        .tag("version", version.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }

  public DiscoveryVersion version() {
    return version;
  }

  public Table table() {
    return table;
  }

  public Lookups lookups() {
    return lookups;
  }

  /** The protocol itself. */
  DiscoveryProtocol spoken() {
    return spoken;
  }

  DiscoveryProtocol protocol() {
    return protocol;
  }

  void start() {
    refresh.start();
  }

  void close() {
    refresh.close();
    table.close();
    protocol.close();
  }

  /** From now on tells {@code listener} what changes in the table. */
  void watch(TableListener listener) {
    loop.assertInLoop();
    listeners.add(listener);
  }

  void unwatch(TableListener listener) {
    loop.assertInLoop();
    listeners.remove(listener);
  }

  /** Asks a node for its record; the table learns of it. */
  void requestRecord(Contact contact, Consumer<Optional<NodeRecord>> done) {
    protocol.requestRecord(
        contact,
        answer -> {
          answer.ifPresent(table::updateRecord);
          done.accept(answer);
        });
  }

  /** The node of this key: from the table, or by a lookup; with its record when it serves one. */
  void resolve(PublicKey key, Consumer<Optional<Contact>> done) {
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

  private void resolveByLookup(PublicKey key, Consumer<Optional<Contact>> done) {
    lookups.find(
        key,
        result -> {
          Optional<Contact> found = find(key, result);
          if (found.isEmpty()) {
            done.accept(Optional.empty());
            return;
          }
          requestRecord(
              found.get(),
              answer -> done.accept(answer.map(found.get()::withRecord).or(() -> found)));
        });
  }

  private static void draw(
      DiscoveryVersion version,
      Optional<NodeDatabase> database,
      RandomGenerator random,
      Consumer<List<Contact>> done) {
    database.ifPresentOrElse(
        stored ->
            stored.seeds(
                version,
                SEEDS,
                random,
                nodes -> done.accept(nodes.stream().map(StoredNode::contact).toList())),
        () -> done.accept(List.of()));
  }

  private static Optional<Contact> find(PublicKey key, LookupResult result) {
    return result.closest().stream().filter(contact -> contact.publicKey().equals(key)).findFirst();
  }

  private void isAlive(Contact contact, Consumer<Boolean> done) {
    protocol.ping(contact, answer -> done.accept(answer.isPresent()));
  }

  /** What the table says, to all who watch it. */
  private final class Announcements implements TableListener {
    @Override
    public void proven(Contact contact) {
      provenCount.set(table.provenCount());
      List.copyOf(listeners).forEach(listener -> listener.proven(contact));
    }

    @Override
    public void updated(Contact before, Contact after) {
      List.copyOf(listeners).forEach(listener -> listener.updated(before, after));
    }

    @Override
    public void removed(Contact contact) {
      provenCount.set(table.provenCount());
      refresh.removed();
      List.copyOf(listeners).forEach(listener -> listener.removed(contact));
    }
  }

  /** Puts what the protocol hears into the table, then passes it on. */
  private final class Learning implements SignsOfLife {
    private final SignsOfLife next;

    Learning(SignsOfLife next) {
      this.next = next;
    }

    @Override
    public void alive(Contact contact, long enrSeq) {
      table.addProven(contact);
      records.announced(contact.id(), enrSeq);
      next.alive(contact, enrSeq);
    }

    @Override
    public void seenAt(Contact by, InetSocketAddress us) {
      next.seenAt(by, us);
    }
  }
}
