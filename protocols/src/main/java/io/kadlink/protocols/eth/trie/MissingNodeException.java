package io.kadlink.protocols.eth.trie;

import org.apache.tuweni.bytes.Bytes32;

/** A trie refers to a node that its source does not have, or has damaged. */
public final class MissingNodeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MissingNodeException(Bytes32 hash, String problem) {
    super("trie node " + hash.toHexString() + " " + problem);
  }
}
