package io.kadlink.cli.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** JSON-RPC 2.0, over the method table and over real HTTP and WebSocket connections. */
class RpcMethodsTest {
  private final RpcMethods methods =
      new RpcMethods()
          .add("echo", params -> params.text(0))
          .add(
              "fails",
              params -> {
                throw RpcError.failed("no luck");
              })
          .add(
              "breaks",
              params -> {
                throw new IllegalStateException("a bug");
              });

  @Test
  void aCallIsAnsweredUnderItsId() {
    assertThat(
            methods.answer("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"echo\",\"params\":[\"a\"]}"))
        .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":\"a\"}");
  }

  @Test
  void theNamespacesAreTold() {
    methods.add("net_version", params -> "1").addFeed("admin", "events", (p, l) -> () -> {});
    assertThat(methods.answer("{\"id\":1,\"method\":\"rpc_modules\"}"))
        .contains("\"admin\":\"1.0\"", "\"net\":\"1.0\"", "\"rpc\":\"1.0\"");
  }

  @Test
  void aNotificationIsNotAnswered() {
    assertThat(methods.answer("{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":[\"a\"]}"))
        .isEmpty();
  }

  @Test
  void aBatchIsAnsweredInOrder() {
    String call = "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"echo\",\"params\":[\"a\"]}";
    assertThat(methods.answer("[" + call.formatted(1) + "," + call.formatted(2) + "]"))
        .matches("\\[\\{.*\"id\":1,.*\\},\\{.*\"id\":2,.*\\}\\]");
  }

  @Test
  void aBatchOverTheLimitIsRefusedAndOneAtTheLimitIsNot() {
    String call = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\",\"params\":[\"a\"]}";
    String full = "[" + String.join(",", java.util.Collections.nCopies(RpcMethods.MAX_BATCH, call));
    assertThat(methods.answer(full + "]")).doesNotContain("error");
    assertThat(methods.answer(full + "," + call + "]")).contains("-32600");
  }

  @Test
  void everyFailureHasItsCodeAndALine() {
    assertThat(methods.answer("nonsense")).contains("-32700");
    assertThat(methods.answer("{}")).contains("-32600");
    assertThat(methods.answer("{\"id\":1,\"method\":\"nope\"}"))
        .contains("-32601")
        .contains("nope");
    assertThat(methods.answer("{\"id\":1,\"method\":\"echo\",\"params\":[5]}")).contains("-32602");
    assertThat(methods.answer("{\"id\":1,\"method\":\"echo\",\"params\":{}}")).contains("-32602");
    assertThat(methods.answer("{\"id\":1,\"method\":\"fails\"}"))
        .contains("-32000")
        .contains("no luck");
    assertThat(methods.answer("{\"id\":1,\"method\":\"breaks\"}")).contains("-32603");
  }

  @Test
  void httpAndWebSocketAnswerAlike() throws Exception {
    String call = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\",\"params\":[\"a\"]}";
    String answer = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"a\"}";
    try (RpcServer server = RpcServer.start(0, methods);
        HttpClient client = HttpClient.newHttpClient()) {
      assertThat(post(client, server.port(), call).body()).isEqualTo(answer);
      CompletableFuture<String> received = new CompletableFuture<>();
      WebSocket socket =
          client
              .newWebSocketBuilder()
              .buildAsync(
                  URI.create("ws://127.0.0.1:" + server.port() + "/"),
                  new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(
                        WebSocket from, CharSequence data, boolean last) {
                      received.complete(data.toString());
                      return null;
                    }
                  })
              .get(5, TimeUnit.SECONDS);
      socket.sendText(call, true);
      assertThat(received.get(5, TimeUnit.SECONDS)).isEqualTo(answer);
      socket.abort();
    }
  }

  @Test
  void aRequestForAnotherHostNameIsForbidden() throws Exception {
    try (RpcServer server = RpcServer.start(0, methods);
        java.net.Socket socket = new java.net.Socket("127.0.0.1", server.port())) {
      String body = "{\"id\":1,\"method\":\"echo\",\"params\":[\"a\"]}";
      socket
          .getOutputStream()
          .write(
              ("POST / HTTP/1.1\r\nHost: evil.example:1\r\nConnection: close\r\nContent-Length: "
                      + body.length()
                      + "\r\n\r\n"
                      + body)
                  .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      assertThat(
              new String(
                  socket.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 403")
          .doesNotContain("result");
    }
  }

  @Test
  void aRequestOverTheSizeLimitIsRefused() throws Exception {
    try (RpcServer server = RpcServer.start(0, methods);
        HttpClient client = HttpClient.newHttpClient()) {
      String huge = "[\"" + "a".repeat((int) RpcServer.MAX_REQUEST_BYTES) + "\"]";
      assertThat(post(client, server.port(), huge).statusCode()).isEqualTo(413);
    }
  }

  private static HttpResponse<String> post(HttpClient client, int port, String body)
      throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
