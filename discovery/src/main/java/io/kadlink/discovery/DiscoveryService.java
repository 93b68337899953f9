package io.kadlink.discovery;

import io.kadlink.discovery.crawl.CrawlOptions;
import io.kadlink.discovery.crawl.NodeSet;
import io.kadlink.discovery.lookup.LookupResult;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.loop.NettyLoop;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LocalNode;
import io.kadlink.discovery.table.TableRow;
import io.kadlink.discovery.udp.NettyTransport;
import io.kadlink.discovery.udp.Transport;
import io.kadlink.discovery.v4.Rehearsal;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
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
  private final NettyTransport transport;

  private DiscoveryService(LocalDiscovery discovery, NettyTransport transport) {
    this.discovery = discovery;
    this.loop = discovery.loop();
    this.transport = transport;
  }

  /**
   * Binds the socket and begins to look for nodes.
   *
   * @return fails with {@link java.net.BindException} when the address can't be had. A bootnode
   *     whose host name can't be resolved is left out, with a warning
   */
  public static CompletionStage<DiscoveryService> start(DiscoveryOptions options) {
    return resolveBootnodes(options.bootnodes()).thenCompose(bootnodes -> bind(options, bootnodes));
  }

  private static CompletionStage<DiscoveryService> bind(
      DiscoveryOptions options, List<Contact> bootnodes) {
    Loop loop = new NettyLoop(options.eventLoop(), options.clock());
    // Set on the event loop, by the turn that follows the bind; what comes before is not heard.
    LocalDiscovery[] discovery = new LocalDiscovery[1];
    return rehearse(loop)
        .thenCompose(
            done ->
                NettyTransport.bind(
                    options.eventLoop(),
                    options.bindAddress(),
                    (from, datagram) -> {
                      if (discovery[0] != null) {
                        discovery[0].received(from, datagram);
                      }
                    }))
        .thenApplyAsync(
            transport -> {
              discovery[0] = assemble(options, loop, transport, bootnodes);
              discovery[0].start();
              return new DiscoveryService(discovery[0], transport);
            },
            options.eventLoop());
  }

  private static CompletionStage<@Nullable Void> rehearse(Loop loop) {
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    try {
      loop.execute(() -> Rehearsal.play(loop, () -> done.complete(null)));
    } catch (RejectedExecutionException e) {
      done.completeExceptionally(e); // the event loop was shut down
    }
    return done;
  }

  private static LocalDiscovery assemble(
      DiscoveryOptions options, Loop loop, Transport transport, List<Contact> bootnodes) {
    InetSocketAddress bound = transport.localAddress();
    Optional<InetAddress> address =
        options
            .advertisedAddress()
            .or(() -> Optional.of(bound.getAddress()).filter(ip -> !ip.isAnyLocalAddress()))
            .or(options::fallbackAddress);
    int advertised = options.advertisedUdpPort();
    int udpPort = advertised == 0 ? bound.getPort() : advertised;
    LocalNode local = new LocalNode(loop, options.signer(), address, udpPort, options.tcpPort());
    log.debug("discovery of {} listens on {}", local.id().shortForm(), bound);
    return new LocalDiscovery(
        loop,
        local,
        transport,
        options.random(),
        options.meterRegistry(),
        new DiscoverySettings(
            options.versions(),
            bootnodes,
            options.refreshPeriod(),
            options.addresses(),
            options.advertisedAddress().isEmpty()));
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
  public NodeSource nodes(List<NodeSource> others) {
    List<NodeSource> all = new ArrayList<>(others);
    discovery.overlays().forEach(overlay -> all.add(new NodeStream(discovery, overlay)));
    return all.size() == 1 ? all.get(0) : new MixedSource(loop, all);
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
    Contact contact = new Contact(node.publicKey(), node.udp(), node.tcpPort(), node.record());
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
    return resolve(node)
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
  public CompletionStage<List<Node>> table() {
    return onLoop(
        future ->
            future.complete(discovery.proven().stream().map(DiscoveryService::node).toList()));
  }

  /** Everything in the tables with its liveness, for tools. */
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
  public int distinctNodesSeen() {
    return discovery.distinctNodesSeen();
  }

  @Override
  public CompletionStage<Boolean> knows(NodeId id) {
    return onLoop(future -> future.complete(discovery.isProven(id)));
  }

  /**
   * Stops and frees the port; requests under way fail. Waits for that unless called on the loop.
   */
  @Override
  public void close() {
    if (loop.inLoop()) {
      discovery.close();
      transport.close();
      return;
    }
    CompletionStage<Void> closed =
        this.<Void>onLoop(
                future -> {
                  discovery.close();
                  future.complete(null);
                })
            .thenCompose(done -> transport.close());
    try {
      closed.toCompletableFuture().get(CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      log.debug("discovery did not close in time: {}", String.valueOf(e));
    }
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

  /** In the given order, without those that can't be resolved. */
  private static CompletionStage<List<Contact>> resolveBootnodes(List<Enode> enodes) {
    List<CompletableFuture<Optional<Contact>>> resolved =
        enodes.stream().map(enode -> tryResolve(enode).toCompletableFuture()).toList();
    return CompletableFuture.allOf(resolved.toArray(new CompletableFuture<?>[0]))
        .thenApply(
            done ->
                resolved.stream().map(CompletableFuture::join).flatMap(Optional::stream).toList());
  }

  private static CompletionStage<Optional<Contact>> tryResolve(Enode enode) {
    return resolve(enode)
        .handle(
            (contact, failure) -> {
              if (failure != null) {
                log.warn("bootnode {} is left out: {}", enode, failure.getMessage());
              }
              return Optional.ofNullable(contact);
            });
  }

  /** A DNS look-up blocks, so it gets a thread of its own. */
  private static CompletionStage<Contact> resolve(Enode enode) {
    if (enode.udpPort() == 0) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException("the enode URL names no UDP port: " + enode));
    }
    if (enode.hasAddressLiteral()) {
      return CompletableFuture.completedFuture(
          Contact.of(enode.publicKey(), enode.udpEndpoint(), enode.tcpPort()));
    }
    CompletableFuture<Contact> resolved = new CompletableFuture<>();
    Thread.startVirtualThread(
        () -> {
          try {
            InetAddress address = InetAddress.getByName(enode.host());
            resolved.complete(
                Contact.of(
                    enode.publicKey(),
                    new InetSocketAddress(address, enode.udpPort()),
                    enode.tcpPort()));
          } catch (UnknownHostException e) {
            resolved.completeExceptionally(e);
          }
        });
    return resolved;
  }
}
