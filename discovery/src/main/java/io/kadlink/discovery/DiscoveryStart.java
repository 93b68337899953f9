package io.kadlink.discovery;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.loop.NettyLoop;
import io.kadlink.discovery.store.DatabaseOptions;
import io.kadlink.discovery.store.NodeDatabase;
import io.kadlink.discovery.store.NodeStore;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LocalNode;
import io.kadlink.discovery.udp.DatagramHandler;
import io.kadlink.discovery.udp.DualTransport;
import io.kadlink.discovery.udp.NettyTransport;
import io.kadlink.discovery.udp.Transport;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a {@link DiscoveryService} up, one step after the other: bootnodes' names, the node
 * database, the sockets, then all parts on the event loop. What fails takes back what was done.
 */
final class DiscoveryStart {
  private static final Logger log = LoggerFactory.getLogger(DiscoveryStart.class);

  private final DiscoveryOptions options;
  private final Loop loop;
  private List<Contact> bootnodes = List.of();
  private @Nullable NodeStore store;
  private final List<Transport> sockets = new ArrayList<>();

  /** Set on the event loop, by the turn that follows the bind; what comes before is not heard. */
  private @Nullable LocalDiscovery discovery;

  DiscoveryStart(DiscoveryOptions options) {
    this.options = options;
    this.loop = new NettyLoop(options.eventLoop(), options.clock());
  }

  CompletionStage<DiscoveryService> start() {
    return resolveBootnodes()
        .thenCompose(done -> openStore())
        .thenCompose(done -> rehearse())
        .thenCompose(done -> bind(options.bindAddress()))
        .thenCompose(this::bindSecond)
        .thenApplyAsync(this::assemble, options.eventLoop())
        .whenComplete(
            (service, failure) -> {
              if (failure != null) {
                takeBack();
              }
            });
  }

  private CompletionStage<?> rehearse() {
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    try {
      loop.execute(() -> Rehearsal.play(loop, options.versions(), () -> done.complete(null)));
    } catch (RejectedExecutionException e) {
      done.completeExceptionally(e); // the event loop was shut down
    }
    return done;
  }

  private CompletionStage<?> openStore() {
    if (options.database().isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    Path file = options.database().get();
    return offLoop(
        () -> {
          try {
            store = NodeStore.open(file, options.clock().instant());
            return file;
          } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
          }
        });
  }

  private CompletionStage<Transport> bind(InetSocketAddress address) {
    DatagramHandler handler =
        (from, datagram) -> {
          LocalDiscovery receiver = discovery;
          if (receiver != null) {
            receiver.received(from, datagram);
          }
        };
    return NettyTransport.bind(options.eventLoop(), address, handler, options.meterRegistry())
        .thenApply(
            socket -> {
              sockets.add(socket);
              return socket;
            });
  }

  /** The second address takes the port that the first one got, when any would do. */
  private CompletionStage<Transport> bindSecond(Transport first) {
    if (options.secondBindAddress().isEmpty()) {
      return CompletableFuture.completedFuture(first);
    }
    InetSocketAddress wanted = options.secondBindAddress().get();
    int port = wanted.getPort() == 0 ? first.localAddress().getPort() : wanted.getPort();
    return bind(new InetSocketAddress(wanted.getAddress(), port))
        .thenApply(second -> new DualTransport(first, second));
  }

  private DiscoveryService assemble(Transport transport) {
    InetSocketAddress bound = transport.localAddress();
    int advertised = options.advertisedUdpPort();
    int udpPort = advertised == 0 ? bound.getPort() : advertised;
    NodeStore nodes = store;
    Optional<NodeRecord> previous =
        nodes == null ? Optional.empty() : nodes.localRecord(options.signer().publicKey().id());
    LocalNode local =
        new LocalNode(loop, options.signer(), addresses(), udpPort, options.tcpPort(), previous);
    DiscoverySettings settings =
        new DiscoverySettings(
            options.versions(),
            bootnodes,
            options.refreshPeriod(),
            options.addresses(),
            options.advertisedAddresses().isEmpty());
    ExecutorService writer = null;
    Optional<NodeDatabase> database = Optional.empty();
    if (nodes != null) {
      writer =
          Executors.newSingleThreadExecutor(
              Thread.ofPlatform().daemon().name("node-database").factory());
      database =
          Optional.of(
              new NodeDatabase(
                  nodes, loop, writer, DatabaseOptions.defaults(), options.meterRegistry()));
    }
    LocalDiscovery made =
        new LocalDiscovery(
            loop, local, transport, options.random(), options.meterRegistry(), settings, database);
    discovery = made;
    made.start();
    log.debug("discovery of {} listens on {}", local.id().shortForm(), bound);
    return new DiscoveryService(made, transport, options, database, Optional.ofNullable(writer));
  }

  /** What the record names at first: what was said, else what is bound, else the fallback. */
  private List<InetAddress> addresses() {
    if (!options.advertisedAddresses().isEmpty()) {
      return options.advertisedAddresses();
    }
    List<InetAddress> bound = new ArrayList<>();
    for (Transport socket : sockets) {
      InetAddress address = socket.localAddress().getAddress();
      if (!address.isAnyLocalAddress()) {
        bound.add(address);
      }
    }
    return bound.isEmpty() ? options.fallbackAddress().stream().toList() : bound;
  }

  private void takeBack() {
    sockets.forEach(Transport::close);
    NodeStore nodes = store;
    if (nodes != null) {
      nodes.close();
    }
  }

  /** In the given order, without those that can't be resolved. */
  private CompletionStage<?> resolveBootnodes() {
    List<CompletableFuture<Optional<Contact>>> resolved =
        options.bootnodes().stream().map(enode -> tryResolve(enode).toCompletableFuture()).toList();
    return CompletableFuture.allOf(resolved.toArray(new CompletableFuture<?>[0]))
        .thenAccept(
            done ->
                bootnodes =
                    resolved.stream()
                        .map(CompletableFuture::join)
                        .flatMap(Optional::stream)
                        .toList());
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

  /** Where an enode URL leads; its host may have to be looked up. */
  static CompletionStage<Contact> resolve(Enode enode) {
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

  /** What blocks gets a thread of its own. */
  private static <T> CompletionStage<T> offLoop(Supplier<T> task) {
    CompletableFuture<T> done = new CompletableFuture<>();
    Thread.startVirtualThread(
        () -> {
          try {
            done.complete(task.get());
          } catch (RuntimeException e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }
}
