package io.kadlink.discovery;

import io.kadlink.discovery.crawl.CrawlOptions;
import io.kadlink.discovery.crawl.CrawlReport;
import io.kadlink.discovery.crawl.Crawler;
import io.kadlink.discovery.crawl.NodeSet;
import io.kadlink.discovery.lookup.LookupResult;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.store.NodeDatabase;
import io.kadlink.discovery.table.Closest;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LocalNode;
import io.kadlink.discovery.table.SignsOfLife;
import io.kadlink.discovery.udp.DatagramHandler;
import io.kadlink.discovery.udp.RateLimit;
import io.kadlink.discovery.udp.Transport;
import io.kadlink.discovery.v4.DiscoveryV4;
import io.kadlink.discovery.v5.DiscoveryV5;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One node's discovery on one event loop: an overlay for each version of the protocol, all on one
 * UDP port. Time, randomness and transport are handed in, so it runs on a socket or in a simulation
 * alike. All methods are called on the loop except where said otherwise.
 */
public final class LocalDiscovery implements DatagramHandler {
  /** Ids remembered to count distinct nodes; beyond, the count stands still. */
  private static final int MAX_SEEN = 100_000;

  /** Neighbours told at once, by a ping, that our record changed. The rest learn in time. */
  private static final int TOLD_OF_NEW_RECORD = 32;

  /** Nodes in the result of a lookup (Kademlia's k). */
  private static final int CLOSEST = 16;

  private final Loop loop;
  private final LocalNode local;
  private final RandomGenerator random;
  private final List<Overlay> overlays = new ArrayList<>();
  private final Optional<NodeDatabase> database;
  private final OwnEndpoint ownEndpoint;
  private final Predicate<InetAddress> allowed;
  private final Counter outside;
  private final Set<NodeId> seen = new HashSet<>();
  private final AtomicInteger seenCount = new AtomicInteger();
  private final Set<NodeSource> sources = new LinkedHashSet<>();
  private final Set<Crawler> crawlers = new LinkedHashSet<>();
  private final List<Consumer<NodeRecord>> recordWatchers = new ArrayList<>();
  private @Nullable DiscoveryV5 v5;
  private boolean closed;

  /**
   * Discovery of {@code local}, not started yet.
   *
   * @param database where nodes are remembered; closed by whoever made it, after this
   */
  public LocalDiscovery(
      Loop loop,
      LocalNode local,
      Transport transport,
      RandomGenerator random,
      MeterRegistry registry,
      DiscoverySettings settings,
      Optional<NodeDatabase> database) {
    this.loop = loop;
    this.local = local;
    this.database = database;
    this.random = random;
    this.ownEndpoint =
        new OwnEndpoint(
            loop,
            local,
            settings.fixedAddresses(),
            (ip, tcp, udp) -> updateRecord(builder -> builder.endpoint(ip, tcp, udp)));
    this.allowed = settings.addresses().allowed();
    this.outside =
        Counter.builder("kadlink.discovery.outside")
            .description("datagrams from addresses that this node has nothing to do with")
            .register(registry);
    RateLimit rateLimit = new RateLimit(loop);
    SignsOfLife signs = new Witness();
    database.ifPresent(stored -> stored.storeLocalRecord(local.record()));
    for (DiscoveryVersion version : settings.versions()) {
      Overlay.ProtocolFactory factory =
          (table, learning) ->
              switch (version) {
                case V4 ->
                    new DiscoveryV4(
                        loop,
                        local,
                        table,
                        transport,
                        rateLimit,
                        new io.kadlink.discovery.v4.Traffic(registry),
                        learning);
                case V5 ->
                    new DiscoveryV5(
                        loop,
                        local,
                        table,
                        transport,
                        random,
                        rateLimit,
                        new io.kadlink.discovery.v5.Traffic(registry),
                        learning);
              };
      Overlay overlay =
          new Overlay(version, loop, local, random, registry, settings, database, factory, signs);
      overlays.add(overlay);
      if (overlay.spoken() instanceof DiscoveryV5 spoken) {
        v5 = spoken;
      }
    }
  }

  /** Knocks at the bootnodes and begins to fill the tables. */
  public void start() {
    overlays.forEach(Overlay::start);
  }

  /**
   * Ends all that is under way, without an answer; a crawl keeps what it found. Whom it has not
   * asked yet did not fall silent.
   */
  public void close() {
    closed = true;
    List.copyOf(crawlers).forEach(Crawler::stop);
    overlays.forEach(Overlay::close);
    List.copyOf(sources).forEach(NodeSource::close);
  }

  @Override
  public void received(InetSocketAddress from, byte[] datagram) {
    if (!allowed.test(from.getAddress())) {
      outside.increment();
      return;
    }
    DiscoveryV5 second = v5;
    if (second != null && (overlays.size() == 1 || second.recognizes(datagram))) {
      second.received(from, datagram);
    } else {
      overlays.get(0).protocol().received(from, datagram);
    }
  }

  /** The discv5 protocol, for what only that has; empty when it is not spoken. */
  public Optional<DiscoveryV5> v5() {
    return Optional.ofNullable(v5);
  }

  public LocalNode local() {
    return local;
  }

  public Loop loop() {
    return loop;
  }

  /** One for each version of the protocol, in the order of the versions. */
  public List<Overlay> overlays() {
    return List.copyOf(overlays);
  }

  /** The overlay of one version, when that is spoken. */
  public Optional<Overlay> overlay(DiscoveryVersion version) {
    return overlays.stream().filter(overlay -> overlay.version() == version).findFirst();
  }

  /** Nodes seen alive since the start. Any thread. */
  public int distinctNodesSeen() {
    return seenCount.get();
  }

  /** Each proven node once, with its newest record, nearest buckets first. */
  public List<Contact> proven() {
    Map<NodeId, Contact> all = new LinkedHashMap<>();
    for (Overlay overlay : overlays) {
      overlay.table().proven().forEach(contact -> all.merge(contact.id(), contact, this::newer));
    }
    return List.copyOf(all.values());
  }

  /** Whether a table has a proven node of this id. */
  public boolean isProven(NodeId id) {
    return overlays.stream().anyMatch(overlay -> overlay.table().isProven(id));
  }

  /** Pings by all versions that are spoken: the first round trip, empty when none answers. */
  public void ping(Contact contact, Consumer<Optional<Duration>> done) {
    loop.assertInLoop();
    int[] open = {overlays.size()};
    for (Overlay overlay : overlays) {
      overlay
          .protocol()
          .ping(
              contact,
              answer -> {
                open[0]--;
                if (open[0] >= 0 && (answer.isPresent() || open[0] == 0)) {
                  open[0] = 0; // what comes now is too late
                  done.accept(answer);
                }
              });
    }
  }

  /** Asks the node for its record: the newest that comes. */
  public void requestRecord(Contact contact, Consumer<Optional<NodeRecord>> done) {
    askAll(
        (overlay, answer) -> overlay.requestRecord(contact, answer),
        (a, b) -> Long.compareUnsigned(a.seq(), b.seq()) >= 0 ? a : b,
        done);
  }

  /** The node of this key: from a table, or by lookups; with its record when it serves one. */
  public void resolve(PublicKey key, Consumer<Optional<Contact>> done) {
    askAll((overlay, answer) -> overlay.resolve(key, answer), this::newer, done);
  }

  /** A lookup by all versions that are spoken, their results in one. */
  public void lookup(PublicKey target, Consumer<LookupResult> done) {
    this.<LookupResult>askAll(
        (overlay, answer) ->
            overlay.lookups().find(target, result -> answer.accept(Optional.of(result))),
        (a, b) -> merge(target.id(), a, b),
        result -> done.accept(result.orElse(LookupResult.NONE)));
  }

  /**
   * A crawl by all versions that are spoken, not started yet.
   *
   * @param set brought up to date; belongs to the crawl until that is done
   * @param from nodes to start from besides those of the set
   * @throws IllegalStateException when this is closed
   */
  public Crawler crawl(
      NodeSet set, List<Contact> from, CrawlOptions options, Consumer<CrawlReport> done) {
    if (closed) {
      throw new IllegalStateException("discovery is closed");
    }
    Crawler crawler =
        new Crawler(
            loop,
            random,
            local.id(),
            overlays.stream().map(Overlay::protocol).toList(),
            set,
            from,
            options,
            report -> {
              crawlers.removeIf(Crawler::hasEnded);
              done.accept(report);
            });
    crawlers.add(crawler);
    return crawler;
  }

  /** Changes our record and tells our nearest neighbours that there is a new one. */
  public NodeRecord updateRecord(UnaryOperator<NodeRecord.Builder> change) {
    NodeRecord before = local.record();
    NodeRecord after = local.update(change);
    if (after.seq() != before.seq()) {
      database.ifPresent(stored -> stored.storeLocalRecord(after));
      recordWatchers.forEach(watcher -> watcher.accept(after));
      for (Overlay overlay : overlays) {
        overlay
            .table()
            .closestProven(local.id(), TOLD_OF_NEW_RECORD)
            .forEach(contact -> overlay.protocol().ping(contact, answer -> {}));
      }
    }
    return after;
  }

  /** See {@link Discovery#pinEndpoint}. */
  public NodeRecord pinEndpoint(KnownEndpoint endpoint) {
    ownEndpoint.pin(endpoint);
    return local.record();
  }

  /** See {@link Discovery#unpinEndpoint}. */
  public NodeRecord unpinEndpoint(InetAddress address) {
    ownEndpoint.unpin(address);
    return local.record();
  }

  /** Has {@code watcher} told of each new record of this node. */
  void watchRecord(Consumer<NodeRecord> watcher) {
    loop.assertInLoop();
    recordWatchers.add(watcher);
  }

  /** Closes {@code source} when this is closed, or now when it is. */
  void closeWithThis(NodeSource source) {
    loop.assertInLoop();
    if (closed) {
      source.close();
    } else {
      sources.add(source);
    }
  }

  /** A source that ended by itself. */
  void forget(NodeSource source) {
    loop.assertInLoop();
    sources.remove(source);
  }

  /** Asks by each version; an answer made of those that came once all are in. */
  private <T> void askAll(
      BiConsumer<Overlay, Consumer<Optional<T>>> question,
      BinaryOperator<T> merge,
      Consumer<Optional<T>> done) {
    loop.assertInLoop();
    List<T> answers = new ArrayList<>();
    int[] open = {overlays.size()};
    for (Overlay overlay : overlays) {
      question.accept(
          overlay,
          answer -> {
            answer.ifPresent(answers::add);
            if (--open[0] == 0) {
              done.accept(answers.stream().reduce(merge));
            }
          });
    }
  }

  private Contact newer(Contact a, Contact b) {
    return Long.compareUnsigned(a.seq(), b.seq()) >= 0 ? a : b;
  }

  private LookupResult merge(NodeId target, LookupResult a, LookupResult b) {
    Map<NodeId, Contact> answered = new LinkedHashMap<>();
    a.answered().forEach(contact -> answered.put(contact.id(), contact));
    b.answered().forEach(contact -> answered.merge(contact.id(), contact, this::newer));
    Closest closest = new Closest(target, CLOSEST);
    answered.values().forEach(closest::offer);
    return new LookupResult(
        closest.list(),
        List.copyOf(answered.values()),
        a.queries() + b.queries(),
        a.timeouts() + b.timeouts(),
        Math.max(a.hops(), b.hops()));
  }

  private final class Witness implements SignsOfLife {
    @Override
    public void alive(Contact contact, long enrSeq) {
      database.ifPresent(stored -> stored.seen(contact));
      if (seen.size() < MAX_SEEN && seen.add(contact.id())) {
        seenCount.incrementAndGet();
      }
    }

    @Override
    public void seenAt(Contact by, InetSocketAddress us) {
      ownEndpoint.seenAt(by, us);
    }
  }
}
