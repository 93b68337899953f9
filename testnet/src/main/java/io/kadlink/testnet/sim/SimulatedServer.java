package io.kadlink.testnet.sim;

import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.server.Peer;
import io.kadlink.server.Server;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A whole server of a simulated network. Touched between tasks only. */
public final class SimulatedServer {
  private final NodeKey key;
  private final VirtualLoop loop;
  private final VirtualNetwork.Socket socket;
  private final VirtualTcp.Host host;
  private final CompletableFuture<Server> server;
  private final Duration joined;
  private boolean live = true;

  SimulatedServer(
      NodeKey key,
      VirtualLoop loop,
      VirtualNetwork.Socket socket,
      VirtualTcp.Host host,
      CompletableFuture<Server> server,
      Duration joined) {
    this.key = key;
    this.loop = loop;
    this.socket = socket;
    this.host = host;
    this.server = server;
    this.joined = joined;
  }

  public NodeId id() {
    return key.id();
  }

  public NodeKey key() {
    return key;
  }

  /** Where others reach it, over UDP and TCP. */
  public InetSocketAddress address() {
    return socket.localAddress();
  }

  public Enode enode() {
    InetSocketAddress address = address();
    return Enode.of(key.publicKey(), address.getAddress(), address.getPort(), address.getPort());
  }

  /** When it started, after the start of time. */
  public Duration joined() {
    return joined;
  }

  /**
   * The server.
   *
   * @throws IllegalStateException while it starts
   */
  public Server server() {
    Server started = server.getNow(null);
    if (started == null) {
      throw new IllegalStateException("the server has not started: " + server);
    }
    return started;
  }

  /** Its peers at this moment; none while it starts, and none when it has vanished. */
  public List<Peer> peers() {
    Server started = live ? server.getNow(null) : null;
    return started == null ? List.of() : started.peers();
  }

  /** Does something as the server's own loop would. */
  public void run(Runnable task) {
    loop.run(task);
  }

  /** In which part of a split network it is. */
  public void side(int part) {
    socket.side(part);
    host.side(part);
  }

  /** It says goodbye to its peers and stops; it is still there, for some seconds. */
  public void stop() {
    loop.run(() -> server().stop());
  }

  void vanish() {
    live = false;
    loop.run(() -> loop.log(EventKind.LEAVE, Endpoints.number(address()), 0, 0));
    loop.end();
    host.close();
    var unused = socket.close();
  }
}
