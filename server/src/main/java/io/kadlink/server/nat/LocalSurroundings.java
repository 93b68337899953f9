package io.kadlink.server.nat;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.udp.DatagramHandler;
import io.kadlink.discovery.udp.NettyTransport;
import io.kadlink.discovery.udp.Transport;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.tuweni.bytes.Bytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This machine's network: Netty's sockets on the loop, the JDK's HTTP client, the resolver. */
final class LocalSurroundings implements Surroundings {
  private static final Logger log = LoggerFactory.getLogger(LocalSurroundings.class);

  private final EventLoop eventLoop;
  private final Loop loop;

  /** What a socket can't send shows as silence, and is counted as that. */
  private final MeterRegistry unread = new SimpleMeterRegistry();

  private final Supplier<List<Route>> routes;

  /** By local address, each made when it is first needed: it brings a thread. */
  private final Map<InetAddress, HttpClient> clients = new LinkedHashMap<>();

  /**
   * This machine's network as it is.
   *
   * @param bind where the node listens
   */
  LocalSurroundings(EventLoop eventLoop, Loop loop, InetAddress bind) {
    this(eventLoop, loop, () -> Routes.from(bind));
  }

  /**
   * With ways out of one's own.
   *
   * @param routes called on a thread that may block
   */
  LocalSurroundings(EventLoop eventLoop, Loop loop, Supplier<List<Route>> routes) {
    this.eventLoop = eventLoop;
    this.loop = loop;
    this.routes = routes;
  }

  @Override
  public void routes(Consumer<List<Route>> done) {
    offLoop(routes, done);
  }

  @Override
  public void resolve(String host, Consumer<List<InetAddress>> done) {
    offLoop(
        () -> {
          try {
            return Arrays.asList(InetAddress.getAllByName(host));
          } catch (UnknownHostException e) {
            log.debug("{} has no address", host);
            return List.of();
          }
        },
        done);
  }

  private <T> void offLoop(Supplier<T> blocking, Consumer<T> done) {
    Thread.startVirtualThread(
        () -> {
          T result = blocking.get();
          onLoop(() -> done.accept(result));
        });
  }

  private void onLoop(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      log.debug("an answer came after the end");
    }
  }

  @Override
  public void socket(
      InetAddress local, DatagramHandler handler, Consumer<Optional<Transport>> done) {
    NettyTransport.bind(eventLoop, new InetSocketAddress(local, 0), handler, unread)
        .whenComplete(
            (bound, failure) -> {
              if (bound == null) {
                log.debug("no UDP socket at {}", local, failure);
              }
              onLoop(() -> done.accept(Optional.ofNullable(bound)));
            });
  }

  @Override
  public void http(HttpQuestion question, Duration limit, Consumer<Optional<HttpAnswer>> done) {
    HttpRequest.Builder request = HttpRequest.newBuilder(question.uri()).timeout(limit);
    question
        .soapAction()
        .ifPresentOrElse(
            action ->
                request
                    .header("Content-Type", "text/xml; charset=\"utf-8\"")
                    .header("SOAPAction", action)
                    .POST(BodyPublishers.ofString(question.body())),
            request::GET);
    CompletableFuture<HttpResponse<byte[]>> answer =
        client(question.local())
            .sendAsync(request.build(), headers -> new BoundedBody(MAX_HTTP_BODY_BYTES));
    // the request's own time limit ends with the headers
    Loop.Timer timer = loop.schedule(limit, () -> answer.cancel(true));
    CompletionStage<HttpResponse<byte[]>> ending = answer;
    ending.whenComplete(
        (response, failure) ->
            onLoop(
                () -> {
                  timer.cancel();
                  if (response == null) {
                    log.debug("{}: {}", question.uri(), String.valueOf(failure));
                    done.accept(Optional.empty());
                  } else {
                    done.accept(
                        Optional.of(
                            new HttpAnswer(response.statusCode(), Bytes.wrap(response.body()))));
                  }
                }));
  }

  private HttpClient client(InetAddress local) {
    return clients.computeIfAbsent(
        local,
        address ->
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(ProxySelector.of(null)) // a router is never behind one
                .localAddress(address)
                .executor(Thread::startVirtualThread)
                .build());
  }

  @Override
  public void close() {
    clients.values().forEach(HttpClient::shutdownNow);
    clients.clear();
  }
}
