package io.kadlink.protocols.eth.trie;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

/** The trie against a plain map, through a store, and on a store that is damaged. */
class MerkleTrieTest {
  private final Map<Bytes32, Bytes> store = new HashMap<>();

  private MerkleTrie open(Bytes32 root) {
    return new MerkleTrie((path, hash) -> Optional.ofNullable(store.get(hash)), root);
  }

  private void keep(Bytes path, Bytes32 hash, Bytes rlp) {
    store.put(hash, rlp);
  }

  private static Bytes32 rootOf(Map<Bytes, Bytes> content) {
    MerkleTrie trie = new MerkleTrie();
    content.forEach(trie::put);
    return trie.rootHash();
  }

  @Test
  void manyRandomChangesEndOnTheRootThatTheContentAloneGives() {
    Random random = new Random(42);
    Map<Bytes, Bytes> model = new HashMap<>();
    List<Bytes32> roots = new ArrayList<>();
    List<Map<Bytes, Bytes>> versions = new ArrayList<>();
    Bytes32 root = MerkleTrie.EMPTY_ROOT;
    for (int round = 0; round < 200; round++) {
      MerkleTrie trie = open(root);
      for (int change = 0; change < 5; change++) {
        // Few distinct short keys of mixed length: prefixes of each other, shared paths, removals.
        Bytes key = Bytes.random(1 + random.nextInt(3), random).and(Bytes.of(0x13, 0x13, 0x13));
        key = key.slice(0, 1 + random.nextInt(key.size()));
        if (random.nextInt(3) == 0) {
          trie.remove(key);
          model.remove(key);
        } else {
          Bytes value = Bytes.random(1 + random.nextInt(40), random);
          trie.put(key, value);
          model.put(key, value);
        }
      }
      root = trie.commit(this::keep);
      assertThat(root).isEqualTo(rootOf(model));
      roots.add(root);
      versions.add(new HashMap<>(model));
    }
    for (int i = 0; i < roots.size(); i++) {
      MerkleTrie old = open(roots.get(i));
      versions.get(i).forEach((key, value) -> assertThat(old.get(key)).contains(value));
      assertThat(rootOf(versions.get(i))).isEqualTo(roots.get(i));
    }
  }

  @Test
  void aStoreWithOneNodeForEachPathHasTheLatestVersion() {
    Random random = new Random(43);
    Map<Bytes, Bytes> byPath = new HashMap<>();
    Map<Bytes, Bytes> model = new HashMap<>();
    Bytes32 root = MerkleTrie.EMPTY_ROOT;
    for (int round = 0; round < 300; round++) {
      MerkleTrie trie = new MerkleTrie((path, hash) -> Optional.ofNullable(byPath.get(path)), root);
      for (int change = 0; change < 4; change++) {
        Bytes key = Bytes.random(3, random).and(Bytes.of(0x31, 0x13, 0x11));
        Bytes value = random.nextInt(2) == 0 ? Bytes.EMPTY : Bytes.random(40, random);
        trie.put(key, value);
        model.put(key, value);
      }
      root = trie.commit((path, hash, rlp) -> byPath.put(path, rlp));
      assertThat(root).isEqualTo(rootOf(model));
    }
  }

  @Test
  void removingEverythingGivesTheEmptyRoot() {
    MerkleTrie trie = open(MerkleTrie.EMPTY_ROOT);
    for (int i = 0; i < 50; i++) {
      trie.put(Bytes.ofUnsignedInt(i * 7919L), Bytes.of(1));
    }
    trie = open(trie.commit(this::keep));
    for (int i = 0; i < 50; i++) {
      trie.remove(Bytes.ofUnsignedInt(i * 7919L));
    }
    assertThat(trie.commit(this::keep)).isEqualTo(MerkleTrie.EMPTY_ROOT);
  }

  @Test
  void removingWhatIsNotThereChangesNothing() {
    MerkleTrie trie = new MerkleTrie();
    trie.put(Bytes.of(1, 2, 3), Bytes.of(1));
    trie.put(Bytes.of(1, 2, 4), Bytes.of(2));
    Bytes32 before = trie.rootHash();
    for (Bytes key : List.of(Bytes.of(1), Bytes.of(1, 2), Bytes.of(9), Bytes.of(1, 2, 3, 0))) {
      trie.remove(key);
      assertThat(trie.get(key)).isEmpty();
    }
    assertThat(trie.rootHash()).isEqualTo(before);
  }

  @Test
  void aSecondCommitWithoutChangesStoresNothing() {
    MerkleTrie trie = open(MerkleTrie.EMPTY_ROOT);
    for (int i = 0; i < 20; i++) {
      trie.put(Bytes32.leftPad(Bytes.ofUnsignedInt(i)), Bytes.repeat((byte) i, 40).or(Bytes.of(1)));
    }
    Bytes32 root = trie.commit(this::keep);
    assertThat(
            trie.commit(
                (path, hash, rlp) -> {
                  throw new AssertionError("stored again");
                }))
        .isEqualTo(root);
  }

  @Test
  void aMissingNodeIsNamed() {
    MerkleTrie trie = open(MerkleTrie.EMPTY_ROOT);
    trie.put(Bytes.of(1), Bytes.repeat((byte) 1, 40));
    trie.put(Bytes.of(0x11), Bytes.repeat((byte) 2, 40));
    Bytes32 root = trie.commit(this::keep);
    store.keySet().removeIf(hash -> !hash.equals(root));
    assertThatThrownBy(() -> open(root).get(Bytes.of(1)))
        .isInstanceOf(MissingNodeException.class)
        .hasMessageContaining("is not in the store");
    store.put(root, Bytes.of(0xc1));
    assertThatThrownBy(() -> open(root).get(Bytes.of(1)))
        .isInstanceOf(MissingNodeException.class)
        .hasMessageContaining(root.toHexString())
        .hasMessageContaining("is damaged");
  }
}
