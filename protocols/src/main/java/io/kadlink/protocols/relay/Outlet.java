package io.kadlink.protocols.relay;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.protocols.relay.wire.RelayCodec;
import io.kadlink.protocols.relay.wire.RelayMessage;
import io.kadlink.protocols.relay.wire.RelayMessage.Data;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.tuweni.bytes.Bytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way out through one session, shared by its circuits. Control messages go first; then circuits
 * with bytes and credit take turns, one DATA each, so none starves the others. Only so much is put
 * into the session's own queue that what else it carries is not held up; the rest waits here, under
 * each circuit's credit. Confined to the loop.
 */
final class Outlet {
  /**
   * DATA waits while the session has this much of ours to write. Small, so that circuits take turns
   * here and not in the order in which they filled a long queue.
   */
  static final long HIGH_WATER_BYTES = 256 * 1024;

  /** What relay may have waiting; DATA, being of low priority, gets half of it. */
  static final long MAX_PENDING_BYTES = 2 * HIGH_WATER_BYTES;

  /**
   * Control messages that may wait for a session that takes none. A peer that makes us answer
   * without reading what we say is dropped beyond it.
   */
  static final int MAX_WAITING_CONTROL = 4096;

  private static final Logger log = LoggerFactory.getLogger(Outlet.class);

  private final Peer peer;
  private final Protocol protocol;
  private final Loop loop;
  private final ArrayDeque<RelayMessage> control = new ArrayDeque<>();
  private final Set<Leg> turns = new LinkedHashSet<>();
  private boolean pumping;
  private boolean closed;

  Outlet(Peer peer, Protocol protocol, Loop loop) {
    this.peer = peer;
    this.protocol = protocol;
    this.loop = loop;
  }

  /** Sends a message ahead of all DATA that waits. */
  void say(RelayMessage message) {
    loop.assertInLoop();
    if (closed) {
      return;
    }
    if (control.isEmpty() && transmit(message)) {
      return;
    }
    if (control.size() >= MAX_WAITING_CONTROL) {
      log.debug(
          "relay: {} takes none of {} messages, disconnecting",
          peer.id().shortForm(),
          MAX_WAITING_CONTROL);
      close();
      peer.disconnect(DisconnectReason.USELESS_PEER);
      return;
    }
    control.add(message);
  }

  /** There is room again. */
  void writable() {
    loop.assertInLoop();
    if (!closed) {
      pump();
    }
  }

  /** {@code leg} may have something to send. */
  void ready(Leg leg) {
    loop.assertInLoop();
    if (!closed && leg.hasSendable()) {
      turns.add(leg);
      pump();
    }
  }

  void forget(Leg leg) {
    turns.remove(leg);
  }

  void close() {
    closed = true;
    control.clear();
    turns.clear();
  }

  /** What a leg does when its bytes are taken may come back here: once is enough. */
  private void pump() {
    if (pumping) {
      return;
    }
    pumping = true;
    try {
      while (!control.isEmpty() && transmit(control.getFirst())) {
        control.removeFirst();
      }
      while (control.isEmpty() && !turns.isEmpty() && takeTurn()) {
        // until there is no room, and then until there is again
      }
    } finally {
      pumping = false;
    }
  }

  private boolean takeTurn() {
    Leg leg = turns.iterator().next();
    if (!leg.hasSendable()) {
      turns.remove(leg);
      return true;
    }
    Data data = leg.next();
    if (!transmit(data)) {
      return false; // it stays the first
    }
    turns.remove(leg);
    leg.took(data);
    if (leg.hasSendable()) {
      turns.add(leg);
    }
    return true;
  }

  /** What there is no room for is kept by the caller until it is {@link #writable}. */
  private boolean transmit(RelayMessage message) {
    int code = RelayCodec.code(message);
    Bytes payload = RelayCodec.encode(message);
    return peer.hasRoom(protocol, code, payload.size()) && peer.send(protocol, code, payload);
  }
}
