package io.kadlink.protocols.eth.pool;

/**
 * How much a transaction pool holds.
 *
 * @param maxTransactions in all
 * @param maxBytes of their encodings, in all
 * @param maxPerSender from one account, so that nobody fills the pool alone
 * @param maxTransactionBytes of one encoding
 */
public record PoolLimits(
    int maxTransactions, long maxBytes, int maxPerSender, int maxTransactionBytes) {
  /** Room for a few full blocks; one transaction as large as other clients pass on (128 KiB). */
  public static final PoolLimits DEFAULT = new PoolLimits(8_192, 32 << 20, 256, 128 << 10);

  public PoolLimits {
    if (maxTransactions < 1 || maxBytes < 1 || maxPerSender < 1 || maxTransactionBytes < 1) {
      throw new IllegalArgumentException("pool limits are at least 1");
    }
  }
}
