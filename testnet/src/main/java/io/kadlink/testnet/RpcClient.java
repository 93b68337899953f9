package io.kadlink.testnet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** JSON-RPC calls to one node. */
public final class RpcClient {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final URI uri;

  /** Of the node whose {@code --rpc-port} this is, on this machine. */
  public RpcClient(int port) {
    this.uri = URI.create("http://127.0.0.1:" + port + "/");
  }

  /**
   * Calls one method; blocks for at most ten seconds.
   *
   * @return the call's result
   * @throws IOException when the node can't be reached or answers with an error, with its message
   */
  public JsonNode call(String method, Object... params) throws IOException, InterruptedException {
    ObjectNode call = MAPPER.createObjectNode().put("jsonrpc", "2.0").put("id", 1);
    call.put("method", method).set("params", MAPPER.valueToTree(params));
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(call.toString()))
            .build();
    HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    JsonNode answer = MAPPER.readTree(response.body());
    if (answer.hasNonNull("error")) {
      throw new IOException(method + ": " + answer.path("error").path("message").asText());
    }
    return answer.path("result");
  }
}
