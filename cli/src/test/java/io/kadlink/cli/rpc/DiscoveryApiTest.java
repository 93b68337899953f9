package io.kadlink.cli.rpc;

import static io.kadlink.cli.Eventually.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kadlink.discovery.DiscoveryOptions;
import io.kadlink.discovery.DiscoveryService;
import io.kadlink.discovery.NodeMemory;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code kadlink_table}, {@code kadlink_nodes} and {@code kadlink_node} show. */
class DiscoveryApiTest {
  private static final int OTHERS = 3;

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final List<DiscoveryService> services = new ArrayList<>();
  private final List<String> others = new ArrayList<>();
  private final RpcMethods methods = new RpcMethods();
  private DiscoveryService asked;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    for (int i = 0; i < OTHERS; i++) {
      others.add(start(options -> options.tcpPort(30303)).localRecord().id().toString());
    }
    List<Enode> bootnodes =
        services.stream().map(service -> service.localRecord().enode().orElseThrow()).toList();
    asked = start(options -> options.database(folder.resolve("nodes.mv")).bootnodes(bootnodes));
    others.sort(null);
    new DiscoveryApi(Optional.of(asked)).addTo(methods);
    until(() -> get(asked.table()).size() == OTHERS);
  }

  private DiscoveryService start(UnaryOperator<DiscoveryOptions.Builder> options) throws Exception {
    DiscoveryOptions.Builder builder = DiscoveryOptions.builder(NodeKey.generate(), group.next());
    DiscoveryService service = get(DiscoveryService.start(options.apply(builder).build()));
    services.add(service);
    return service;
  }

  @AfterEach
  void stop() {
    services.forEach(DiscoveryService::close);
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private JsonNode call(String method, String params) throws Exception {
    return new ObjectMapper()
        .readTree(
            methods.answer("{\"id\":1,\"method\":\"" + method + "\",\"params\":[" + params + "]}"));
  }

  private JsonNode result(String method, String params) throws Exception {
    return call(method, params).get("result");
  }

  @Test
  void aTableHasEachNodeWithItsEndpointAndItsChecks() throws Exception {
    until(() -> result("kadlink_table", "").get("v4").size() == OTHERS);
    JsonNode tables = result("kadlink_table", "");
    assertThat(tables.fieldNames()).toIterable().containsExactlyInAnyOrder("v4", "v5");
    JsonNode table = tables.get("v4");
    assertThat(table.findValuesAsText("id")).containsExactlyInAnyOrderElementsOf(others);
    for (JsonNode row : table) {
      assertThat(row.get("enode").asText()).matches("enode://[0-9a-f]{128}@127\\.0\\.0\\.1:.*");
      assertThat(row.get("bucket").isInt()).isTrue();
      assertThat(row.get("replacement").asBoolean()).isFalse();
      assertThat(row.has("proven")).isTrue();
      assertThat(row.has("livenessChecks")).isTrue();
      assertThat(row.get("added").asText()).endsWith("Z");
    }
  }

  @Test
  void theNodeDatabaseIsShownPageByPage() throws Exception {
    until(() -> result("kadlink_nodes", "").get("nodes").size() == OTHERS);
    JsonNode first = result("kadlink_nodes", "null,2");
    assertThat(first.get("nodes").findValuesAsText("id")).isEqualTo(others.subList(0, 2));
    assertThat(first.get("next").asText()).isEqualTo(others.get(1));
    JsonNode second = result("kadlink_nodes", "\"" + others.get(1) + "\",2");
    assertThat(second.get("nodes").findValuesAsText("id")).isEqualTo(others.subList(2, 3));
    assertThat(second.has("next")).isFalse();
    assertThat(second.at("/database/nodes").asInt()).isEqualTo(OTHERS);
    assertThat(second.at("/database/working").asBoolean()).isTrue();
    assertThat(second.at("/database/dropped").asInt()).isZero();
  }

  @Test
  void aNodeIsShownWithItsBehaviourInEachVersionAndItsDials() throws Exception {
    String id = others.get(0);
    NodeMemory memory = asked.memory().orElseThrow();
    memory.dialed(
        services.stream()
            .map(service -> service.localRecord().id())
            .filter(other -> other.toString().equals(id))
            .findFirst()
            .orElseThrow(),
        false);
    until(() -> result("kadlink_node", "\"0x" + id + "\"").at("/v5/pingsAnswered").asInt() > 0);
    until(() -> result("kadlink_node", "\"0x" + id + "\"").at("/v4/pingsAnswered").asInt() > 0);

    JsonNode node = result("kadlink_node", "\"" + id + "\"");

    assertThat(node.get("id").asText()).isEqualTo(id);
    assertThat(node.get("enode").asText()).startsWith("enode://");
    assertThat(node.get("lastPong").asText()).endsWith("Z");
    assertThat(node.get("firstSeen").asText()).endsWith("Z");
    assertThat(node.at("/v4/consecutiveFailures").isInt()).isTrue();
    assertThat(node.at("/v4/findNodeFailures").isInt()).isTrue();
    assertThat(node.get("v4")).hasSize(4);
    assertThat(node.get("dialsFailed").asInt()).isEqualTo(1);
    assertThat(node.get("dialsSucceeded").asInt()).isZero();
    assertThat(result("kadlink_node", "\"" + "0".repeat(64) + "\"").isNull()).isTrue();
  }

  @Test
  void whatIsNoNodeIdOrTooMuchIsRefused() throws Exception {
    for (String params : List.of("\"12\"", "5", "null,0", "null,1001", "null,1.5", "null,\"1\"")) {
      assertThat(call("kadlink_nodes", params).at("/error/code").asInt())
          .as(params)
          .isEqualTo(-32602);
    }
    assertThat(call("kadlink_nodes", "null," + DiscoveryApi.MAX_PAGE).has("result")).isTrue();
    assertThat(call("kadlink_node", "").at("/error/code").asInt()).isEqualTo(-32602);
  }

  @Test
  void withoutADatabaseThatIsSaid() throws Exception {
    RpcMethods without = new RpcMethods();
    new DiscoveryApi(Optional.empty()).addTo(without);
    assertThat(without.answer("{\"id\":1,\"method\":\"kadlink_nodes\"}"))
        .contains("keeps no node database");
    assertThat(without.answer("{\"id\":1,\"method\":\"kadlink_table\"}")).contains("\"result\":{}");
  }
}
