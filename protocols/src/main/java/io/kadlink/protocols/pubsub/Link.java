package io.kadlink.protocols.pubsub;

import io.kadlink.identity.NodeId;
import io.kadlink.protocols.pubsub.wire.Packet;
import io.kadlink.protocols.pubsub.wire.PubSubCodec;
import io.kadlink.protocols.pubsub.wire.Topic;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.reputation.Behaviour;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.tuweni.bytes.Bytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the router knows of one session. Confined to the protocol's loop. */
final class Link {
  private static final Logger LOG = LoggerFactory.getLogger(Link.class);

  /** What the peer has used of its allowances since the last heartbeat. */
  static final class Allowance {
    int iHavePackets;
    int idsHeard;
    int idsAsked;
    int bytesServed;
    boolean promiseBroken;
    boolean iWantFlooded;
  }

  private final NodeId id;
  private final boolean outbound;
  private final Outlet outlet;
  private final PubSubMetrics metrics;

  /** Topics the peer is subscribed to. */
  private final Set<Topic> topics = new LinkedHashSet<>();

  /** Topics the peer was told that we are subscribed to. */
  private final Set<Topic> told = new LinkedHashSet<>();

  private Allowance allowance = new Allowance();
  private int faults;
  private boolean gone;

  Link(NodeId id, boolean outbound, Outlet outlet, PubSubMetrics metrics) {
    this.id = id;
    this.outbound = outbound;
    this.outlet = outlet;
    this.metrics = metrics;
  }

  NodeId id() {
    return id;
  }

  /** Whether we dialed it. */
  boolean outbound() {
    return outbound;
  }

  Set<Topic> topics() {
    return topics;
  }

  Set<Topic> told() {
    return told;
  }

  Allowance allowance() {
    return allowance;
  }

  void renewAllowance() {
    allowance = new Allowance();
  }

  boolean send(Packet packet) {
    return send(packet.code(), PubSubCodec.encode(packet));
  }

  boolean send(int code, Bytes encoded) {
    if (gone) {
      return false;
    }
    boolean taken = outlet.send(code, encoded);
    if (!taken) {
      metrics.drop(DropReason.PEER_QUEUE_FULL);
      LOG.debug("packet {} for {} dropped: its session did not take it", code, id.shortForm());
    }
    return taken;
  }

  void fault(Fault fault) {
    faults++;
    metrics.fault(fault);
    outlet.report(
        fault == Fault.REJECTED_MESSAGE ? Behaviour.INVALID_CONTENT : Behaviour.MINOR_FAULT,
        "pubsub: " + fault);
    LOG.debug("{} noted for {}, it has {} faults now", fault.tag(), id.shortForm(), faults);
  }

  int faults() {
    return faults;
  }

  void forgiveOne() {
    faults = Math.max(0, faults - 1);
  }

  /** The session ended; nothing is sent from here on. */
  void close() {
    gone = true;
  }

  boolean isGone() {
    return gone;
  }

  void disconnect(DisconnectReason reason) {
    if (!gone) {
      outlet.disconnect(reason);
    }
  }

  @Override
  public String toString() {
    return id.shortForm();
  }
}
