package io.kadlink.discovery.crawl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeSetJsonTest {
  private static final NodeRecord RECORD =
      NodeRecord.builder()
          .seq(-1) // the greatest unsigned number
          .endpoint(InetAddress.getLoopbackAddress(), 30303, 30303)
          .sign(NodeKey.generate());

  private final CrawledNode recorded =
      CrawledNode.unchecked(RECORD).answered(Instant.parse("2026-01-01T00:00:00Z"));
  private final CrawledNode heardOf =
      CrawledNode.unchecked(
          Enode.of(NodeKey.generate().publicKey(), InetAddress.getLoopbackAddress(), 0, 30303));

  private static byte[] written(CrawledNode... nodes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    NodeSetJson.write(out, List.of(nodes));
    return out.toByteArray();
  }

  private static NodeSet read(byte[] text, int maxNodes) throws IOException {
    return NodeSetJson.read(new ByteArrayInputStream(text), maxNodes);
  }

  @Test
  void whatWasWrittenIsReadAgainUpToTheLimit() throws IOException {
    byte[] text = written(recorded, heardOf);
    assertThat(read(text, 2).nodes()).containsExactlyInAnyOrder(recorded, heardOf);
    assertThatThrownBy(() -> read(text, 1))
        .isInstanceOf(BadNodeSetException.class)
        .hasMessageContaining("more than 1 node");
  }

  @Test
  void anUnknownFieldIsPassedOver() throws IOException {
    String text = new String(written(recorded), StandardCharsets.UTF_8);
    String more = text.replace("\"score\"", "\"others\": [{\"a\": [1]}],\n \"score\"");
    assertThat(read(more.getBytes(StandardCharsets.UTF_8), 1).nodes()).containsExactly(recorded);
  }

  @Test
  void aTextPastTheLimitIsRefusedWithItsPlace() {
    String text = "{\n\"ab\": {\"record\": \"" + "x".repeat(1_001) + "\"}}";
    assertThatThrownBy(() -> read(text.getBytes(StandardCharsets.UTF_8), 1))
        .isInstanceOf(BadNodeSetException.class)
        .hasMessageContainingAll("line 2", "1000");
  }

  @Test
  void anotherEncodingIsRefusedAndNotGuessedAt() throws IOException {
    String text = new String(written(recorded), StandardCharsets.UTF_8);
    assertThatThrownBy(() -> read(text.getBytes(Charset.forName("UTF-32")), 1))
        .isInstanceOf(BadNodeSetException.class);
    byte[] noUtf32 = {0, 0, 0, ' ', 1, 2, 3, 4};
    assertThatThrownBy(() -> read(noUtf32, 1)).isInstanceOf(BadNodeSetException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "[]                                                          | not a JSON object",
        "{\"ID\": 5}                                                 | not a JSON object",
        "{\"ID\": {}}                                                | has no record",
        "{\"ID\": {\"record\": \"enr:xx\"}}                          | record is invalid",
        "{\"ID\": {\"record\": \"RECORD\", \"seq\": 1}}              | seq",
        "{\"ab\": {\"record\": \"RECORD\"}}                          | its record is of node",
        "{\"ID\": {\"record\": \"RECORD\", \"score\": 9999999999}}   | line 1",
        "{\"ID\": {\"record\": \"RECORD\", \"lastCheck\": \"now\"}}  | now",
        "{\"ID\": {\"record\": \"RECORD\"}                           | line 1",
        "{} {}                                                       | something follows",
      })
  void whatMakesNoSenseIsRefusedWithItsPlace(String text, String why) {
    String full = text.replace("RECORD", RECORD.toString()).replace("ID", RECORD.id().toString());
    assertThatThrownBy(() -> read(full.getBytes(StandardCharsets.UTF_8), 1))
        .isInstanceOf(BadNodeSetException.class)
        .hasMessageContaining(why);
  }
}
