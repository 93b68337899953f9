package io.kadlink.protocols.eth.trie;

import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/** Where a trie finds its stored nodes. */
@FunctionalInterface
public interface NodeSource {
  /** A source without nodes, for tries that live in memory only. */
  NodeSource EMPTY = hash -> Optional.empty();

  /** The RLP of the node with this hash. */
  Optional<Bytes> node(Bytes32 hash);
}
