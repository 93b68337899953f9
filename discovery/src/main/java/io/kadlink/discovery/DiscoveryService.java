package io.kadlink.discovery;

import io.kadlink.discovery.crawl.CrawlOptions;
import io.kadlink.discovery.crawl.NodeSet;
import io.kadlink.discovery.dns.DnsJavaResolver;
import io.kadlink.discovery.dns.DnsNodes;
import io.kadlink.discovery.dns.DnsOptions;
import io.kadlink.discovery.lookup.LookupResult;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.store.NodeDatabase;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.TableListener;
import io.kadlink.discovery.table.TableRow;
import io.kadlink.discovery.udp.Transport;
import io.kadlink.discovery.v5.DiscoveryV5;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.tuweni.bytes.Bytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Discovery on a UDP socket. Thread-safe: every call hops onto the event loop that owns the state;
 * stages complete on that loop, so what follows them must not block.
 */
public final class DiscoveryService implements Discovery {
  private static final Logger log = LoggerFactory.getLogger(DiscoveryService.class);

  /** Pings sent before a node counts as silent: one datagram may get lost. */
  private static final int PING_ATTEMPTS = 3;

  /** How long {@link #close} waits for the port to be free. */
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);

  private final LocalDiscovery discovery;
  private final Loop loop;
  private final Transport transport;
  private final Optional<NodeDatabase> database;
  private final Optional<ExecutorService> writer;
  private final DiscoveryOptions options;
  private final Optional<LanFinder> lan;

  /**
   * A service on what {@link DiscoveryStart} made.
   *
   * @param writer the node database's, ended with it
   */
  DiscoveryService(
      LocalDiscovery discovery,
      Transport transport,
      DiscoveryOptions options,
      Optional<NodeDatabase> database,
      Optional<ExecutorService> writer) {
    this.discovery = discovery;
    this.loop = discovery.loop();
    this.transport = transport;
    this.options = options;
    this.database = database;
    this.writer = writer;
    this.lan =
        options
            .lanAddress()
            .map(address -> new LanFinder(discovery, address, options.meterRegistry()));
  }

  /**
   * Binds the socket and begins to look for nodes.
   *
   * @return fails with {@link java.net.BindException} when the address can't be had, with {@link
   *     java.io.UncheckedIOException} when the node database can't be opened. A bootnode whose host
   *     name can't be resolved is left out, with a warning
   */
  public static CompletionStage<DiscoveryService> start(DiscoveryOptions options) {
    return new DiscoveryStart(options).start();
  }

  @Override
  public InetSocketAddress localAddress() {
    return transport.localAddress();
  }

  @Override
  public NodeRecord localRecord() {
    return discovery.local().record();
  }

  @Override
  public CompletionStage<NodeRecord> updateRecord(UnaryOperator<NodeRecord.Builder> change) {
    return onLoop(future -> future.complete(discovery.updateRecord(change)));
  }

  @Override
  public CompletionStage<NodeRecord> pinEndpoint(KnownEndpoint endpoint) {
    return onLoop(future -> future.complete(discovery.pinEndpoint(endpoint)));
  }

  @Override
  public CompletionStage<NodeRecord> unpinEndpoint(InetAddress address) {
    return onLoop(future -> future.complete(discovery.unpinEndpoint(address)));
  }

  @Override
  public NodeSource nodes(List<NodeSource> others) {
    List<NodeSource> all = new ArrayList<>(others);
    if (!options.dnsLists().isEmpty()) {
      all.add(dnsNodes());
    }
    database.ifPresent(stored -> all.add(new StoredNodes(loop, stored, options.random())));
    discovery.overlays().forEach(overlay -> all.add(new NodeStream(loop, overlay)));
    MixedSource mixed = new MixedSource(loop, all, discovery::forget);
    try {
      loop.execute(() -> discovery.closeWithThis(mixed));
    } catch (RejectedExecutionException e) {
      log.debug("a source of nodes was asked for after the end: it has none");
    }
    return mixed;
  }

  private DnsNodes dnsNodes() {
    return new DnsNodes(
        options.dnsLists(),
        DnsJavaResolver.system(),
        loop,
        DnsOptions.defaults(),
        options.random(),
        options.meterRegistry());
  }

  @Override
  public CompletionStage<LookupReport> lookup(PublicKey target) {
    return onLoop(
        future -> {
          long start = loop.nanoTime();
          discovery.lookup(
              target,
              result -> {
                Duration took = Duration.ofNanos(loop.nanoTime() - start);
                future.complete(report(result, took));
              });
        });
  }

  @Override
  public CompletionStage<Optional<Node>> resolve(PublicKey key) {
    return onLoop(
        future ->
            discovery.resolve(key, found -> future.complete(found.map(DiscoveryService::node))));
  }

  @Override
  public CompletionStage<NodeRecord> requestRecord(Node node) {
    Contact contact = contact(node);
    return onLoop(
        future ->
            discovery.requestRecord(
                contact,
                answer ->
                    answer.ifPresentOrElse(
                        future::complete,
                        () -> future.completeExceptionally(silent("record request", contact)))));
  }

  @Override
  public CompletionStage<Duration> ping(Enode node) {
    return DiscoveryStart.resolve(node)
        .thenCompose(contact -> onLoop(future -> ping(contact, PING_ATTEMPTS, future)));
  }

  private void ping(Contact contact, int attempts, CompletableFuture<Duration> future) {
    discovery.ping(
        contact,
        answer -> {
          if (answer.isPresent()) {
            future.complete(answer.get());
          } else if (attempts > 1) {
            ping(contact, attempts - 1, future);
          } else {
            future.completeExceptionally(silent("ping", contact));
          }
        });
  }

  @Override
  public CompletionStage<Bytes> talk(Node node, String protocol, Bytes request) {
    Contact contact = contact(node);
    return onLoop(
        future ->
            v5().talk(
                    contact,
                    protocol,
                    request,
                    answer ->
                        answer.ifPresentOrElse(
                            future::complete,
                            () -> future.completeExceptionally(silent("talk request", contact)))));
  }

  @Override
  public CompletionStage<AutoCloseable> answerTalk(
      String protocol, BiFunction<Node, Bytes, CompletionStage<Bytes>> handler) {
    return onLoop(
        future -> {
          v5().registerTalk(
                  protocol,
                  (from, request, response) ->
                      handler
                          .apply(node(from), request)
                          .whenComplete(
                              (answer, failure) -> {
                                if (answer == null) {
                                  log.debug("talk protocol {} failed", protocol, failure);
                                }
                                response.accept(answer == null ? Bytes.EMPTY : answer);
                              }));
          future.complete(() -> loop.execute(() -> v5().unregisterTalk(protocol)));
        });
  }

  private DiscoveryV5 v5() {
    return discovery
        .v5()
        .orElseThrow(() -> new UnsupportedOperationException("this node does not speak discv5"));
  }

  @Override
  public CompletionStage<List<Node>> table() {
    return onLoop(
        future ->
            future.complete(discovery.proven().stream().map(DiscoveryService::node).toList()));
  }

  @Override
  public CompletionStage<Map<DiscoveryVersion, List<TableRow>>> tableSnapshot() {
    return onLoop(
        future -> {
          Map<DiscoveryVersion, List<TableRow>> rows = new EnumMap<>(DiscoveryVersion.class);
          discovery
              .overlays()
              .forEach(overlay -> rows.put(overlay.version(), overlay.table().snapshot()));
          future.complete(rows);
        });
  }

  /**
   * Begins to visit every node that can be reached from {@code set} and {@code from}.
   *
   * @param set brought up to date; belongs to the crawl until that is done
   */
  public Crawl crawl(NodeSet set, List<Contact> from, CrawlOptions options) {
    return new Crawl(discovery, set, from, options);
  }

  @Override
  public AutoCloseable watchTables(Consumer<TableEvent> listener) {
    List<Runnable> undo = new ArrayList<>();
    loop.execute(
        () -> {
          for (Overlay overlay : discovery.overlays()) {
            TableListener events = new TableEvents(overlay.version(), listener);
            overlay.watch(events);
            undo.add(() -> overlay.unwatch(events));
          }
        });
    return () -> loop.execute(() -> undo.forEach(Runnable::run));
  }

  private record TableEvents(DiscoveryVersion version, Consumer<TableEvent> listener)
      implements TableListener {
    @Override
    public void proven(Contact contact) {
      tell(TableEvent.Kind.PROVEN, contact);
    }

    @Override
    public void updated(Contact before, Contact after) {
      tell(TableEvent.Kind.UPDATED, after);
    }

    @Override
    public void removed(Contact contact) {
      tell(TableEvent.Kind.REMOVED, contact);
    }

    private void tell(TableEvent.Kind kind, Contact contact) {
      listener.accept(new TableEvent(version, kind, node(contact)));
    }
  }

  @Override
  public int distinctNodesSeen() {
    return discovery.distinctNodesSeen();
  }

  @Override
  public Optional<NodeMemory> memory() {
    return database.map(stored -> new NodeMemory(loop, stored));
  }

  @Override
  public CompletionStage<Boolean> knows(NodeId id) {
    return onLoop(future -> future.complete(discovery.isProven(id)));
  }

  @Override
  public CompletionStage<Void> stop() {
    return loop.inLoop()
        ? end()
        : this.<CompletionStage<Void>>onLoop(future -> future.complete(end()))
            .thenCompose(ending -> ending);
  }

  @Override
  public void close() {
    CompletableFuture<Void> stopped = stop().toCompletableFuture();
    if (loop.inLoop()) {
      return;
    }
    try {
      stopped.get(CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      log.debug("discovery did not close in time: {}", String.valueOf(e));
    }
  }

  private CompletionStage<Void> end() {
    discovery.close();
    List<CompletableFuture<?>> open = new ArrayList<>();
    open.add(transport.close().toCompletableFuture());
    database.ifPresent(stored -> open.add(stored.close().toCompletableFuture()));
    lan.ifPresent(network -> open.add(network.close().toCompletableFuture()));
    writer.ifPresent(ExecutorService::shutdown); // after what it still has to write
    return CompletableFuture.allOf(open.toArray(new CompletableFuture<?>[0]));
  }

  static Contact contact(Node node) {
    return new Contact(node.publicKey(), node.udp(), node.tcpPort(), node.record());
  }

  static Node node(Contact contact) {
    return new Node(contact.publicKey(), contact.udp(), contact.tcpPort(), contact.record());
  }

  private static LookupReport report(LookupResult result, Duration took) {
    return new LookupReport(
        result.closest().stream().map(DiscoveryService::node).toList(),
        result.queries(),
        result.timeouts(),
        result.hops(),
        took);
  }

  private <T> CompletionStage<T> onLoop(Consumer<CompletableFuture<T>> task) {
    CompletableFuture<T> future = new CompletableFuture<>();
    try {
      loop.execute(
          () -> {
            try {
              task.accept(future);
            } catch (RuntimeException e) {
              future.completeExceptionally(e); // the caller's function or argument was at fault
            }
          });
    } catch (RejectedExecutionException e) {
      future.completeExceptionally(e); // the event loop was shut down
    }
    return future;
  }

  private static TimeoutException silent(String what, Contact contact) {
    return new TimeoutException("no answer to a " + what + " from " + contact);
  }
}
