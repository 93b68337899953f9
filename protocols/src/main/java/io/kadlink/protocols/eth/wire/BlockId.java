package io.kadlink.protocols.eth.wire;

import org.apache.tuweni.bytes.Bytes32;

/**
 * A block by number and hash.
 *
 * @param number unsigned 64-bit
 */
public record BlockId(long number, Bytes32 hash) {

  /** Number and the first eight hex digits of the hash, for logs. */
  @Override
  public String toString() {
    return Long.toUnsignedString(number) + " " + hash.toUnprefixedHexString().substring(0, 8);
  }
}
