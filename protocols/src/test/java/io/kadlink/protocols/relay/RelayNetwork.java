package io.kadlink.protocols.relay;

import io.kadlink.discovery.Node;
import io.kadlink.protocols.relay.wire.AnnouncedRelay;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.ProtocolContext;
import io.kadlink.server.Server;
import io.kadlink.server.ServerBuilder;
import io.kadlink.server.ServerEvent;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.Echo;
import io.kadlink.server.testing.TestNetwork;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.apache.tuweni.bytes.Bytes;

/** Real servers on loopback that speak relay/1 and echo. */
final class RelayNetwork implements AutoCloseable {
  private final TestNetwork network = new TestNetwork();

  /** A server, its relay protocol, and what went by. */
  static final class Member {
    final Relay relay;
    final Echo echo = new Echo();
    final Server server;
    final List<ServerEvent> events = new CopyOnWriteArrayList<>();

    /** Each relay message that came in, as it came. */
    final List<Bytes> passed = new CopyOnWriteArrayList<>();

    Member(
        TestNetwork network,
        RelayOptions options,
        boolean listens,
        UnaryOperator<ServerBuilder> more) {
      relay = Relay.of(options);
      server =
          network.server(
              builder ->
                  more.apply(
                      builder.protocols(new Tap(relay.protocol(), passed), echo).listen(listens)));
      server.events(events::add);
    }

    List<Circuit> circuits() {
      return Await.value(relay.circuits());
    }

    /** As discovery would hand it out, with the record it has now. */
    Node discovered() {
      return new Node(
          server.record().publicKey(),
          new InetSocketAddress(
              InetAddress.getLoopbackAddress(), Math.max(1, server.enode().tcpPort())),
          server.enode().tcpPort(),
          Optional.of(server.record()));
    }

    Optional<ServerEvent.PeerDisconnected> lost(Member other) {
      return events.stream()
          .filter(ServerEvent.PeerDisconnected.class::isInstance)
          .map(ServerEvent.PeerDisconnected.class::cast)
          .filter(event -> event.peer().id().equals(other.server.id()))
          .findFirst();
    }
  }

  Member relay() {
    return relay(RelayOptions.listening());
  }

  Member relay(RelayOptions options) {
    return relay(options, more -> more);
  }

  Member relay(RelayOptions options, UnaryOperator<ServerBuilder> more) {
    return new Member(network, options, true, more);
  }

  Member hidden() {
    return hidden(more -> more);
  }

  Member hidden(UnaryOperator<ServerBuilder> more) {
    return new Member(network, RelayOptions.dialOnly(), false, more);
  }

  /** A server without relay/1's own code: the test plays the protocol. */
  Server server(Protocol... protocols) {
    return network.server(protocols);
  }

  /** Joins the members to {@code relay} and waits until their records say so. */
  void join(Member relay, Member... members) {
    for (Member member : members) {
      network.connect(member.server, relay.server);
    }
    for (Member member : members) {
      Await.until(
          "the record announces the relay",
          () ->
              AnnouncedRelay.of(member.server.record()).stream()
                  .anyMatch(announced -> announced.id().equals(relay.server.id())));
    }
  }

  Peer dial(Member from, Member to) {
    return Await.value(from.server.connect(to.discovered()));
  }

  /** Sends {@code payload} over and waits for it to come back. */
  static void echo(Member from, Member to, Bytes payload) {
    int before = from.echo.received(Echo.ANSWER).size();
    Peer peer = from.server.peer(to.server.id()).orElseThrow();
    if (!peer.send(from.echo, Echo.ASK, payload)) {
      throw new AssertionError("not sent");
    }
    Await.until("the answer is there", () -> from.echo.received(Echo.ANSWER).size() > before);
    if (!from.echo.received(Echo.ANSWER).getLast().equals(payload)) {
      throw new AssertionError("another answer");
    }
  }

  @Override
  public void close() {
    network.close();
  }

  /** Passes everything on, and keeps what came in. */
  private record Tap(Protocol inner, List<Bytes> passed) implements Protocol {
    @Override
    public String name() {
      return inner.name();
    }

    @Override
    public int version() {
      return inner.version();
    }

    @Override
    public int messageCount() {
      return inner.messageCount();
    }

    @Override
    public void start(ProtocolContext context) {
      inner.start(context);
    }

    @Override
    public void connected(Peer peer) {
      inner.connected(peer);
    }

    @Override
    public void message(Peer peer, int code, Bytes payload) throws ProtocolViolation {
      if (passed.size() < 10_000) {
        passed.add(payload);
      }
      inner.message(peer, code, payload);
    }

    @Override
    public void disconnected(Peer peer, DisconnectReason reason) {
      inner.disconnected(peer, reason);
    }

    @Override
    public void stop() {
      inner.stop();
    }
  }
}
