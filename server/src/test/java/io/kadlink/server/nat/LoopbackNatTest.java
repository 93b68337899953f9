package io.kadlink.server.nat;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.kadlink.discovery.KnownEndpoint;
import io.kadlink.discovery.loop.NettyLoop;
import io.kadlink.server.nat.Surroundings.HttpAnswer;
import io.kadlink.server.nat.Surroundings.HttpQuestion;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.ManualLoop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real sockets, the real HTTP client, and servers on loopback. */
class LoopbackNatTest {
  private static final InetAddress LOCALHOST = InetAddresses.forString("127.0.0.1");

  /** Its port 5351 is nobody else's. */
  private static final InetAddress ROUTER = InetAddresses.forString("127.0.53.51");

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final EventLoop eventLoop = group.next();
  private final NettyLoop loop = new NettyLoop(eventLoop, InstantSource.system());
  private final LocalSurroundings surroundings =
      new LocalSurroundings(eventLoop, loop, () -> List.of(new Route(ROUTER, LOCALHOST)));
  private final List<KnownEndpoint> record = new CopyOnWriteArrayList<>();

  @AfterEach
  void end() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private NatTraversal start(String method) {
    NatOptions options =
        new NatOptions(
            NatMethod.parse(method),
            NatOptions.DEFAULT_LIFETIME,
            LOCALHOST,
            30303,
            30304,
            InstantSource.system(),
            new SecureRandom(),
            new SimpleMeterRegistry());
    return NatTraversal.start(
        options,
        loop,
        surroundings,
        new Advertiser() {
          @Override
          public void advertise(KnownEndpoint endpoint) {
            record.add(endpoint);
          }

          @Override
          public void withdraw(InetAddress address) {
            record.clear();
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"pmp", "pcp"})
  void aRouterOnRealSocketsMapsAndUnmaps(String method) {
    ManualLoop frozen = new ManualLoop();
    Router router = new Router(frozen, new Town(frozen));
    try (LoopbackServer server =
        new LoopbackServer(
            ROUTER,
            5351,
            (asker, request) -> {
              synchronized (router) {
                return router.answer(ByteBuffer.wrap(request));
              }
            })) {
      NatTraversal traversal = start(method);
      Await.until("the endpoint is found", () -> !record.isEmpty());
      synchronized (router) {
        assertThat(router.mappings()).containsExactly("TCP 30303>30303", "UDP 30304>30304");
      }
      assertThat(record.get(0).tcpPort()).hasValue(30303);
      Await.value(traversal.close());
      synchronized (router) {
        assertThat(router.mappings()).isEmpty();
      }
      assertThat(server.address().getPort()).isEqualTo(5351);
    }
  }

  /** An answer of {@code path}, given by a server that lives as long as the question. */
  private Optional<HttpAnswer> ask(HttpHandling handling, Duration limit) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(LOCALHOST, 0), 0);
    server.setExecutor(Thread::startVirtualThread);
    server.createContext("/", handling::handle);
    server.start();
    try {
      URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/x");
      CompletableFuture<Optional<HttpAnswer>> answer = new CompletableFuture<>();
      loop.execute(
          () ->
              surroundings.http(
                  new HttpQuestion(LOCALHOST, uri, Optional.of("\"a#b\""), "<body/>"),
                  limit,
                  answer::complete));
      return Await.value(answer);
    } finally {
      server.stop(0);
    }
  }

  private interface HttpHandling {
    void handle(HttpExchange exchange) throws IOException;
  }

  private static HttpHandling body(int bytes) {
    return exchange -> {
      exchange.sendResponseHeaders(200, 0);
      try (var out = exchange.getResponseBody()) {
        out.write(new byte[bytes]);
      }
    };
  }

  @Test
  void aSoapQuestionCarriesItsActionAndBody() throws Exception {
    List<String> heard = new CopyOnWriteArrayList<>();
    Optional<HttpAnswer> answer =
        ask(
            exchange -> {
              heard.add(exchange.getRequestMethod());
              heard.add(exchange.getRequestHeaders().getFirst("SOAPAction"));
              heard.add(new String(exchange.getRequestBody().readAllBytes()));
              exchange.sendResponseHeaders(500, -1);
              exchange.close();
            },
            Duration.ofSeconds(10));
    assertThat(heard).containsExactly("POST", "\"a#b\"", "<body/>");
    assertThat(answer.orElseThrow().status()).isEqualTo(500);
  }

  @Test
  void aBodyEndsAtItsLimit() throws Exception {
    Duration limit = Duration.ofSeconds(10);
    int most = Surroundings.MAX_HTTP_BODY_BYTES;
    assertThat(ask(body(most), limit).orElseThrow().body().size()).isEqualTo(most);
    assertThat(ask(body(most + 1), limit)).isEmpty();
  }

  @Test
  void aRedirectIsNotFollowed() throws Exception {
    Optional<HttpAnswer> answer =
        ask(
            exchange -> {
              exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/");
              exchange.sendResponseHeaders(302, -1);
              exchange.close();
            },
            Duration.ofSeconds(10));
    assertThat(answer.orElseThrow().status()).isEqualTo(302);
  }

  @Test
  void aBodyThatNeverEndsIsGivenUp() throws Exception {
    CompletableFuture<Void> end = new CompletableFuture<>();
    try {
      Optional<HttpAnswer> answer =
          ask(
              exchange -> {
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write(1);
                exchange.getResponseBody().flush();
                end.join();
              },
              Duration.ofMillis(300));
      assertThat(answer).isEmpty();
    } finally {
      end.complete(null);
    }
  }
}
