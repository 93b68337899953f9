package io.kadlink.discovery.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kadlink.identity.NodeRecord;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeTreeTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir private Path folder;

  /** A folder that {@code devp2p dns sign} signed, and the records it made of it. */
  private static Path gethTree() throws URISyntaxException {
    return Path.of(NodeTreeTest.class.getResource("/dns/geth-tree").toURI());
  }

  @Test
  void aTreeSignedByGethIsOursRecordByRecord() throws Exception {
    SignedTree tree = TreeFolder.read(gethTree()).signedTree();
    JsonNode expected = new ObjectMapper().readTree(gethTree().resolve("txt.json").toFile());
    Map<String, String> records = new LinkedHashMap<>();
    expected.properties().forEach(each -> records.put(each.getKey(), each.getValue().asText()));

    assertThat(tree.tree().nodes()).hasSize(40);
    assertThat(tree.txtRecords()).isEqualTo(records);
  }

  @Test
  void aTreeChangedAfterItsSigningIsRefused() throws Exception {
    TreeFolder read = TreeFolder.read(gethTree());
    List<NodeRecord> fewer = read.nodes().subList(1, read.nodes().size());
    assertThatThrownBy(
            () ->
                new TreeFolder(read.link(), read.seq(), read.signature(), read.links(), fewer)
                    .signedTree())
        .isInstanceOf(BadEntryException.class);
    assertThatThrownBy(
            () ->
                new TreeFolder(read.link(), 8, read.signature(), read.links(), read.nodes())
                    .signedTree())
        .isInstanceOf(BadEntryException.class);
    assertThatThrownBy(
            () ->
                new TreeFolder(read.link(), 7, Optional.empty(), read.links(), read.nodes())
                    .signedTree())
        .isInstanceOf(BadEntryException.class)
        .hasMessageContaining("no signature");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 13, 14, 26, 169, 170, 400})
  void everyNodeIsReachedFromTheRoot(int count) {
    SignedTree tree = Lists.tree("n.example", 1, Lists.records(0, count), "other.example");
    List<NodeRecord> reached = new ArrayList<>();
    collect(tree, tree.root().nodes(), reached);
    assertThat(reached).containsExactlyElementsOf(tree.tree().nodes()).hasSize(count);
    assertThat(tree.root().verify(Lists.PUBLISHER.publicKey())).isTrue();
    tree.tree()
        .entries()
        .forEach(
            (hash, entry) -> {
              assertThat(hash.matches(entry.toString())).isTrue();
              if (entry instanceof TreeEntry.Branch branch) {
                assertThat(branch.children()).hasSizeLessThanOrEqualTo(NodeTree.MAX_CHILDREN);
                assertThat(entry.toString()).hasSizeLessThanOrEqualTo(370);
              }
            });
  }

  private static void collect(SignedTree tree, EntryHash hash, List<NodeRecord> reached) {
    switch (tree.tree().entries().get(hash)) {
      case TreeEntry.Branch branch ->
          branch.children().forEach(child -> collect(tree, child, reached));
      case TreeEntry.Node node -> reached.add(node.record());
      case TreeEntry.Link link -> throw new AssertionError("a link among nodes");
    }
  }

  @Test
  void theOrderOfNodesDoesNotMatterAndTheNewestRecordCounts() {
    List<NodeRecord> nodes = new ArrayList<>(Lists.records(0, 50));
    SignedTree tree = Lists.tree("n.example", 1, nodes);
    nodes.set(7, Lists.record(7, 9));
    SignedTree newer = Lists.tree("n.example", 1, nodes);
    nodes.add(Lists.record(7, 3));
    Collections.shuffle(nodes, new Random(1));
    assertThat(Lists.tree("n.example", 1, nodes).txtRecords()).isEqualTo(newer.txtRecords());
    assertThat(newer.txtRecords()).isNotEqualTo(tree.txtRecords());
  }

  @Test
  void aRecordWithAPortThatIsNoneIsRefused() {
    NodeRecord odd =
        NodeRecord.builder()
            .entry("udp", RLP.encodeValue(Bytes.fromHexString("0x011170")))
            .sign(Lists.key(1));
    assertThatThrownBy(() -> NodeTree.of(List.of(odd), List.of()))
        .isInstanceOf(BadEntryException.class)
        .hasMessageContaining("udp");
  }

  @Test
  void zoneTextSplitsLongTextsIntoStrings() {
    NodeRecord large =
        NodeRecord.builder()
            .entry("x", RLP.encodeValue(Bytes.repeat((byte) 7, 170)))
            .sign(Lists.key(1));
    SignedTree tree = Lists.tree("n.example", 5, List.of(large));
    List<String> lines = tree.zoneText().lines().toList();
    assertThat(lines.get(0)).isEqualTo("; " + tree.link());
    assertThat(lines.get(1)).isEqualTo("$ORIGIN n.example.");
    assertThat(lines.get(2)).matches("@ +1800 IN TXT \"enrtree-root:v1 e=.* seq=5 sig=.*\"");
    assertThat(lines.get(3)).matches("[A-Z2-7]{26} +2419200 IN TXT \"enr:.{251}\" \"[^\"]+\"");
    assertThat(lines.get(3).replace("\" \"", "")).contains("\"" + large + "\"");
  }

  @Test
  void aFolderReadsAsItWasWritten() throws IOException {
    SignedTree tree = Lists.tree("n.example", -1, Lists.records(0, 5), "b.example", "a.example");
    TreeFolder.of(tree).write(folder, NOW);
    assertThat(TreeFolder.read(folder)).isEqualTo(TreeFolder.of(tree));
    assertThat(TreeFolder.read(folder).signedTree().txtRecords()).isEqualTo(tree.txtRecords());
  }

  @Test
  void aFolderOfNodesAloneIsATreeToBeSigned() throws IOException {
    TreeFolder.of(Lists.tree("n.example", 1, Lists.records(0, 5))).write(folder, NOW);
    Files.delete(folder.resolve(TreeFolder.INFO_FILE));
    TreeFolder read = TreeFolder.read(folder);
    assertThat(read.link()).isEmpty();
    assertThat(read.seq()).isZero();
    assertThat(read.tree().nodes()).hasSize(5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{\"ab\": {\"seq\": 1, \"record\": \"enr:xx\"}}",
        "{\"ab\": {\"seq\": 1, \"record\": \"RECORD\"}}",
        "{\"ID\": {\"seq\": 2, \"record\": \"RECORD\"}}",
        "{\"ID\": 5}"
      })
  void aFolderThatMakesNoSenseIsRefusedByName(String nodes) throws IOException {
    Path file = folder.resolve(TreeFolder.NODES_FILE);
    NodeRecord record = Lists.record(1);
    Files.writeString(
        file, nodes.replace("RECORD", record.toString()).replace("ID", record.id().toString()));
    assertThatThrownBy(() -> TreeFolder.read(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{\"seq\": -1}",
        "{\"url\": \"enrtree://x\"}",
        "{\"links\": [5]}",
        "\0\0\0 \1\2\3\4"
      })
  void anInfoFileThatMakesNoSenseIsRefusedByName(String info) throws IOException {
    TreeFolder.of(Lists.tree("n.example", 1, Lists.records(0, 2))).write(folder, NOW);
    Path file = Files.writeString(folder.resolve(TreeFolder.INFO_FILE), info);
    assertThatThrownBy(() -> TreeFolder.read(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
  }
}
