package io.kadlink.protocols.eth.chain;

import io.kadlink.identity.crypto.Keccak256;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/**
 * What a block has read and written (EIP-7928), as it travels between peers: encoded, and known by
 * its hash. Whether it is true only execution can tell; whether it is the block's, the header.
 *
 * @param encoded its RLP, a list
 */
public record BlockAccessList(Bytes encoded) {
  private static final int FIRST_LIST_BYTE = 0xc0;

  public BlockAccessList {
    if (encoded.isEmpty() || (encoded.get(0) & 0xff) < FIRST_LIST_BYTE) {
      throw new IllegalArgumentException("an access list is a list");
    }
  }

  /** Keccak-256 of its encoding, which a header commits to. */
  public Bytes32 hash() {
    return Bytes32.wrap(Keccak256.hash(encoded.toArrayUnsafe()));
  }
}
