package io.kadlink.protocols.eth.trie;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.protocols.eth.TestVectors;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The trie on the public vectors of ethereum/tests, TrieTests. */
class MerkleTrieVectorTest {
  private record Entry(Bytes key, Bytes value) {}

  @TestFactory
  Stream<DynamicTest> rootsMatchTheVectors() {
    return Stream.of(
            tests("ethereum-tests-trietest.json", UnaryOperator.identity(), false),
            tests("ethereum-tests-trieanyorder.json", UnaryOperator.identity(), true),
            tests("ethereum-tests-trietest_secureTrie.json", MerkleTrieVectorTest::hashed, false),
            tests(
                "ethereum-tests-trieanyorder_secureTrie.json", MerkleTrieVectorTest::hashed, true),
            tests(
                "ethereum-tests-hex_encoded_securetrie_test.json",
                MerkleTrieVectorTest::hashed,
                true))
        .flatMap(s -> s);
  }

  private static Stream<DynamicTest> tests(
      String file, UnaryOperator<Bytes> toPath, boolean anyOrder) {
    return TestVectors.json(file).properties().stream()
        .map(
            test ->
                DynamicTest.dynamicTest(
                    file + " " + test.getKey(), () -> check(test.getValue(), toPath, anyOrder)));
  }

  private static void check(JsonNode test, UnaryOperator<Bytes> toPath, boolean anyOrder) {
    List<Entry> entries = entries(test.get("in"), toPath);
    Bytes32 expected = Bytes32.fromHexString(test.get("root").asText());
    assertThat(entries).isNotEmpty();
    Random random = new Random(1);
    int rounds = anyOrder ? 20 : 1;
    for (int round = 0; round < rounds; round++) {
      checkInMemory(entries, expected);
      checkThroughAStore(entries, expected);
      Collections.shuffle(entries, random);
    }
  }

  private static void checkInMemory(List<Entry> entries, Bytes32 expected) {
    MerkleTrie trie = new MerkleTrie();
    Map<Bytes, Bytes> content = new HashMap<>();
    for (Entry entry : entries) {
      trie.put(entry.key(), entry.value());
      content.put(entry.key(), entry.value());
    }
    assertThat(trie.rootHash()).isEqualTo(expected);
    content.forEach(
        (key, value) ->
            assertThat(trie.get(key))
                .isEqualTo(value.isEmpty() ? Optional.empty() : Optional.of(value)));
  }

  private static void checkThroughAStore(List<Entry> entries, Bytes32 expected) {
    Map<Bytes32, Bytes> store = new HashMap<>();
    Bytes32 root = MerkleTrie.EMPTY_ROOT;
    for (Entry entry : entries) {
      MerkleTrie trie = new MerkleTrie((path, hash) -> Optional.ofNullable(store.get(hash)), root);
      trie.put(entry.key(), entry.value());
      root = trie.commit((path, hash, rlp) -> store.put(hash, rlp));
      assertThat(trie.rootHash()).isEqualTo(root);
    }
    assertThat(root).isEqualTo(expected);
  }

  private static List<Entry> entries(JsonNode in, UnaryOperator<Bytes> toPath) {
    List<Entry> entries = new ArrayList<>();
    if (in.isObject()) {
      in.properties().forEach(e -> entries.add(entry(e.getKey(), e.getValue(), toPath)));
    } else {
      in.forEach(pair -> entries.add(entry(pair.get(0).asText(), pair.get(1), toPath)));
    }
    return entries;
  }

  private static Entry entry(String key, JsonNode value, UnaryOperator<Bytes> toPath) {
    return new Entry(
        toPath.apply(bytes(key)), value.isNull() ? Bytes.EMPTY : bytes(value.asText()));
  }

  private static Bytes hashed(Bytes key) {
    return Bytes.wrap(Keccak256.hash(key.toArray()));
  }

  private static Bytes bytes(String text) {
    return text.startsWith("0x")
        ? Bytes.fromHexString(text)
        : Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
