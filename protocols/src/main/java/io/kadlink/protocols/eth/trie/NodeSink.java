package io.kadlink.protocols.eth.trie;

import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/** What takes the new nodes of a trie. */
@FunctionalInterface
public interface NodeSink {
  void store(Bytes32 hash, Bytes rlp);
}
