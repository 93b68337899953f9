package io.kadlink.protocols.eth.chain;

import org.apache.tuweni.bytes.Bytes;

/**
 * EIP-2124 fork identifier.
 *
 * @param hash 4 bytes: CRC-32 of the genesis hash and the forks passed
 * @param next block number or timestamp of the next known fork, 0 when none; unsigned 64-bit
 */
public record ForkId(Bytes hash, long next) {
  public ForkId {
    if (hash.size() != 4) {
      throw new IllegalArgumentException("a fork hash has 4 bytes, not " + hash.size());
    }
  }
}
