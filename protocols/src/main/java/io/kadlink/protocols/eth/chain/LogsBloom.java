package io.kadlink.protocols.eth.chain;

import io.kadlink.identity.crypto.Keccak256;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;

/** The 2048-bit bloom filter over log addresses and topics (yellow paper, section 4.3.1). */
public final class LogsBloom {
  /** The bloom of no logs. */
  public static final Bytes EMPTY = Bytes.wrap(new byte[BlockHeader.BLOOM_BYTES]);

  private static final int BITS_PER_ENTRY = 3;
  private static final int BIT_MASK = BlockHeader.BLOOM_BYTES * 8 - 1;

  private LogsBloom() {}

  /** The bloom of one receipt's logs. */
  public static Bytes of(List<Receipt.Log> logs) {
    if (logs.isEmpty()) {
      return EMPTY;
    }
    byte[] bloom = new byte[BlockHeader.BLOOM_BYTES];
    addAll(bloom, logs);
    return Bytes.wrap(bloom);
  }

  /** The bloom of a block: that of all its receipts' logs. */
  public static Bytes ofReceipts(List<Receipt> receipts) {
    byte[] bloom = new byte[BlockHeader.BLOOM_BYTES];
    for (Receipt receipt : receipts) {
      addAll(bloom, receipt.logs());
    }
    return Bytes.wrap(bloom);
  }

  private static void addAll(byte[] bloom, List<Receipt.Log> logs) {
    for (Receipt.Log log : logs) {
      add(bloom, log.address());
      for (Bytes topic : log.topics()) {
        add(bloom, topic);
      }
    }
  }

  private static void add(byte[] bloom, Bytes entry) {
    byte[] hash = Keccak256.hash(entry.toArrayUnsafe());
    for (int i = 0; i < BITS_PER_ENTRY; i++) {
      int bit = ((hash[2 * i] & 0xff) << 8 | (hash[2 * i + 1] & 0xff)) & BIT_MASK;
      bloom[BlockHeader.BLOOM_BYTES - 1 - bit / 8] |= (byte) (1 << bit % 8);
    }
  }
}
