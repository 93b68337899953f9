package io.kadlink.server;

import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.RlpxConnection;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.rlpx.wire.SharedCapability;
import io.kadlink.server.admission.Slot;
import io.kadlink.server.membership.Membership;
import io.kadlink.server.reputation.Behaviour;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A peer over an RLPx connection: hands its messages to the protocols' loops, and reads no faster
 * than they work.
 */
final class Session implements Peer, RlpxConnection.Listener {
  private final RlpxConnection connection;
  private final Slot slot;
  private final Optional<PublicKey> relay;
  private final Instant connectedAt;
  private final String clientName;
  private final List<Spoken> spoken;
  private final Reports reports;
  private final AtomicReference<@Nullable String> ending = new AtomicReference<>();
  private volatile Optional<NodeRecord> record;
  private volatile Optional<Membership> membership = Optional.empty();

  /** A capability of this session, who handles it, and the way there. */
  private record Spoken(SharedCapability shared, ProtocolHost host, Inbox inbox) {}

  /** Who hears what a peer did; any thread. */
  interface Reports {
    void reported(Session session, Behaviour behaviour, String detail);
  }

  Session(
      RlpxConnection connection,
      Slot slot,
      Optional<PublicKey> relay,
      Optional<NodeRecord> record,
      Instant connectedAt,
      List<ProtocolHost> hosts,
      Reports reports) {
    this.connection = connection;
    this.slot = slot;
    this.relay = relay;
    this.record = record;
    this.connectedAt = connectedAt;
    this.clientName = connection.remoteHello().clientId();
    this.reports = reports;
    this.spoken = spoken(connection, hosts, new ReadGauge(connection));
  }

  private List<Spoken> spoken(
      RlpxConnection connection, List<ProtocolHost> hosts, ReadGauge gauge) {
    List<Spoken> result = new ArrayList<>();
    for (SharedCapability shared : connection.capabilities()) {
      for (ProtocolHost host : hosts) {
        if (host.capability().equals(shared.capability())) {
          Inbox inbox = new Inbox(this, host, gauge.level(host.traffic().pauses()));
          result.add(new Spoken(shared, host, inbox));
        }
      }
    }
    return List.copyOf(result);
  }

  Slot slot() {
    return slot;
  }

  RlpxConnection connection() {
    return connection;
  }

  void setRecord(NodeRecord record) {
    this.record = Optional.of(record);
  }

  void setMembership(Membership membership) {
    this.membership = Optional.of(membership);
  }

  /** Tells the protocols, then lets messages come. */
  void open() {
    for (Spoken each : spoken) {
      each.host().connected(this);
    }
    connection.start(this);
  }

  /**
   * The connection is gone: tells the protocols, after all their messages. What a peer sent before
   * its goodbye is not lost for the goodbye, however late a protocol comes to it.
   */
  void closed(DisconnectReason reason) {
    for (Spoken each : spoken) {
      each.inbox().disconnected(reason);
    }
  }

  @Override
  public void message(SharedCapability capability, int id, Bytes payload) throws ProtocolViolation {
    for (Spoken each : spoken) {
      if (each.shared().equals(capability)) {
        each.inbox().message(id - capability.offset(), payload);
        return;
      }
    }
    throw new ProtocolViolation(
        DisconnectReason.PROTOCOL_BREACH, "message " + id + " of no protocol we share");
  }

  @Override
  public void writable(SharedCapability capability) {
    for (Spoken each : spoken) {
      if (each.shared().equals(capability)) {
        each.host().writable(this);
      }
    }
  }

  /** Whether we ended it: we are not interested in its messages any more. */
  boolean endedByUs() {
    return ending.get() != null;
  }

  /** Why we ended it, when we did. */
  Optional<String> endedBecause() {
    return Optional.ofNullable(ending.get());
  }

  /** Says goodbye with {@code reason}; {@code why} is for our log. The first call counts. */
  CompletionStage<Void> end(DisconnectReason reason, String why) {
    ending.compareAndSet(null, why);
    return connection.disconnect(reason);
  }

  @Override
  public CompletionStage<Void> disconnect(DisconnectReason reason) {
    return end(reason, reason.toString());
  }

  @Override
  public boolean send(Protocol protocol, int code, Bytes payload) {
    Spoken target = spoken(protocol, code);
    boolean queued =
        !endedByUs()
            && connection.send(
                target.shared().offset() + code, payload, target.host().priority(code));
    if (queued) {
      target.host().traffic().sent(code, payload.size());
    } else {
      target.host().traffic().droppedOut().increment();
    }
    return queued;
  }

  @Override
  public boolean hasRoom(Protocol protocol, int code, int payloadBytes) {
    Spoken target = spoken(protocol, code);
    int id = target.shared().offset() + code;
    return !endedByUs() && connection.hasRoom(id, payloadBytes, target.host().priority(code));
  }

  private Spoken spoken(Protocol protocol, int code) {
    Capability capability = protocol.capability();
    for (Spoken each : spoken) {
      if (each.host().capability().equals(capability)) {
        int count = each.shared().messageCount();
        if (code < 0 || code >= count) {
          throw new IllegalArgumentException(
              capability + " has messages 0 to " + (count - 1) + ", not " + code);
        }
        return each;
      }
    }
    throw new IllegalArgumentException(this + " does not speak " + capability);
  }

  @Override
  public NodeId id() {
    return connection.remoteKey().id();
  }

  @Override
  public PublicKey publicKey() {
    return connection.remoteKey();
  }

  @Override
  public Optional<NodeRecord> record() {
    return record;
  }

  @Override
  public Optional<Membership> membership() {
    return membership;
  }

  @Override
  public String clientName() {
    return clientName;
  }

  @Override
  public List<Capability> remoteCapabilities() {
    return connection.remoteHello().capabilities();
  }

  @Override
  public List<Capability> capabilities() {
    return spoken.stream().map(each -> each.shared().capability()).toList();
  }

  @Override
  public SocketAddress remoteAddress() {
    return connection.remoteAddress();
  }

  @Override
  public SocketAddress localAddress() {
    return connection.localAddress();
  }

  @Override
  public boolean inbound() {
    return connection.inbound();
  }

  @Override
  public Optional<PublicKey> relay() {
    return relay;
  }

  @Override
  public Instant connectedAt() {
    return connectedAt;
  }

  @Override
  public Optional<Duration> roundTrip() {
    return connection.roundTrip();
  }

  @Override
  public void report(Behaviour behaviour, String detail) {
    reports.reported(this, behaviour, detail);
  }

  @Override
  public long pendingBytes() {
    return connection.pendingBytes();
  }

  @Override
  public String toString() {
    return "Peer["
        + id().shortForm()
        + " "
        + clientName
        + (inbound() ? " accepted" : " dialed")
        + relay.map(key -> " via " + key.id().shortForm()).orElse("")
        + "]";
  }
}
