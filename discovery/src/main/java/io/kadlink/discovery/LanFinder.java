package io.kadlink.discovery;

import io.kadlink.discovery.mdns.LanNodes;
import io.kadlink.discovery.mdns.LanService;
import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeRecord;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces this node on the local network, and lets the tables know of the nodes announced there,
 * which then have to prove themselves as any node does.
 */
final class LanFinder {
  private static final Logger log = LoggerFactory.getLogger(LanFinder.class);

  private static final int AT_A_TIME = 16;

  private final LocalDiscovery discovery;
  private final LanNodes nodes;
  private final ExecutorService blocking;
  private final CompletionStage<LanService> service;

  /**
   * Begins at once; when multicast can't be used, a warning says so and nothing is found.
   *
   * @param address its interface is the one used
   */
  LanFinder(LocalDiscovery discovery, InetAddress address, MeterRegistry registry) {
    this.discovery = discovery;
    this.nodes =
        new LanNodes(
            discovery.loop(), discovery.local().id(), address.isLoopbackAddress(), registry);
    this.blocking =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("mdns").factory());
    this.service = LanService.start(address, discovery.local().record(), nodes, blocking);
    service.whenComplete(
        (started, failure) -> {
          if (failure != null) {
            log.warn(
                "nothing is announced or found on the network of {}: {}",
                address.getHostAddress(),
                failure.getMessage());
          }
        });
    discovery.watchRecord(this::announce);
    pull();
  }

  private void announce(NodeRecord record) {
    service.thenCompose(started -> started.announce(record)).exceptionally(LanFinder::unheard);
  }

  /** Says goodbye; completes when the network was left. */
  CompletionStage<?> close() {
    nodes.close();
    return service
        .handle(
            (started, failure) ->
                started == null ? CompletableFuture.<Void>completedFuture(null) : started.close())
        .thenCompose(closing -> closing)
        .whenComplete((done, failure) -> blocking.shutdown());
  }

  private void pull() {
    nodes
        .pull(AT_A_TIME)
        .thenAccept(
            found -> {
              if (!found.isEmpty()) {
                discovery.loop().execute(() -> take(found));
              }
            });
  }

  private void take(List<Node> found) {
    for (Node node : found) {
      if (node.udp().getPort() == 0) {
        continue; // it takes no part in discovery
      }
      Contact contact = DiscoveryService.contact(node);
      discovery.overlays().forEach(overlay -> overlay.table().addFound(contact));
    }
    pull();
  }

  @SuppressWarnings("NullAway") // nobody looks at it
  private static Void unheard(Throwable failure) {
    log.debug("the new record was not announced: {}", String.valueOf(failure));
    return null;
  }
}
