package io.kadlink.identity;

import org.apache.tuweni.bytes.Bytes32;

/**
 * A node's place in the Kademlia key space: Keccak-256 of its public key (identity scheme "v4").
 *
 * @param bytes 32 bytes
 */
public record NodeId(Bytes32 bytes) {

  /** The XOR distance to {@code other}, as a 256-bit number. */
  public Bytes32 distance(NodeId other) {
    return bytes.xor(other.bytes);
  }

  /** The logarithmic distance: bits in the XOR distance, 0 (same id) to 256. */
  public int logDistance(NodeId other) {
    return distance(other).bitLength();
  }

  /**
   * Which of {@code a} and {@code b} is nearer to this id: negative for {@code a}, positive for
   * {@code b}, 0 when equal.
   */
  public int compareDistance(NodeId a, NodeId b) {
    for (int i = 0; i < Bytes32.SIZE; i++) {
      int target = bytes.get(i);
      int order =
          Integer.compare((a.bytes.get(i) ^ target) & 0xff, (b.bytes.get(i) ^ target) & 0xff);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /** The first eight hex digits: enough to tell nodes apart in a log. */
  public String shortForm() {
    return bytes.toUnprefixedHexString().substring(0, 8);
  }

  /** 64 hex digits. */
  @Override
  public String toString() {
    return bytes.toUnprefixedHexString();
  }
}
