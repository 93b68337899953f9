package io.kadlink.cli;

import io.kadlink.protocols.eth.dev.DevChainOptions;
import io.kadlink.protocols.eth.pool.PoolLimits;
import java.math.BigInteger;
import org.apache.tuweni.units.bigints.UInt256;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how much the transaction pool holds and what it takes. */
final class PoolArguments {
  private static final long BYTES_PER_MEBIBYTE = 1 << 20;

  @Option(
      names = "--pool-transactions",
      paramLabel = "N",
      description = "Transactions in the pool at most (default: 8192).")
  private @Nullable Integer transactions;

  @Option(
      names = "--pool-blobs",
      paramLabel = "MIB",
      description = "Disk for blob transactions with their cells, in MiB; 0: none (default: 256).")
  private @Nullable Integer blobMebibytes;

  @Option(
      names = "--min-tip",
      paramLabel = "WEI",
      description = "Wei per gas that others' transactions offer at least (default: 1).")
  private @Nullable BigInteger minTip;

  /** The limits of these options. */
  PoolLimits limits() {
    PoolLimits limits = PoolLimits.DEFAULT;
    if (transactions != null) {
      require(transactions >= 1, "--pool-transactions takes 1 or more, not " + transactions);
      limits = limits.withTransactions(transactions);
    }
    if (blobMebibytes != null) {
      require(blobMebibytes >= 0, "--pool-blobs takes 0 or more, not " + blobMebibytes);
      limits = limits.withBlobBytes(blobMebibytes * BYTES_PER_MEBIBYTE);
    }
    if (minTip != null) {
      require(
          minTip.signum() >= 0 && minTip.bitLength() <= Long.SIZE - 1,
          "--min-tip takes 0 to 2^63 - 1, not " + minTip);
      limits = limits.withMinTip(UInt256.valueOf(minTip));
    }
    return limits;
  }

  DevChainOptions applyTo(DevChainOptions chain) {
    return chain.withPoolLimits(limits());
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new CommandFailure(rule);
    }
  }
}
