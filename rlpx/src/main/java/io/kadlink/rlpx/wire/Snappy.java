package io.kadlink.rlpx.wire;

import java.io.IOException;
import java.util.Arrays;

/**
 * Snappy's block format, as EIP-706 puts it under every message after Hello. What a block claims to
 * hold is checked before any memory is taken for it.
 */
final class Snappy {
  /**
   * No block can hold more than this many times its own bytes: its best element copies 64 bytes and
   * takes 3. A claim beyond that is a lie that would only cost us the memory.
   */
  private static final int MOST_PER_BYTE = 22;

  /** A 32-bit length takes at most this many bytes of seven bits. */
  private static final int MAX_LENGTH_BYTES = 5;

  private static final byte[] EMPTY = new byte[0];

  private Snappy() {}

  /** The most bytes {@code length} bytes can compress to. */
  static int maxCompressedLength(int length) {
    return org.xerial.snappy.Snappy.maxCompressedLength(length);
  }

  /** Compresses into {@code out}, which has room for the worst case; returns the length. */
  static int compress(byte[] in, int offset, int length, byte[] out, int outOffset) {
    try {
      return org.xerial.snappy.Snappy.compress(in, offset, length, out, outOffset);
    } catch (IOException e) {
      throw new IllegalStateException("snappy takes any input", e);
    }
  }

  /**
   * What a block holds, in a new array.
   *
   * @param limit the most bytes it may hold
   * @throws ProtocolViolation when it claims more, or is not a snappy block
   */
  static byte[] uncompress(byte[] in, int offset, int length, int limit) throws ProtocolViolation {
    int claimed = uncompressedLength(in, offset, length, limit);
    byte[] out = claimed == 0 ? EMPTY : new byte[claimed];
    try {
      int done = org.xerial.snappy.Snappy.uncompress(in, offset, length, out, 0);
      return done == out.length ? out : Arrays.copyOf(out, done);
    } catch (IOException e) {
      throw new ProtocolViolation(
          DisconnectReason.PROTOCOL_BREACH, "snappy-broken", "a payload that is not snappy", e);
    }
  }

  /**
   * How many bytes a block says it holds.
   *
   * @param limit the most bytes it may hold
   * @throws ProtocolViolation when it claims more, or more than so few bytes can hold
   */
  static int uncompressedLength(byte[] in, int offset, int length, int limit)
      throws ProtocolViolation {
    long claimed = claimedLength(in, offset, length);
    if (claimed > limit) {
      throw violation(
          "snappy-size", "a payload of " + claimed + " bytes where " + limit + " are allowed");
    }
    if (claimed > (long) length * MOST_PER_BYTE) {
      throw violation(
          "snappy-bomb", length + " bytes of snappy that claim to hold " + claimed + " bytes");
    }
    return (int) claimed;
  }

  private static long claimedLength(byte[] in, int offset, int length) throws ProtocolViolation {
    long claimed = 0;
    for (int i = 0; i < Math.min(length, MAX_LENGTH_BYTES); i++) {
      byte next = in[offset + i];
      claimed |= (next & 0x7fL) << (7 * i);
      if (next >= 0) {
        return claimed;
      }
    }
    throw violation("snappy-broken", "a payload without a snappy length");
  }

  private static ProtocolViolation violation(String rule, String message) {
    return new ProtocolViolation(DisconnectReason.PROTOCOL_BREACH, rule, message);
  }
}
