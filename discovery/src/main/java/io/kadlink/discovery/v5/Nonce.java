package io.kadlink.discovery.v5;

/**
 * The 96-bit nonce of a message packet; a WHOAREYOU refers to the packet it answers by it.
 *
 * @param count the first 32 bits: in packets of ours how many the session has sent
 * @param random the other 64 bits
 */
public record Nonce(int count, long random) {
  public static final int BYTES = Integer.BYTES + Long.BYTES;

  static Nonce read(byte[] bytes, int offset) {
    return new Nonce(
        BigEndian.getInt(bytes, offset), BigEndian.getLong(bytes, offset + Integer.BYTES));
  }

  void write(byte[] bytes, int offset) {
    BigEndian.putInt(bytes, offset, count);
    BigEndian.putLong(bytes, offset + Integer.BYTES, random);
  }

  /** 24 hex digits. */
  @Override
  public String toString() {
    return String.format("%08x%016x", count, random);
  }
}
