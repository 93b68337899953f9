package io.kadlink.cli.rpc;

import io.javalin.Javalin;
import io.javalin.http.ContentType;
import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.UnauthorizedResponse;
import io.javalin.websocket.WsCloseStatus;
import io.javalin.websocket.WsContext;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JSON-RPC over HTTP ({@code POST /}) and WebSocket ({@code /}) on the loopback address. Calls
 * whose Host header is not a loopback name are refused, so that a web page can't reach the node by
 * DNS rebinding.
 */
public final class RpcServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RpcServer.class);

  /** Of a request body or WebSocket message: room for the largest blob transaction in hex. */
  static final long MAX_REQUEST_BYTES = 3 << 20;

  private static final Set<String> LOOPBACK_NAMES = Set.of("127.0.0.1", "localhost", "[::1]");

  private static final String SUBSCRIBER = "subscriber";

  private final Javalin http;

  private RpcServer(Javalin http) {
    this.http = http;
  }

  /**
   * Starts answering; port 0 takes a free one.
   *
   * @throws io.javalin.util.JavalinException when the port is taken
   */
  public static RpcServer start(int port, RpcMethods methods) {
    return start(port, methods, call -> {});
  }

  /**
   * As above, for those alone who know the secret (Engine API, Authentication).
   *
   * @throws io.javalin.util.JavalinException when the port is taken
   */
  public static RpcServer start(int port, RpcMethods methods, EngineSecret secret) {
    return start(port, methods, call -> requireToken(call, secret));
  }

  private static RpcServer start(int port, RpcMethods methods, Consumer<Context> guard) {
    Javalin http =
        Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              config.concurrency.useVirtualThreads = true;
              config.http.maxRequestSize = MAX_REQUEST_BYTES;
              config.routes.before(RpcServer::requireLoopbackHost);
              config.routes.before(guard::accept);
              config.routes.post(
                  "/",
                  call ->
                      call.contentType(ContentType.APPLICATION_JSON)
                          .result(methods.answer(call.body())));
              config.routes.wsBeforeUpgrade(RpcServer::requireLoopbackHost);
              config.routes.wsBeforeUpgrade(guard::accept);
              config.routes.ws(
                  "/",
                  socket -> {
                    socket.onConnect(RpcServer::open);
                    socket.onMessage(
                        message -> {
                          Subscriber subscriber = message.attribute(SUBSCRIBER);
                          String answer = methods.answer(message.message(), subscriber);
                          if (subscriber != null && !answer.isEmpty()) {
                            subscriber.send(answer);
                          }
                        });
                    socket.onClose(RpcServer::shut);
                    socket.onError(RpcServer::shut);
                  });
            });
    return new RpcServer(http.start("127.0.0.1", port));
  }

  private static void open(WsContext socket) {
    // The node says nothing for long; the client decides when it has heard enough.
    socket.enableAutomaticPings();
    socket.attribute(
        SUBSCRIBER,
        new Subscriber(
            new Subscriber.Line() {
              @Override
              public void send(String text) {
                socket.send(text);
              }

              @Override
              public void cut(String why) {
                socket.closeSession(WsCloseStatus.POLICY_VIOLATION, why);
              }
            }));
  }

  private static void shut(WsContext socket) {
    Subscriber subscriber = socket.attribute(SUBSCRIBER);
    if (subscriber != null) {
      subscriber.close();
    }
  }

  private static void requireLoopbackHost(Context call) {
    String host = String.valueOf(call.host());
    String name = host.replaceFirst(":\\d+$", "");
    if (!LOOPBACK_NAMES.contains(name)) {
      throw new ForbiddenResponse("this node answers JSON-RPC on loopback names only");
    }
  }

  private static void requireToken(Context call, EngineSecret secret) {
    Optional<String> objection = secret.objection(call.header("Authorization"));
    if (objection.isPresent()) {
      log.warn("a call from {} was refused: {}", call.ip(), objection.get());
      throw new UnauthorizedResponse(objection.get());
    }
  }

  /** The port it listens on. */
  public int port() {
    return http.port();
  }

  @Override
  public void close() {
    http.stop();
  }
}
