package io.kadlink.discovery.v5;

import io.kadlink.identity.NodeId;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import javax.crypto.Cipher;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/**
 * Masks headers: AES-CTR with the first 16 bytes of the recipient's id as key (discv5-wire,
 * Protocol Header).
 *
 * <p>The JDK's CTR cipher expands its key anew for every initialisation vector. So the key stream
 * is made here from counter blocks and a plain AES cipher, which stays initialised with our own id
 * for all that comes in.
 */
final class Masking {
  static final int BLOCK = 16;

  /** The key stream that one call makes: enough for the header of all but handshake packets. */
  private static final int STREAM_BYTES = 4 * BLOCK;

  private final Cipher own;
  private final Cipher others;
  private final byte[] counters = new byte[STREAM_BYTES];
  private final byte[] stream = new byte[STREAM_BYTES];

  Masking(NodeId self) {
    this.own = aes();
    this.others = aes();
    initialise(own, self);
  }

  /**
   * The first {@value #STREAM_BYTES} bytes of the key stream for the packet in {@code datagram},
   * which begins with the initialisation vector. The array is used again by the next call.
   */
  byte[] streamFor(byte[] datagram, int bytes) {
    fill(own, datagram, 0, bytes);
    return stream;
  }

  /** Unmasks {@code datagram} from {@code start} to {@code end}, which count from its beginning. */
  void unmask(byte[] datagram, int start, int end) {
    apply(own, datagram, start, end);
  }

  /** Masks the header of a packet to {@code recipient}; it ends at {@code end}. */
  void mask(byte[] datagram, int end, NodeId recipient) {
    initialise(others, recipient);
    apply(others, datagram, BLOCK, end);
  }

  private void apply(Cipher cipher, byte[] datagram, int start, int end) {
    for (int chunk = BLOCK; chunk < end; chunk += STREAM_BYTES) {
      int chunkEnd = Math.min(chunk + STREAM_BYTES, end);
      if (chunkEnd <= start) {
        continue;
      }
      fill(cipher, datagram, (chunk - BLOCK) / BLOCK, chunkEnd - chunk);
      for (int i = Math.max(chunk, start); i < chunkEnd; i++) {
        datagram[i] ^= stream[i - chunk];
      }
    }
  }

  private void fill(Cipher cipher, byte[] datagram, int firstBlock, int bytes) {
    long high = BigEndian.getLong(datagram, 0);
    long low = BigEndian.getLong(datagram, Long.BYTES);
    int length = (bytes + BLOCK - 1) / BLOCK * BLOCK;
    for (int offset = 0; offset < length; offset += BLOCK) {
      long counter = low + firstBlock + offset / BLOCK;
      boolean carry = Long.compareUnsigned(counter, low) < 0;
      BigEndian.putLong(counters, offset, carry ? high + 1 : high);
      BigEndian.putLong(counters, offset + Long.BYTES, counter);
    }
    try {
      cipher.update(counters, 0, length, stream, 0);
    } catch (ShortBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Cipher aes() {
    try {
      return Cipher.getInstance("AES/ECB/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES", e);
    }
  }

  private static void initialise(Cipher cipher, NodeId id) {
    try {
      cipher.init(
          Cipher.ENCRYPT_MODE, new SecretKeySpec(id.bytes().toArrayUnsafe(), 0, BLOCK, "AES"));
    } catch (InvalidKeyException e) {
      throw new IllegalStateException(e);
    }
  }
}
