package io.kadlink.server.testing;

import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.reputation.Behaviour;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/** One end of a link in memory: what {@code owner} sees of {@code remote}. */
final class MemoryPeer implements Peer {
  private final MemoryNetwork network;
  private final MemoryNode owner;
  private final MemoryNode remote;
  private final boolean inbound;
  private final List<Capability> shared;
  private final Instant connectedAt;
  private @Nullable MemoryPeer mirror;
  private boolean over;

  MemoryPeer(MemoryNetwork network, MemoryNode owner, MemoryNode remote, boolean inbound) {
    this.network = network;
    this.owner = owner;
    this.remote = remote;
    this.inbound = inbound;
    this.shared = owner.sharedWith(remote);
    this.connectedAt = network.loop().now();
  }

  /** The other node's end. */
  void mirror(MemoryPeer other) {
    this.mirror = other;
  }

  boolean isOver() {
    return over;
  }

  @Override
  public boolean hasRoom(Protocol protocol, int code, int payloadBytes) {
    return !over;
  }

  @Override
  public boolean send(Protocol protocol, int code, Bytes payload) {
    if (!shared.contains(protocol.capability())) {
      throw new IllegalArgumentException(this + " does not speak " + protocol.capability());
    }
    if (code < 0 || code >= protocol.messageCount()) {
      throw new IllegalArgumentException(protocol.capability() + " has no message " + code);
    }
    if (over) {
      return false;
    }
    Bytes copy = payload.copy();
    MemoryPeer receiver = mirrored();
    network.later(() -> receiver.receive(protocol.capability(), code, copy));
    return true;
  }

  private void receive(Capability capability, int code, Bytes payload) {
    if (over) {
      return;
    }
    try {
      owner.protocol(capability).message(this, code, payload);
    } catch (ProtocolViolation e) {
      owner.violated(e);
      disconnect(e.reason());
    }
  }

  @Override
  public CompletionStage<Void> disconnect(DisconnectReason reason) {
    if (!over) {
      network.later(() -> mirrored().end(reason));
      end(reason);
    }
    return CompletableFuture.completedFuture(null);
  }

  private void end(DisconnectReason reason) {
    if (!over) {
      over = true;
      owner.detach(this, reason);
    }
  }

  private MemoryPeer mirrored() {
    return java.util.Objects.requireNonNull(mirror);
  }

  @Override
  public NodeId id() {
    return remote.id();
  }

  @Override
  public PublicKey publicKey() {
    return remote.key().publicKey();
  }

  @Override
  public Optional<NodeRecord> record() {
    return Optional.of(remote.record());
  }

  @Override
  public String clientName() {
    return "memory-node";
  }

  @Override
  public List<Capability> remoteCapabilities() {
    return remote.capabilities();
  }

  @Override
  public List<Capability> capabilities() {
    return shared;
  }

  @Override
  public SocketAddress localAddress() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 30303);
  }

  @Override
  public SocketAddress remoteAddress() {
    return InetSocketAddress.createUnresolved("memory", 30303);
  }

  @Override
  public boolean inbound() {
    return inbound;
  }

  @Override
  public Optional<PublicKey> relay() {
    return Optional.empty();
  }

  @Override
  public Instant connectedAt() {
    return connectedAt;
  }

  @Override
  public Optional<Duration> roundTrip() {
    return Optional.of(network.latency().multipliedBy(2));
  }

  @Override
  public void report(Behaviour behaviour, String detail) {}

  @Override
  public long pendingBytes() {
    return 0;
  }

  @Override
  public String toString() {
    return owner.id().shortForm() + (inbound ? "<-" : "->") + remote.id().shortForm();
  }
}
