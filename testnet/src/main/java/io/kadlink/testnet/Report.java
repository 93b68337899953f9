package io.kadlink.testnet;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The checks of a run and what became of them. */
final class Report {
  /**
   * One check.
   *
   * @param value what was seen, in words or numbers
   * @param seconds from its start until it held, or was given up
   */
  record Check(String name, boolean ok, String value, double seconds) {}

  private final int nodes;
  private final List<Check> checks = new ArrayList<>();

  Report(int nodes) {
    this.nodes = nodes;
  }

  void add(Check check) {
    checks.add(check);
  }

  /** Whether there were checks and all held. */
  boolean ok() {
    return !checks.isEmpty() && checks.stream().allMatch(Check::ok);
  }

  String summary() {
    long held = checks.stream().filter(Check::ok).count();
    return (ok() ? "ok: " : "FAILED: ") + held + " of " + checks.size() + " checks held";
  }

  /** {@code {"ok":bool,"nodes":N,"checks":[{"name","ok","value","seconds"}]}}. */
  void write(Path file) throws IOException {
    ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    ObjectNode root = mapper.createObjectNode().put("ok", ok()).put("nodes", nodes);
    ArrayNode array = root.putArray("checks");
    for (Check check : checks) {
      array
          .addObject()
          .put("name", check.name())
          .put("ok", check.ok())
          .put("value", check.value())
          .put("seconds", Math.round(check.seconds() * 1000) / 1000.0);
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, mapper.writeValueAsString(root) + "\n");
  }
}
