package io.kadlink.discovery;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.store.DatabaseOptions;
import io.kadlink.discovery.store.NodeDatabase;
import io.kadlink.discovery.store.NodeStore;
import io.kadlink.discovery.table.Addresses;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LocalNode;
import io.kadlink.discovery.udp.DatagramHandler;
import io.kadlink.discovery.udp.DualTransport;
import io.kadlink.discovery.udp.Transport;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a {@link DiscoveryService} up, one step after the other: bootnodes' names, the node
 * database, the sockets, then all parts on the event loop. What fails takes back what was done.
 */
final class DiscoveryStart {
  private static final Logger log = LoggerFactory.getLogger(DiscoveryStart.class);

  /** A socket that can't hear itself by then, behind a firewall perhaps, is used all the same. */
  private static final Duration TRY_OUT_LIMIT = Duration.ofMillis(200);

  /** What this process has played through: the second time would spare nobody anything. */
  private static final Set<DiscoveryVersion> REHEARSED = ConcurrentHashMap.newKeySet();

  private final DiscoveryOptions options;
  private final Loop loop;
  private List<Contact> bootnodes = List.of();
  private @Nullable NodeStore store;
  private final List<Transport> sockets = new ArrayList<>();
  private final CompletableFuture<@Nullable Void> heard = new CompletableFuture<>();

  /** Set on the event loop, by the turn that follows the bind; what comes before is not heard. */
  private @Nullable LocalDiscovery discovery;

  DiscoveryStart(DiscoveryOptions options) {
    this.options = options;
    this.loop = options.loop();
  }

  CompletionStage<DiscoveryService> start() {
    return resolveBootnodes()
        .thenCompose(done -> openStore())
        .thenCompose(done -> rehearse())
        .thenCompose(done -> bind(options.bindAddress()))
        .thenCompose(this::bindSecond)
        .thenCompose(this::tryOut)
        .thenApplyAsync(this::assemble, loop)
        .whenComplete(
            (service, failure) -> {
              if (failure != null) {
                takeBack();
              }
            });
  }

  private CompletionStage<?> rehearse() {
    if (!options.rehearses() || !REHEARSED.addAll(options.versions())) {
      return CompletableFuture.completedFuture(null);
    }
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
          } else {
            heard.complete(null);
          }
        };
    return options
        .sockets()
        .bind(address, handler)
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

  /**
   * Sends the socket's first datagram to itself and waits for it: a fresh JVM loads classes for the
   * first one in and out, too.
   */
  private CompletionStage<Transport> tryOut(Transport transport) {
    InetSocketAddress bound = transport.localAddress();
    InetSocketAddress self =
        bound.getAddress().isAnyLocalAddress()
            ? new InetSocketAddress(InetAddress.getLoopbackAddress(), bound.getPort())
            : bound;
    loop.execute(
        () -> {
          loop.schedule(TRY_OUT_LIMIT, () -> heard.complete(null));
          transport.send(self, new byte[1]);
        });
    return heard.thenApply(done -> transport);
  }

  private DiscoveryService assemble(Transport transport) {
    InetSocketAddress bound = transport.localAddress();
    int advertised = options.advertisedUdpPort();
    int udpPort = advertised == 0 ? bound.getPort() : advertised;
    NodeStore nodes = store;
    Optional<NodeRecord> previous =
        nodes == null ? Optional.empty() : nodes.localRecord(options.signer().publicKey().id());
    LocalNode local =
        new LocalNode(
            loop,
            options.signer(),
            addresses(previous, udpPort),
            udpPort,
            options.tcpPort(),
            options.recordEntries(),
            previous);
    DiscoverySettings settings =
        new DiscoverySettings(
            options.versions(),
            bootnodes,
            options.refreshPeriod(),
            options.addresses(),
            options.advertisedAddresses());
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

  /** What the record names at first, for each family at most one address. */
  private List<InetAddress> addresses(Optional<NodeRecord> previous, int udpPort) {
    List<InetAddress> bound =
        sockets.stream().map(socket -> socket.localAddress().getAddress()).toList();
    List<InetAddress> candidates = new ArrayList<>(options.advertisedAddresses());
    previous.stream()
        .flatMap(record -> record.udpEndpoints().stream())
        .filter(endpoint -> endpoint.getPort() == udpPort)
        .map(InetSocketAddress::getAddress)
        .filter(found -> bound.stream().anyMatch(own -> mayBeSeenAs(own, found)))
        .forEach(candidates::add);
    bound.stream().filter(address -> !address.isAnyLocalAddress()).forEach(candidates::add);
    List<InetAddress> chosen = new ArrayList<>();
    for (InetAddress address : candidates) {
      if (chosen.stream().noneMatch(other -> Addresses.sameFamily(other, address))) {
        chosen.add(address);
      }
    }
    if (chosen.isEmpty()) {
      options.lanAddress().or(options::fallbackAddress).ifPresent(chosen::add);
    }
    return chosen;
  }

  /** Whether others may still see a socket bound to {@code own} where they last saw it. */
  private static boolean mayBeSeenAs(InetAddress own, InetAddress found) {
    if (own.isAnyLocalAddress()) {
      return !found.isLoopbackAddress();
    }
    boolean behindNat = Addresses.isLan(own) && !own.isLoopbackAddress();
    return behindNat && !Addresses.isLan(found) && Addresses.sameFamily(own, found);
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

  private CompletionStage<Optional<Contact>> tryResolve(Enode enode) {
    return resolve(enode)
        .handle(
            (contact, failure) -> {
              if (failure != null) {
                log.warn("bootnode {} is left out: {}", enode, failure.getMessage());
              }
              if (contact != null && !options.addresses().allowed().test(contact.address())) {
                log.warn("bootnode {} is left out: its address is not allowed here", enode);
                return Optional.empty();
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
    return offLoop(
        () ->
            Contact.of(
                enode.publicKey(),
                new InetSocketAddress(InetAddress.getByName(enode.host()), enode.udpPort()),
                enode.tcpPort()));
  }

  /** What blocks gets a thread of its own. */
  private static <T> CompletionStage<T> offLoop(Callable<T> task) {
    CompletableFuture<T> done = new CompletableFuture<>();
    Thread.startVirtualThread(
        () -> {
          try {
            done.complete(task.call());
          } catch (Exception e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }
}
