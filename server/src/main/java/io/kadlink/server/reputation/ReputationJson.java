package io.kadlink.server.reputation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kadlink.discovery.loop.SteadyClock;
import io.kadlink.identity.NodeId;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.tuweni.bytes.Bytes32;

/** All of a {@link Reputation} as JSON, so that it outlives a restart. */
public final class ReputationJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ReputationJson() {}

  /** What of one node goes into the file. */
  private record Row(
      NodeId id, Instant asOf, Trust trust, long reports, String lastBad, Instant lastReport) {}

  /**
   * Copies what there is to write, which takes little; what it returns writes it, which takes more,
   * and may be called on any thread.
   */
  public static Supplier<byte[]> writer(Reputation reputation, SteadyClock clock) {
    List<Row> rows = new ArrayList<>();
    reputation
        .remembered()
        .forEach(
            (id, each) ->
                rows.add(
                    new Row(
                        id,
                        clock.toWall(reputation.start(each.trust().interval())),
                        each.trust().copy(),
                        each.reports(),
                        each.lastBad(),
                        clock.toWall(each.lastReport()))));
    return () -> write(rows);
  }

  private static byte[] write(List<Row> rows) {
    ArrayNode nodes = JSON.createArrayNode();
    for (Row row : rows) {
      ObjectNode node = nodes.addObject();
      node.put("id", row.id().toString());
      node.put("asOf", row.asOf().toString());
      ArrayNode bins = node.putArray("history");
      for (double bin : row.trust().bins()) {
        bins.add(bin);
      }
      node.put("good", row.trust().good());
      node.put("bad", row.trust().bad());
      node.put("reports", row.reports());
      node.put("lastBad", row.lastBad());
      node.put("lastReport", row.lastReport().toString());
    }
    try {
      return JSON.writeValueAsBytes(nodes);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of texts and numbers is always JSON", e);
    }
  }

  /**
   * Adds what was written.
   *
   * @throws IllegalArgumentException when it is something else; nothing was added then
   */
  public static void read(byte[] json, Reputation reputation, SteadyClock clock) {
    Map<NodeId, Reputation.Remembered> nodes = new LinkedHashMap<>();
    try {
      JsonNode root = JSON.readTree(json);
      if (root == null || !root.isArray()) {
        throw new IllegalArgumentException("it is not a JSON array");
      }
      for (JsonNode node : root) {
        double[] bins = new double[node.path("history").size()];
        for (int i = 0; i < bins.length; i++) {
          bins[i] = node.path("history").path(i).asDouble(-1);
        }
        nodes.put(
            new NodeId(Bytes32.fromHexStringStrict(node.path("id").asText(""))),
            new Reputation.Remembered(
                new Trust(
                    reputation.interval(time(node, "asOf", clock)),
                    bins,
                    node.path("good").asDouble(-1),
                    node.path("bad").asDouble(-1)),
                node.path("reports").asLong(),
                node.path("lastBad").asText(""),
                time(node, "lastReport", clock)));
      }
    } catch (IOException | DateTimeException | ArithmeticException e) {
      throw new IllegalArgumentException("it holds no reputations: " + e.getMessage(), e);
    }
    reputation.restore(nodes);
  }

  private static Instant time(JsonNode node, String field, SteadyClock clock) {
    return clock.fromWall(Instant.parse(node.path(field).asText("")));
  }
}
