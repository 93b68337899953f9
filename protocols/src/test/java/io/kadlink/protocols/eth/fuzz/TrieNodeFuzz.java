package io.kadlink.protocols.eth.fuzz;

import io.kadlink.protocols.eth.trie.MerkleTrie;
import io.kadlink.protocols.eth.trie.MissingNodeException;
import java.util.Arrays;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/** Any bytes as the root node in a store: a trie on it works, or says that the node is damaged. */
public final class TrieNodeFuzz {
  private static final Bytes32 ROOT = Bytes32.repeat((byte) 1);

  private TrieNodeFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length < 2) {
      return;
    }
    Bytes key = Bytes.of(data[0], data[1]);
    Bytes node = Bytes.wrap(Arrays.copyOfRange(data, 2, data.length));
    MerkleTrie trie =
        new MerkleTrie(
            (path, hash) -> hash.equals(ROOT) ? Optional.of(node) : Optional.empty(), ROOT);
    try {
      trie.get(key);
      trie.put(key, Bytes.of(1));
      trie.rootHash();
      trie.remove(key);
      trie.rootHash();
    } catch (MissingNodeException damaged) {
      // what a damaged store must lead to
    }
  }
}
