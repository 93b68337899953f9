package io.kadlink.protocols.relay;

import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.protocols.relay.wire.RelayCodec;
import io.kadlink.protocols.relay.wire.RelayMessage;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Priority;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.reputation.Behaviour;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/** One end of a link: what {@code owner} sees of {@code remote}. */
final class ScenePeer implements Peer {
  private final Scene scene;
  final SceneNode owner;
  final SceneNode remote;
  private final boolean inbound;
  private final Optional<SceneNode> through;
  @Nullable ScenePeer mirror;

  /** Each message sent over this end, decoded. */
  final List<RelayMessage> sent = new ArrayList<>();

  /** When set, {@link #send} takes nothing. */
  private boolean full;

  private boolean refused;

  /** When set, what is sent stays in the outbound queue. */
  boolean stalled;

  /** The most that ever was in the outbound queue. */
  long highestPending;

  private final ArrayDeque<Message> outbound = new ArrayDeque<>();
  private long pending;
  private boolean over;

  private record Message(int code, Bytes payload) {}

  ScenePeer(
      Scene scene,
      SceneNode owner,
      SceneNode remote,
      boolean inbound,
      Optional<SceneNode> through) {
    this.scene = scene;
    this.owner = owner;
    this.remote = remote;
    this.inbound = inbound;
    this.through = through;
  }

  /** From now on nothing is taken, or things are again. */
  void setFull(boolean full) {
    this.full = full;
    tellRoom();
  }

  @Override
  public boolean hasRoom(Protocol protocol, int code, int payloadBytes) {
    long most = protocol.maxPendingBytes();
    if (protocol.priority(code) == Priority.LOW) {
      most /= 2;
    }
    boolean room = !over && !full && (pending == 0 || pending + payloadBytes <= most);
    refused |= !room;
    return room;
  }

  private void tellRoom() {
    if (refused && !full && pending <= owner.protocol().maxPendingBytes() / 4) {
      refused = false;
      scene.loop.execute(() -> owner.protocol().writable(this));
    }
  }

  @Override
  public boolean send(Protocol protocol, int code, Bytes payload) {
    if (!hasRoom(protocol, code, payload.size())) {
      return false;
    }
    try {
      sent.add(RelayCodec.decode(code, payload));
    } catch (ProtocolViolation e) {
      throw new AssertionError("we sent what we would refuse", e);
    }
    transmit(code, payload);
    return true;
  }

  /** Sends whatever bytes, as a peer with other software might. */
  void transmit(int code, Bytes payload) {
    outbound.add(new Message(code, payload));
    pending += payload.size();
    highestPending = Math.max(highestPending, pending);
    if (!stalled) {
      flush();
    }
  }

  /** Sends a well-formed message that this node's own code would not. */
  void transmit(RelayMessage message) {
    transmit(RelayCodec.code(message), RelayCodec.encode(message));
  }

  void release() {
    stalled = false;
    flush();
  }

  private void flush() {
    while (!outbound.isEmpty()) {
      Message message = outbound.removeFirst();
      scene.loop.schedule(
          Scene.LATENCY,
          () -> {
            pending -= message.payload.size();
            tellRoom();
            mirrored().receive(message);
          });
    }
  }

  private void receive(Message message) {
    if (over || owner.scripted) {
      return;
    }
    try {
      owner.protocol().message(this, message.code, message.payload);
    } catch (ProtocolViolation e) {
      owner.violations.add(remote.name + " " + e.getMessage());
      disconnect(e.reason());
    }
  }

  @Override
  public CompletionStage<Void> disconnect(DisconnectReason reason) {
    if (!over) {
      scene.loop.schedule(Scene.LATENCY, () -> mirrored().end(reason));
      end(reason);
    }
    return CompletableFuture.completedFuture(null);
  }

  private void end(DisconnectReason reason) {
    if (!over) {
      over = true;
      outbound.clear();
      owner.detach(this, reason);
    }
  }

  boolean isOver() {
    return over;
  }

  List<RelayMessage> takeSent() {
    List<RelayMessage> taken = List.copyOf(sent);
    sent.clear();
    return taken;
  }

  private ScenePeer mirrored() {
    if (mirror == null) {
      throw new AssertionError("no other end");
    }
    return mirror;
  }

  @Override
  public NodeId id() {
    return remote.key.id();
  }

  @Override
  public PublicKey publicKey() {
    return remote.key.publicKey();
  }

  @Override
  public Optional<NodeRecord> record() {
    return remote.listens ? Optional.of(remote.localRecord()) : Optional.empty();
  }

  @Override
  public String clientName() {
    return remote.name;
  }

  @Override
  public List<Capability> remoteCapabilities() {
    return capabilities();
  }

  @Override
  public List<Capability> capabilities() {
    return remote.speaksRelay && owner.speaksRelay
        ? List.of(owner.protocol().capability())
        : List.of(new Capability("eth", 68));
  }

  @Override
  public SocketAddress localAddress() {
    return remoteAddress();
  }

  @Override
  public SocketAddress remoteAddress() {
    return remote.endpoint();
  }

  @Override
  public boolean inbound() {
    return inbound;
  }

  @Override
  public Optional<PublicKey> relay() {
    return through.map(node -> node.key.publicKey());
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
  public void report(Behaviour behaviour, String detail) {}

  @Override
  public long pendingBytes() {
    return pending;
  }

  @Override
  public String toString() {
    return owner.name + (inbound ? "<-" : "->") + remote.name;
  }
}
