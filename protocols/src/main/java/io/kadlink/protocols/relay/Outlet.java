package io.kadlink.protocols.relay;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.protocols.relay.wire.RelayCodec;
import io.kadlink.protocols.relay.wire.RelayMessage;
import io.kadlink.protocols.relay.wire.RelayMessage.Data;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;
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
   * DATA waits while the session has this much to write. Small, so that other protocols' messages
   * stand behind a quarter of a megabyte at most.
   */
  static final long HIGH_WATER_BYTES = 256 * 1024;

  /**
   * Control messages that may wait for a session that takes none. A peer that makes us answer
   * without reading what we say is dropped beyond it.
   */
  static final int MAX_WAITING_CONTROL = 4096;

  /** A full session is looked at again after this, then half as often each time. */
  static final Duration FIRST_RETRY = Duration.ofMillis(2);

  static final Duration LAST_RETRY = Duration.ofMillis(64);

  private static final Logger log = LoggerFactory.getLogger(Outlet.class);

  private final Peer peer;
  private final Protocol protocol;
  private final Loop loop;
  private final ArrayDeque<RelayMessage> control = new ArrayDeque<>();
  private final Set<Leg> turns = new LinkedHashSet<>();
  private Duration retry = FIRST_RETRY;
  private Loop.@Nullable Timer timer;
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
    waitForRoom();
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
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  /** What a leg does when its bytes are taken may come back here: once is enough. */
  private void pump() {
    if (pumping || timer != null) {
      return;
    }
    pumping = true;
    try {
      while (!control.isEmpty()) {
        if (!transmit(control.getFirst())) {
          waitForRoom();
          return;
        }
        control.removeFirst();
      }
      while (!turns.isEmpty()) {
        if (peer.pendingBytes() >= HIGH_WATER_BYTES || !takeTurn()) {
          waitForRoom();
          return;
        }
        retry = FIRST_RETRY;
      }
    } finally {
      pumping = false;
    }
  }

  private boolean takeTurn() {
    Leg leg = turns.iterator().next();
    turns.remove(leg);
    if (leg.hasSendable()) {
      Data data = leg.next();
      if (!transmit(data)) {
        turns.add(leg);
        return false;
      }
      leg.took(data);
      if (leg.hasSendable()) {
        turns.add(leg);
      }
    }
    return true;
  }

  private boolean transmit(RelayMessage message) {
    Bytes payload = RelayCodec.encode(message);
    return peer.send(protocol, RelayCodec.code(message), payload);
  }

  private void waitForRoom() {
    if (timer == null && !closed) {
      timer =
          loop.schedule(
              retry,
              () -> {
                timer = null;
                pump();
              });
      Duration twice = retry.multipliedBy(2);
      retry = twice.compareTo(LAST_RETRY) < 0 ? twice : LAST_RETRY;
    }
  }
}
