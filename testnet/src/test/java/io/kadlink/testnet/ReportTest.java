package io.kadlink.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private final Report report = new Report(8);

  @Test
  void aReportWithoutChecksIsNotOk() {
    assertThat(report.ok()).isFalse();
  }

  @Test
  void oneFailedCheckMakesItNotOk() {
    report.add(new Report.Check("a", true, "1", 0.5));
    assertThat(report.ok()).isTrue();
    report.add(new Report.Check("b", false, "0", 0.5));
    assertThat(report.ok()).isFalse();
    assertThat(report.summary()).isEqualTo("FAILED: 1 of 2 checks held");
  }

  @Test
  void theFileHasTheShapeThatToolsRead(@TempDir Path dir) throws IOException {
    report.add(new Report.Check("all heads equal", true, "height 12", 1.23456));
    Path file = dir.resolve("new/r.json");
    report.write(file);
    JsonNode json = new ObjectMapper().readTree(file.toFile());
    assertThat(json.path("ok").isBoolean()).isTrue();
    assertThat(json.path("nodes").asInt()).isEqualTo(8);
    JsonNode check = json.path("checks").path(0);
    assertThat(check.path("name").asText()).isEqualTo("all heads equal");
    assertThat(check.path("ok").asBoolean()).isTrue();
    assertThat(check.path("value").asText()).isEqualTo("height 12");
    assertThat(check.path("seconds").asDouble()).isEqualTo(1.235);
  }
}
