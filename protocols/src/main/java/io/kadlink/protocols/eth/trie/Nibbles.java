package io.kadlink.protocols.eth.trie;

import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import java.util.Arrays;
import org.apache.tuweni.bytes.Bytes;

/** Paths through a trie: one byte, 0 to 15, for each half byte of a key. */
final class Nibbles {
  private static final int ODD = 0x10;
  private static final int LEAF = 0x20;

  private Nibbles() {}

  static byte[] of(Bytes key) {
    byte[] nibbles = new byte[key.size() * 2];
    for (int i = 0; i < key.size(); i++) {
      int b = key.get(i);
      nibbles[2 * i] = (byte) (b >> 4 & 0xf);
      nibbles[2 * i + 1] = (byte) (b & 0xf);
    }
    return nibbles;
  }

  /** How many nibbles {@code path} has in common with {@code key} from {@code from} on. */
  static int common(byte[] path, byte[] key, int from) {
    int mismatch = Arrays.mismatch(path, 0, path.length, key, from, key.length);
    return mismatch < 0 ? path.length : mismatch;
  }

  static byte[] join(byte[] head, byte[] tail) {
    byte[] joined = Arrays.copyOf(head, head.length + tail.length);
    System.arraycopy(tail, 0, joined, head.length, tail.length);
    return joined;
  }

  /** Hex-prefix encoding (yellow paper, appendix C). */
  static Bytes compact(byte[] path, boolean leaf) {
    byte[] compact = new byte[path.length / 2 + 1];
    int odd = path.length & 1;
    compact[0] = (byte) ((leaf ? LEAF : 0) | (odd == 1 ? ODD | path[0] : 0));
    for (int i = odd; i < path.length; i += 2) {
      compact[i / 2 + 1] = (byte) (path[i] << 4 | path[i + 1]);
    }
    return Bytes.wrap(compact);
  }

  static boolean isLeaf(Bytes compact) {
    return !compact.isEmpty() && (compact.get(0) & LEAF) != 0;
  }

  static byte[] fromCompact(Bytes compact) {
    if (compact.isEmpty() || (compact.get(0) & 0xff) >= LEAF + ODD + 0x10) {
      throw new InvalidRlpException("path: not hex-prefix encoded");
    }
    byte[] nibbles = of(compact);
    boolean odd = (compact.get(0) & ODD) != 0;
    if (!odd && nibbles[1] != 0) {
      throw new InvalidRlpException("path: not hex-prefix encoded");
    }
    return Arrays.copyOfRange(nibbles, odd ? 1 : 2, nibbles.length);
  }
}
