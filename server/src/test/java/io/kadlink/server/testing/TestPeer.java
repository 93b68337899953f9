package io.kadlink.server.testing;

import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.reputation.Behaviour;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A peer with nobody behind it: records what a protocol sends it. Hand it to the protocol's own
 * callbacks: {@code protocol.connected(peer)}, {@code protocol.message(peer, code, payload)}.
 */
public final class TestPeer implements Peer {
  private final PublicKey key;
  private final List<Capability> capabilities;
  private final List<Sent> sent = new ArrayList<>();
  private final List<Behaviour> reports = new ArrayList<>();
  private @Nullable NodeRecord record;
  private @Nullable PublicKey relay;
  private String clientName = "test-peer";
  private boolean inbound;
  private boolean full;
  private @Nullable DisconnectReason disconnected;
  private SocketAddress address = InetSocketAddress.createUnresolved("test-peer", 30303);

  /** One message the protocol sent. */
  public record Sent(Protocol protocol, int code, Bytes payload) {}

  public TestPeer(PublicKey key, Protocol... spoken) {
    this.key = key;
    this.capabilities = Arrays.stream(spoken).map(Protocol::capability).sorted().toList();
  }

  /** A peer with a fresh key. */
  public static TestPeer speaking(Protocol... spoken) {
    return new TestPeer(NodeKey.generate().publicKey(), spoken);
  }

  public TestPeer withRecord(NodeRecord record) {
    this.record = record;
    return this;
  }

  public TestPeer withRelay(PublicKey relay) {
    this.relay = relay;
    return this;
  }

  public TestPeer withAddress(SocketAddress address) {
    this.address = address;
    return this;
  }

  public TestPeer withClientName(String name) {
    this.clientName = name;
    return this;
  }

  public TestPeer asInbound() {
    this.inbound = true;
    return this;
  }

  /** From now on {@link #send} drops, as with a full outbound queue, or takes again. */
  public void setFull(boolean full) {
    this.full = full;
  }

  /** All sent so far. */
  public List<Sent> sent() {
    return List.copyOf(sent);
  }

  /** All sent since the last call. */
  public List<Sent> takeSent() {
    List<Sent> taken = List.copyOf(sent);
    sent.clear();
    return taken;
  }

  /** What the protocol disconnected it with, when it did. */
  public Optional<DisconnectReason> disconnectedWith() {
    return Optional.ofNullable(disconnected);
  }

  @Override
  public boolean hasRoom(Protocol protocol, int code, int payloadBytes) {
    return !full && disconnected == null;
  }

  @Override
  public boolean send(Protocol protocol, int code, Bytes payload) {
    if (!capabilities.contains(protocol.capability())) {
      throw new IllegalArgumentException(this + " does not speak " + protocol.capability());
    }
    if (code < 0 || code >= protocol.messageCount()) {
      throw new IllegalArgumentException(protocol.capability() + " has no message " + code);
    }
    if (full || disconnected != null) {
      return false;
    }
    sent.add(new Sent(protocol, code, payload));
    return true;
  }

  @Override
  public CompletionStage<Void> disconnect(DisconnectReason reason) {
    if (disconnected == null) {
      disconnected = reason;
    }
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public NodeId id() {
    return key.id();
  }

  @Override
  public PublicKey publicKey() {
    return key;
  }

  @Override
  public Optional<NodeRecord> record() {
    return Optional.ofNullable(record);
  }

  @Override
  public String clientName() {
    return clientName;
  }

  @Override
  public List<Capability> remoteCapabilities() {
    return capabilities;
  }

  @Override
  public List<Capability> capabilities() {
    return capabilities;
  }

  @Override
  public SocketAddress localAddress() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 30303);
  }

  @Override
  public SocketAddress remoteAddress() {
    return address;
  }

  @Override
  public boolean inbound() {
    return inbound;
  }

  @Override
  public Optional<PublicKey> relay() {
    return Optional.ofNullable(relay);
  }

  @Override
  public Instant connectedAt() {
    return Instant.EPOCH;
  }

  @Override
  public Optional<Duration> roundTrip() {
    return Optional.empty();
  }

  @Override
  public void report(Behaviour behaviour, String detail) {
    reports.add(behaviour);
  }

  /** What protocols said of it. */
  public List<Behaviour> reports() {
    return List.copyOf(reports);
  }

  @Override
  public long pendingBytes() {
    return 0;
  }

  @Override
  public String toString() {
    return "TestPeer[" + id().shortForm() + "]";
  }
}
