package io.kadlink.protocols.eth.rules;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.BlockRoots;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * What a block must keep to whatever the state: the header against its parent, the body against the
 * header. Each method returns the rule that is broken, with what was found and what was expected.
 *
 * <p>Before the Merge (difficulty above 0) the proof of work or authority is not checked.
 */
public final class BlockRules {
  /** Yellow paper, section 4.3.4. */
  public static final int MAX_EXTRA_DATA_BYTES = 32;

  public static final long MIN_GAS_LIMIT = 5_000;

  /** The gas limit changes by less than the parent's divided by this. */
  public static final long GAS_LIMIT_BOUND_DIVISOR = 1_024;

  private static final Bytes NO_NONCE = Bytes.wrap(new byte[BlockHeader.NONCE_BYTES]);

  private final ChainConfig config;

  public BlockRules(ChainConfig config) {
    this.config = config;
  }

  /** Checks a header whose parent hash is that of {@code parent}. */
  public Optional<String> headerFault(BlockHeader header, BlockHeader parent) {
    if (header.number() != parent.number() + 1) {
      return fault("number", header.number(), parent.number() + 1);
    }
    if (Long.compareUnsigned(header.timestamp(), parent.timestamp()) <= 0) {
      return fault("timestamp", header.timestamp(), "after the parent's " + parent.timestamp());
    }
    return sealFault(header, parent)
        .or(() -> gasFault(header, parent))
        .or(() -> forkFieldsFault(header))
        .or(() -> baseFeeFault(header, parent))
        .or(() -> blobGasFault(header, parent));
  }

  private Optional<String> sealFault(BlockHeader header, BlockHeader parent) {
    if (!header.difficulty().isZero()) {
      return parent.difficulty().isZero()
          ? fault("difficulty", header.difficulty().toDecimalString(), "0 after the Merge")
          : Optional.empty();
    }
    if (header.extraData().size() > MAX_EXTRA_DATA_BYTES) {
      return fault(
          "extraData", header.extraData().size() + " bytes", "at most " + MAX_EXTRA_DATA_BYTES);
    }
    if (!header.nonce().equals(NO_NONCE)) {
      return fault("nonce", header.nonce(), "0 after the Merge");
    }
    return header.ommersHash().equals(BlockRoots.NO_OMMERS)
        ? Optional.empty()
        : fault("ommersHash", header.ommersHash(), "no ommers after the Merge");
  }

  private Optional<String> gasFault(BlockHeader header, BlockHeader parent) {
    if (header.gasLimit() < 0) {
      return fault("gasLimit", Long.toUnsignedString(header.gasLimit()), "at most 2^63 - 1");
    }
    if (Long.compareUnsigned(header.gasUsed(), header.gasLimit()) > 0) {
      return fault(
          "gasUsed",
          Long.toUnsignedString(header.gasUsed()),
          "at most the gas limit " + header.gasLimit());
    }
    boolean doubled = isLondon(header) && !isLondon(parent);
    long base = doubled ? parent.gasLimit() * BaseFee.ELASTICITY : parent.gasLimit();
    long bound = Long.divideUnsigned(base, GAS_LIMIT_BOUND_DIVISOR);
    if (Math.abs(header.gasLimit() - base) >= bound) {
      return fault("gasLimit", header.gasLimit(), "less than " + bound + " from " + base);
    }
    return header.gasLimit() < MIN_GAS_LIMIT
        ? fault("gasLimit", header.gasLimit(), "at least " + MIN_GAS_LIMIT)
        : Optional.empty();
  }

  private Optional<String> forkFieldsFault(BlockHeader header) {
    Fork fork = fork(header);
    return presenceFault("baseFee", header.baseFee(), fork, Fork.LONDON)
        .or(() -> presenceFault("withdrawalsRoot", header.withdrawalsRoot(), fork, Fork.SHANGHAI))
        .or(() -> presenceFault("blobGasUsed", header.blobGasUsed(), fork, Fork.CANCUN))
        .or(() -> presenceFault("excessBlobGas", header.excessBlobGas(), fork, Fork.CANCUN))
        .or(
            () ->
                presenceFault(
                    "parentBeaconBlockRoot", header.parentBeaconBlockRoot(), fork, Fork.CANCUN))
        .or(() -> presenceFault("requestsHash", header.requestsHash(), fork, Fork.PRAGUE))
        .or(() -> amsterdamFault("blockAccessListHash", header, header.blockAccessListHash()))
        .or(() -> amsterdamFault("slotNumber", header, header.slotNumber()));
  }

  private Optional<String> amsterdamFault(String field, BlockHeader header, Optional<?> value) {
    return presenceFault(
        field, value, config.isAmsterdam(header.number(), header.timestamp()), "Amsterdam");
  }

  private static Optional<String> presenceFault(
      String field, Optional<?> value, Fork fork, Fork since) {
    return presenceFault(field, value, fork.has(since), since);
  }

  private static Optional<String> presenceFault(
      String field, Optional<?> value, boolean expected, Object since) {
    if (value.isPresent() == expected) {
      return Optional.empty();
    }
    return fault(
        field,
        value.isPresent() ? "present" : "missing",
        (value.isPresent() ? "none before " : "present since ") + since);
  }

  private Optional<String> baseFeeFault(BlockHeader header, BlockHeader parent) {
    if (header.baseFee().isEmpty()) {
      return Optional.empty();
    }
    UInt256 expected = BaseFee.after(parent, isLondon(parent));
    return header.baseFee().get().equals(expected)
        ? Optional.empty()
        : fault("baseFee", header.baseFee().get().toDecimalString(), expected.toDecimalString());
  }

  private Optional<String> blobGasFault(BlockHeader header, BlockHeader parent) {
    if (header.blobGasUsed().isEmpty() || header.excessBlobGas().isEmpty()) {
      return Optional.empty();
    }
    long used = header.blobGasUsed().get();
    if (Long.remainderUnsigned(used, BlobFee.GAS_PER_BLOB) != 0) {
      return fault(
          "blobGasUsed", Long.toUnsignedString(used), "a multiple of " + BlobFee.GAS_PER_BLOB);
    }
    if (fork(header) == Fork.LATER) {
      return Optional.empty(); // EIP-7918 and blob-parameter forks go by other formulas
    }
    long expected = excessBlobGas(parent, header.timestamp());
    return header.excessBlobGas().get() == expected
        ? Optional.empty()
        : fault("excessBlobGas", Long.toUnsignedString(header.excessBlobGas().get()), expected);
  }

  /** The excess blob gas of a child of {@code parent} at this time, until Osaka (EIP-4844). */
  public long excessBlobGas(BlockHeader parent, long timestamp) {
    return BlobFee.excessAfter(parent, config.blobs(timestamp), false);
  }

  /** Checks that a body is the one its header commits to. */
  public Optional<String> bodyFault(Block block) {
    BlockHeader header = block.header();
    BlockBody body = block.body();
    Bytes32 ommers = BlockRoots.ommersHash(body.ommers());
    if (!ommers.equals(header.ommersHash())) {
      return fault("ommersHash", header.ommersHash(), ommers);
    }
    Bytes32 transactions = BlockRoots.transactionsRoot(body.transactions());
    if (!transactions.equals(header.transactionsRoot())) {
      return fault("transactionsRoot", header.transactionsRoot(), transactions);
    }
    if (body.withdrawals().isPresent() != header.withdrawalsRoot().isPresent()) {
      return fault(
          "withdrawals",
          body.withdrawals().isPresent() ? "present" : "missing",
          "as the header says");
    }
    if (body.withdrawals().isPresent()) {
      Bytes32 withdrawals = BlockRoots.withdrawalsRoot(body.withdrawals().get());
      if (!header.withdrawalsRoot().equals(Optional.of(withdrawals))) {
        return fault("withdrawalsRoot", header.withdrawalsRoot().orElseThrow(), withdrawals);
      }
    }
    long blobGas = blobs(body) * BlobFee.GAS_PER_BLOB;
    long claimed = header.blobGasUsed().orElse(0L);
    return blobGas == claimed
        ? Optional.empty()
        : fault("blobGasUsed", Long.toUnsignedString(claimed), blobGas);
  }

  private static long blobs(BlockBody body) {
    return body.transactions().stream()
        .mapToLong(
            transaction ->
                transaction.payload() instanceof TransactionPayload.Blob blob
                    ? blob.blobVersionedHashes().size()
                    : 0)
        .sum();
  }

  public Fork fork(BlockHeader header) {
    return config.fork(header.number(), header.timestamp());
  }

  private boolean isLondon(BlockHeader header) {
    return fork(header).has(Fork.LONDON);
  }

  /** The words in which a broken rule is told. */
  public static Optional<String> fault(String rule, Object found, Object expected) {
    return Optional.of(rule + ": " + found + ", expected " + expected);
  }
}
