package io.kadlink.testnet.sim.scenario;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.ProtocolContext;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.tuweni.bytes.Bytes;

/** What simulated servers have to say: a little to each peer, now and then. */
final class Chatter implements Protocol {
  static final String NAME = "chat";
  static final int VERSION = 1;
  static final int MESSAGES = 1;

  private static final Duration EVERY = Duration.ofSeconds(20);
  private static final int BYTES = 100;

  private final Set<Peer> peers = new LinkedHashSet<>();

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int version() {
    return VERSION;
  }

  @Override
  public int messageCount() {
    return MESSAGES;
  }

  @Override
  public void start(ProtocolContext context) {
    Loop loop = context.loop();
    Duration first = Duration.ofNanos(context.random().nextLong(EVERY.toNanos()));
    loop.schedule(first, () -> loop.repeat(EVERY, this::speak));
  }

  private void speak() {
    Bytes words = Bytes.wrap(new byte[BYTES]);
    peers.forEach(peer -> peer.send(this, 0, words));
  }

  @Override
  public void connected(Peer peer) {
    peers.add(peer);
  }

  @Override
  public void message(Peer peer, int code, Bytes payload) {}

  @Override
  public void disconnected(Peer peer, DisconnectReason reason) {
    peers.remove(peer);
  }
}
