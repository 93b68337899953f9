package io.kadlink.server;

import io.kadlink.discovery.Discovery;
import io.kadlink.discovery.Node;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.server.dial.DialReason;
import io.kadlink.server.dial.DialTarget;
import io.kadlink.server.membership.MembershipStatus;
import io.kadlink.server.nat.NatStatus;
import io.kadlink.server.nat.NatTraversal;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A running node: listens, finds and dials other nodes, and runs the given protocols with them.
 * Several servers in one JVM do not touch each other; each has threads of its own, which keep the
 * JVM alive until {@link #close()}. Thread-safe.
 *
 * <pre>{@code
 * try (Server server = Server.builder().port(0).protocol(new Echo()).start()) {
 *   server.connect(Enode.parse("enode://...")).thenAccept(peer -> ...);
 * }
 * }</pre>
 */
public final class Server implements AutoCloseable {
  private final ServerParts parts;
  private final Access access;
  private final Optional<NatTraversal> nat;
  private final int tcpPort;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();

  Server(ServerParts parts, Optional<NatTraversal> nat, int tcpPort) {
    this.parts = parts;
    this.access = new Access(parts.loop, parts.access, parts.discipline);
    this.nat = nat;
    this.tcpPort = tcpPort;
  }

  public static ServerBuilder builder() {
    return new ServerBuilder();
  }

  /** This node's id. */
  public NodeId id() {
    return parts.options.signer().publicKey().id();
  }

  /**
   * Where to reach this node: as its record says; while that names no address, the advertised
   * address, else the bound one, else 127.0.0.1. A port is 0 when there is no listener for it.
   */
  public Enode enode() {
    NodeRecord current = parts.record.current();
    int udpPort = parts.record.discovery().map(d -> d.localAddress().getPort()).orElse(0);
    return current
        .enode()
        .orElseGet(
            () ->
                Enode.of(
                    parts.options.signer().publicKey(),
                    configuredAddress().orElse(InetAddress.getLoopbackAddress()),
                    tcpPort,
                    udpPort));
  }

  private Optional<InetAddress> configuredAddress() {
    return parts
        .options
        .advertised()
        .or(() -> Optional.of(parts.options.bind()))
        .filter(ip -> !ip.isAnyLocalAddress());
  }

  /** This node's current record. */
  public NodeRecord record() {
    return parts.record.current();
  }

  /** The peers at this moment, oldest first. */
  public List<Peer> peers() {
    return parts.peers.peers();
  }

  /** The peer with this id, when there is one at this moment. */
  public Optional<Peer> peer(NodeId id) {
    return parts.peers.peer(id).map(session -> session);
  }

  /**
   * Sees to it that there is a session with this node: the existing one, or a new dial, counted
   * against no limit. One attempt; fails with {@link DialException}, whose message says why.
   */
  public CompletionStage<Peer> connect(Enode node) {
    return connect(DialTarget.of(node));
  }

  /** As above; a node that can't be dialed is reached by a detour when a protocol offers one. */
  public CompletionStage<Peer> connect(Node node) {
    return connect(DialTarget.of(node));
  }

  private CompletionStage<Peer> connect(DialTarget target) {
    return stopping.get()
        ? CompletableFuture.failedFuture(new DialException("this node is stopping"))
        : parts.dialer.connect(target);
  }

  /** From now on stays connected with this node. */
  public void addStaticNode(Enode node) {
    unlessStopping(() -> parts.dialer.scheduler().addStatic(DialTarget.of(node)));
  }

  /** As above, for a node that only its key is known of: discovery is asked where it is. */
  public void addStaticNode(PublicKey node) {
    unlessStopping(() -> parts.dialer.scheduler().addStatic(DialTarget.of(node)));
  }

  /** Stops redialing; an existing session stays. */
  public void removeStaticNode(NodeId node) {
    unlessStopping(() -> parts.dialer.scheduler().removeStatic(node));
  }

  /** From now on admits this node even when all slots are taken. */
  public void addTrustedNode(NodeId node) {
    unlessStopping(
        () -> {
          parts.admission.trust(node);
          parts.discipline.pardon(node);
        });
  }

  /** From now on the limits count for this node again; an existing session stays. */
  public void removeTrustedNode(NodeId node) {
    unlessStopping(
        () -> {
          parts.admission.distrust(node);
          parts.dialer.scheduler().removeTrusted(node);
        });
  }

  /** From now on admits this node even when all slots are taken, and never evicts it. */
  public void preferNode(NodeId node) {
    unlessStopping(() -> parts.admission.prefer(node));
  }

  /** From now on this node is one of many again; an existing session stays as it is. */
  public void unpreferNode(NodeId node) {
    unlessStopping(() -> parts.admission.unprefer(node));
  }

  /** Who may be a peer at all, and how nodes stand with us. */
  public Access access() {
    return access;
  }

  /** The nodes it stays connected with. */
  public CompletionStage<Set<NodeId>> staticNodes() {
    return CompletableFuture.supplyAsync(() -> parts.dialer.scheduler().staticNodes(), parts.loop);
  }

  /** The nodes that no limit counts for. */
  public CompletionStage<Set<NodeId>> trustedNodes() {
    return CompletableFuture.supplyAsync(parts.admission::trusted, parts.loop);
  }

  /** Whose members are admitted here, and what this node shows of itself. */
  public CompletionStage<MembershipStatus> membership() {
    return stopping.get()
        ? CompletableFuture.failedFuture(new IllegalStateException("this node is stopping"))
        : CompletableFuture.supplyAsync(parts.members::status, parts.loop);
  }

  /**
   * Reads the files of {@link ServerBuilder#membership} now, and judges all peers by them; without
   * it a changed file is noticed within seconds.
   *
   * @return fails with {@link io.kadlink.server.membership.MembershipException} when they can't be
   *     used; what counted before counts on then
   */
  public CompletionStage<MembershipStatus> reloadMembership() {
    return stopping.get()
        ? CompletableFuture.failedFuture(new IllegalStateException("this node is stopping"))
        : parts.members.reload();
  }

  /** Why each known node that is not a peer is not one; the latest few thousand are kept. */
  public CompletionStage<Map<NodeId, DialReason>> dialReasons() {
    return stopping.get()
        ? CompletableFuture.completedFuture(Map.of())
        : CompletableFuture.supplyAsync(parts.dialer::reasons, parts.loop);
  }

  /** Dials under way at this moment. */
  CompletionStage<Integer> dialsRunning() {
    return CompletableFuture.supplyAsync(parts.dialer::running, parts.loop);
  }

  private void unlessStopping(Runnable task) {
    if (!stopping.get()) {
      parts.loop.execute(task);
    }
  }

  /** Discovery, unless it was turned off. */
  public Optional<Discovery> discovery() {
    return parts.record.discovery();
  }

  /** How far this node is with its way through the router, by the method it was given. */
  public NatStatus nat() {
    return nat.map(NatTraversal::status)
        .orElseGet(() -> NatStatus.fixed(parts.options.nat().method()));
  }

  /** Where this server counts. */
  public MeterRegistry metrics() {
    return parts.options.metrics();
  }

  /**
   * Tells what happens to peers from now on, in order. {@code listener} is called on the server's
   * loop and must not block.
   */
  public Subscription events(Consumer<? super ServerEvent> listener) {
    return parts.events.subscribe(listener);
  }

  /**
   * Stops: no new peers, protocols are told, each peer gets its goodbye, sockets close. Completes,
   * never exceptionally, when all is gone; bounded by a few seconds. Idempotent.
   */
  public CompletionStage<Void> stop() {
    if (stopping.compareAndSet(false, true)) {
      new Shutdown(parts, nat).run().whenComplete((done, failure) -> stopped.complete(null));
    }
    return stopped.minimalCompletionStage();
  }

  /** {@link #stop()}, and waits for it; on one of the server's own threads it does not wait. */
  @Override
  public void close() {
    stop();
    if (!parts.platform.mustNotWait()) {
      stopped.join();
    }
  }

  /** Ends with {@link #close()}. */
  public interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
