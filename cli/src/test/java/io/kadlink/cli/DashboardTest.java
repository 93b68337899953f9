package io.kadlink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The dashboard for Grafana shows metrics that there are. */
class DashboardTest {
  private static final Pattern METRIC = Pattern.compile("\\bkadlink_[a-z0-9_]+");

  /** What Prometheus adds to a name. */
  private static final Pattern SUFFIX = Pattern.compile("_(total|seconds_(sum|count|max))$");

  private static final Pattern NAME = Pattern.compile("\"(kadlink\\.[a-z0-9.]+)\"");

  @Test
  void everyMetricOfTheDashboardIsOneThatANodeCounts() throws IOException {
    JsonNode dashboard =
        new ObjectMapper().readTree(Path.of("../docs/grafana-dashboard.json").toFile());
    List<String> expressions = dashboard.path("panels").findValuesAsText("expr");
    assertThat(expressions).hasSizeGreaterThan(30);
    Set<String> shown =
        expressions.stream()
            .flatMap(expression -> METRIC.matcher(expression).results())
            .map(MatchResult::group)
            .map(metric -> SUFFIX.matcher(metric).replaceFirst(""))
            .collect(Collectors.toSet());

    assertThat(counted()).containsAll(shown);
  }

  /** The names in our sources, as Prometheus writes them. */
  private static Set<String> counted() throws IOException {
    Set<String> names = new HashSet<>();
    for (String module : List.of("discovery", "rlpx", "server", "protocols")) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .flatMap(DashboardTest::names)
            .forEach(names::add);
      }
    }
    return names;
  }

  private static Stream<String> names(Path file) {
    try {
      return NAME.matcher(Files.readString(file))
          .results()
          .map(result -> result.group(1).replace('.', '_'));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
