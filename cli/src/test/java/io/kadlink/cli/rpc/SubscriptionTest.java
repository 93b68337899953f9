package io.kadlink.cli.rpc;

import static io.kadlink.cli.Eventually.until;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Subscriptions over real WebSocket connections, and what bounds them. */
class SubscriptionTest {
  private final List<Consumer<Object>> listeners = new CopyOnWriteArrayList<>();
  private final RpcMethods methods =
      new RpcMethods()
          .addFeed(
              "admin",
              "events",
              (params, listener) -> {
                listeners.add(listener);
                return () -> listeners.remove(listener);
              });

  private static final class Client implements WebSocket.Listener, AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final BlockingQueue<JsonNode> heard = new LinkedBlockingQueue<>();
    private final StringBuilder partial = new StringBuilder();
    private final WebSocket socket;

    Client(int port) throws Exception {
      socket =
          http.newWebSocketBuilder()
              .buildAsync(URI.create("ws://127.0.0.1:" + port + "/"), this)
              .get(10, TimeUnit.SECONDS);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      partial.append(data);
      if (last) {
        try {
          heard.add(new ObjectMapper().readTree(partial.toString()));
        } catch (Exception e) {
          throw new AssertionError(e);
        }
        partial.setLength(0);
      }
      from.request(1);
      return null;
    }

    JsonNode call(String method, String params) throws Exception {
      socket
          .sendText("{\"id\":1,\"method\":\"" + method + "\",\"params\":[" + params + "]}", true)
          .get(10, TimeUnit.SECONDS);
      return next();
    }

    JsonNode next() throws Exception {
      JsonNode next = heard.poll(10, TimeUnit.SECONDS);
      assertThat(next).isNotNull();
      return next;
    }

    @Override
    public void close() {
      socket.abort();
      http.shutdownNow();
    }
  }

  @Test
  void whatHappensIsToldInOrderUntilTheSubscriptionEnds() throws Exception {
    try (RpcServer server = RpcServer.start(0, methods);
        Client client = new Client(server.port())) {
      String id = client.call("admin_subscribe", "\"events\"").path("result").asText();
      assertThat(id).matches("0x[0-9a-f]{16}");
      for (int i = 0; i < 3; i++) {
        listeners.getFirst().accept(Map.of("number", i));
      }
      for (int i = 0; i < 3; i++) {
        JsonNode told = client.next();
        assertThat(told.path("method").asText()).isEqualTo("admin_subscription");
        assertThat(told.at("/params/subscription").asText()).isEqualTo(id);
        assertThat(told.at("/params/result/number").asInt()).isEqualTo(i);
      }
      assertThat(client.call("admin_unsubscribe", "\"" + id + "\"").path("result").asBoolean())
          .isTrue();
      assertThat(listeners).isEmpty();
      assertThat(client.call("admin_unsubscribe", "\"" + id + "\"").path("result").asBoolean())
          .isFalse();
    }
  }

  @Test
  void aConnectionThatEndsTakesItsSubscriptionsWithIt() throws Exception {
    try (RpcServer server = RpcServer.start(0, methods)) {
      try (Client client = new Client(server.port())) {
        client.call("admin_subscribe", "\"events\"");
        assertThat(listeners).hasSize(1);
      }
      until(listeners::isEmpty);
    }
  }

  @Test
  void aConnectionHasABoundedNumberOfSubscriptions() throws Exception {
    try (RpcServer server = RpcServer.start(0, methods);
        Client client = new Client(server.port())) {
      for (int i = 0; i < Subscriber.MAX_SUBSCRIPTIONS; i++) {
        assertThat(client.call("admin_subscribe", "\"events\"").has("result")).isTrue();
      }
      assertThat(client.call("admin_subscribe", "\"events\"").at("/error/message").asText())
          .contains("at most 64");
    }
  }

  @Test
  void whoCantBeToldAnythingLaterOrWantsWhatIsNotThereIsRefused() throws Exception {
    assertThat(methods.answer("{\"id\":1,\"method\":\"admin_subscribe\",\"params\":[\"events\"]}"))
        .contains("-32601", "WebSocket");
    assertThat(methods.answer("{\"id\":1,\"method\":\"eth_subscribe\",\"params\":[\"events\"]}"))
        .contains("does not exist");
    assertThat(methods.answer("{\"id\":1,\"method\":\"admin_subscribe\",\"params\":[\"none\"]}"))
        .contains("no subscription none");
  }

  @Test
  void aClientThatDoesNotReadIsCutOffAndCostsABoundedAmount() throws Exception {
    Logger log = (Logger) LoggerFactory.getLogger(Subscriber.class);
    log.setLevel(Level.OFF);
    CountDownLatch cut = new CountDownLatch(1);
    CountDownLatch stuck = new CountDownLatch(1);
    Subscriber slow =
        new Subscriber(
            new Subscriber.Line() {
              @Override
              public void send(String text) throws InterruptedException {
                stuck.countDown();
                new CountDownLatch(1).await();
              }

              @Override
              public void cut(String why) {
                cut.countDown();
              }
            });
    slow.send("the socket takes this one and no more");
    stuck.await();
    for (int i = 0; i < Subscriber.MAX_WAITING; i++) {
      slow.send("waits");
    }
    assertThat(cut.getCount()).isEqualTo(1);
    slow.send("one too many");
    assertThat(cut.getCount()).isZero();
    log.setLevel(null);
  }
}
