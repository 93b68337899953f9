package io.kadlink.protocols.relay;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import io.kadlink.protocols.relay.wire.RelayMessage;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A session with a peer that speaks relay/1: its circuits by id. The side that dialed numbers the
 * circuits it asks for 1, 3, 5, ..., the other 2, 4, 6, ...; ids only rise, so a message for a
 * circuit that is over can be told from one for a circuit that never was. Confined to the loop.
 */
final class RelaySession {
  private final Peer peer;
  private final Loop loop;
  private final Outlet outlet;
  private final Map<Integer, Leg> legs = new HashMap<>();
  private final int remoteParity;
  private int highestRemote;
  private int nextLocal;

  RelaySession(Peer peer, Protocol protocol, Loop loop) {
    this.peer = peer;
    this.loop = loop;
    this.outlet = new Outlet(peer, protocol, loop);
    this.remoteParity = peer.inbound() ? 1 : 0;
    this.nextLocal = peer.inbound() ? 2 : 1;
  }

  Peer peer() {
    return peer;
  }

  NodeId id() {
    return peer.id();
  }

  /** Whether a relay carries this session; no circuit goes through it. */
  boolean relayed() {
    return peer.relay().isPresent();
  }

  Outlet outlet() {
    return outlet;
  }

  void say(RelayMessage message) {
    outlet.say(message);
  }

  /** A circuit that we ask for; the caller sends the HOP or STOP with its id. */
  Leg ask(LegEvents events) throws CircuitException {
    loop.assertInLoop();
    if (nextLocal < 0) {
      throw new CircuitException("this session has no circuit ids left");
    }
    Leg leg = new Leg(nextLocal, this, loop, events, true);
    nextLocal += 2; // past the largest id it turns negative
    legs.put(leg.id(), leg);
    return leg;
  }

  /** A circuit that the remote asks for. */
  Leg asked(int circuit, LegEvents events) throws ProtocolViolation {
    if ((circuit & 1) != remoteParity || circuit <= highestRemote) {
      throw violation(
          "asks for circuit %d; its ids are %s and rise, the last was %d"
              .formatted(circuit, remoteParity == 1 ? "odd" : "even", highestRemote));
    }
    highestRemote = circuit;
    Leg leg = new Leg(circuit, this, loop, events, false);
    legs.put(circuit, leg);
    return leg;
  }

  /**
   * The circuit of this id; empty when it is over already, since messages cross.
   *
   * @throws ProtocolViolation when there never was one
   */
  Optional<Leg> leg(int circuit) throws ProtocolViolation {
    Leg leg = legs.get(circuit);
    if (leg == null) {
      boolean was =
          (circuit & 1) == remoteParity
              ? circuit <= highestRemote
              : nextLocal < 0 || circuit < nextLocal;
      if (!was) {
        throw violation("speaks of circuit %d, which never was".formatted(circuit));
      }
    }
    return Optional.ofNullable(leg);
  }

  void forget(Leg leg) {
    legs.remove(leg.id());
    outlet.forget(leg);
  }

  /** The session is gone, and with it its circuits. */
  void over(DisconnectReason reason) {
    loop.assertInLoop();
    outlet.close();
    for (Leg leg : List.copyOf(legs.values())) {
      leg.lost(reason);
    }
  }

  private static ProtocolViolation violation(String message) {
    return new ProtocolViolation(DisconnectReason.SUBPROTOCOL_ERROR, message);
  }
}
