package io.kadlink.discovery.v5;

import java.util.random.RandomGenerator;

/**
 * Random numbers drawn in advance: a packet takes five of them, and a secure source has a price for
 * each call rather than for each byte.
 */
final class Randomness {
  private static final int POOL_BYTES = 1_024;

  private final RandomGenerator source;
  private final byte[] pool = new byte[POOL_BYTES];
  private int position = POOL_BYTES;

  Randomness(RandomGenerator source) {
    this.source = source;
  }

  long nextLong() {
    if (position + Long.BYTES > POOL_BYTES) {
      source.nextBytes(pool);
      position = 0;
    }
    long value = BigEndian.getLong(pool, position);
    position += Long.BYTES;
    return value;
  }

  /** {@code size} bytes, a multiple of eight. */
  byte[] nextBytes(int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i += Long.BYTES) {
      BigEndian.putLong(bytes, i, nextLong());
    }
    return bytes;
  }

  MaskingIv nextIv() {
    return new MaskingIv(nextLong(), nextLong());
  }
}
