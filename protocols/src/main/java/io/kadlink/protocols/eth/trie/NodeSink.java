package io.kadlink.protocols.eth.trie;

import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/** Takes the nodes that a trie commits; see {@link NodeSource} for what the arguments are. */
@FunctionalInterface
public interface NodeSink {
  void store(Bytes path, Bytes32 hash, Bytes rlp);

  /** The same sink for a trie whose paths begin with {@code prefix} here. */
  default NodeSink below(Bytes prefix) {
    return (path, hash, rlp) -> store(Bytes.concatenate(prefix, path), hash, rlp);
  }
}
