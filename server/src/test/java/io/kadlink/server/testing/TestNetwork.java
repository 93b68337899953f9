package io.kadlink.server.testing;

import io.kadlink.identity.NodeKey;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.Server;
import io.kadlink.server.ServerBuilder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.UnaryOperator;

/**
 * Real servers on loopback, on real sockets and free ports, all stopped by {@link #close()}.
 *
 * <pre>{@code
 * try (TestNetwork network = new TestNetwork()) {
 *   Server a = network.server(new Echo());
 *   Server b = network.server(new Echo());
 *   Peer bAsSeenByA = network.connect(a, b);
 * }
 * }</pre>
 */
public final class TestNetwork implements AutoCloseable {
  private final Deque<Server> servers = new ArrayDeque<>();

  /** A server with these protocols, without discovery. */
  public Server server(Protocol... protocols) {
    return server(builder -> builder.protocols(protocols));
  }

  /** A server on a free port of 127.0.0.1, without discovery unless {@code options} turn it on. */
  public Server server(UnaryOperator<ServerBuilder> options) {
    Server server = options.apply(builder()).start();
    servers.push(server);
    return server;
  }

  /** What {@link #server} starts from. */
  public static ServerBuilder builder() {
    return Server.builder().key(NodeKey.generate()).host("127.0.0.1").port(0).discovery(false);
  }

  /** Dials and waits until both ends have their peer; returns {@code dialer}'s. */
  public Peer connect(Server dialer, Server listener) {
    Peer peer = Await.value(dialer.connect(listener.enode()));
    Await.until(
        "the dialed server has its peer, too", () -> listener.peer(dialer.id()).isPresent());
    return peer;
  }

  /** The peer that {@code server} has of {@code other}; waits for it. */
  public Peer peer(Server server, Server other) {
    Await.until(
        server.id().shortForm() + " has " + other.id().shortForm() + " as a peer",
        () -> server.peer(other.id()).isPresent());
    return server.peer(other.id()).orElseThrow();
  }

  @Override
  public void close() {
    while (!servers.isEmpty()) {
      servers.pop().close();
    }
  }
}
