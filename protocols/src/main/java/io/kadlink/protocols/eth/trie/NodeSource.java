package io.kadlink.protocols.eth.trie;

import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/** Where a trie finds its stored nodes. */
@FunctionalInterface
public interface NodeSource {
  /** A source without nodes, for tries that live in memory only. */
  NodeSource EMPTY = (path, hash) -> Optional.empty();

  /**
   * The RLP of a node.
   *
   * @param path from the root to the node, a byte for each nibble
   * @param hash of the node; one that stands at this path with another hash is not meant
   */
  Optional<Bytes> node(Bytes path, Bytes32 hash);

  /** The same nodes for a trie whose paths begin with {@code prefix} here. */
  default NodeSource below(Bytes prefix) {
    return (path, hash) -> node(Bytes.concatenate(prefix, path), hash);
  }
}
