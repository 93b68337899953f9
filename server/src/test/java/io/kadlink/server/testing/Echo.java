package io.kadlink.server.testing;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.ProtocolContext;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/** Answers message 0 with message 1, and remembers all that happens to it. */
public class Echo implements Protocol {
  public static final int ASK = 0;
  public static final int ANSWER = 1;

  private final int version;
  private final List<Event> events = new CopyOnWriteArrayList<>();
  private volatile @Nullable ProtocolContext context;

  /** What happened, in order. */
  public sealed interface Event {
    Peer peer();
  }

  public record Connected(Peer peer) implements Event {}

  public record Message(Peer peer, int code, Bytes payload) implements Event {}

  public record Disconnected(Peer peer, DisconnectReason reason) implements Event {}

  public Echo() {
    this(1);
  }

  public Echo(int version) {
    this.version = version;
  }

  @Override
  public String name() {
    return "echo";
  }

  @Override
  public int version() {
    return version;
  }

  @Override
  public int messageCount() {
    return 2;
  }

  @Override
  public void start(ProtocolContext context) {
    this.context = context;
  }

  @Override
  public void connected(Peer peer) {
    context().loop().assertInLoop();
    events.add(new Connected(peer));
  }

  @Override
  public void message(Peer peer, int code, Bytes payload) throws ProtocolViolation {
    context().loop().assertInLoop();
    events.add(new Message(peer, code, payload));
    if (code == ASK) {
      peer.send(this, ANSWER, payload);
    }
  }

  @Override
  public void disconnected(Peer peer, DisconnectReason reason) {
    context().loop().assertInLoop();
    events.add(new Disconnected(peer, reason));
  }

  public ProtocolContext context() {
    return Objects.requireNonNull(context, "not started");
  }

  public Loop loop() {
    return context().loop();
  }

  public List<Event> events() {
    return List.copyOf(events);
  }

  public List<Bytes> received(int code) {
    return events.stream()
        .filter(Message.class::isInstance)
        .map(Message.class::cast)
        .filter(message -> message.code() == code)
        .map(Message::payload)
        .toList();
  }

  /** How many sessions it has: connected and not yet disconnected. */
  public int open() {
    int open = 0;
    for (Event event : events) {
      open += event instanceof Connected ? 1 : event instanceof Disconnected ? -1 : 0;
    }
    return open;
  }
}
