package io.kadlink.server.nat;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.udp.DatagramHandler;
import io.kadlink.discovery.udp.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/** A network on virtual time: servers are functions, every datagram takes a millisecond. */
final class Town implements Surroundings {
  private static final Duration LATENCY = Duration.ofMillis(1);

  /** A datagram on its way to the one who asked. */
  record Letter(InetSocketAddress from, byte[] bytes) {}

  interface Server {
    List<Letter> answer(InetSocketAddress asker, byte[] request);
  }

  private final Loop loop;
  private final Map<InetSocketAddress, Server> servers = new LinkedHashMap<>();
  private final Map<String, List<InetAddress>> names = new LinkedHashMap<>();
  List<Route> routes = List.of();
  Function<HttpQuestion, Optional<HttpAnswer>> web = question -> Optional.empty();
  final List<Duration> sendings = new ArrayList<>();
  int openSockets;
  boolean closed;
  private int nextPort = 40_000;

  Town(Loop loop) {
    this.loop = loop;
  }

  void server(InetSocketAddress at, Server server) {
    servers.put(at, server);
  }

  void name(String host, InetAddress... addresses) {
    names.put(host, List.of(addresses));
  }

  @Override
  public void routes(Consumer<List<Route>> done) {
    List<Route> now = routes;
    loop.execute(() -> done.accept(now));
  }

  @Override
  public void resolve(String host, Consumer<List<InetAddress>> done) {
    loop.execute(() -> done.accept(names.getOrDefault(host, List.of())));
  }

  @Override
  public void socket(
      InetAddress local, DatagramHandler handler, Consumer<Optional<Transport>> done) {
    openSockets++;
    Socket socket = new Socket(new InetSocketAddress(local, nextPort++), handler);
    loop.execute(() -> done.accept(Optional.of(socket)));
  }

  @Override
  public void http(HttpQuestion question, Duration limit, Consumer<Optional<HttpAnswer>> done) {
    Optional<HttpAnswer> answer = web.apply(question);
    loop.schedule(answer.isPresent() ? LATENCY : limit, () -> done.accept(answer));
  }

  @Override
  public void close() {
    closed = true;
  }

  private final class Socket implements Transport {
    private final InetSocketAddress at;
    private final DatagramHandler handler;
    private boolean open = true;

    Socket(InetSocketAddress at, DatagramHandler handler) {
      this.at = at;
      this.handler = handler;
    }

    @Override
    public InetSocketAddress localAddress() {
      return at;
    }

    @Override
    public void send(InetSocketAddress to, byte[] datagram) {
      sendings.add(Duration.ofNanos(loop.nanoTime()));
      Server server = servers.get(to);
      if (server == null) {
        return;
      }
      for (Letter letter : server.answer(at, datagram)) {
        loop.schedule(
            LATENCY,
            () -> {
              if (open) {
                handler.received(letter.from(), letter.bytes());
              }
            });
      }
    }

    @Override
    public CompletionStage<Void> close() {
      if (open) {
        open = false;
        openSockets--;
      }
      return CompletableFuture.completedFuture(null);
    }
  }
}
