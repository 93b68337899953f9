package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.chain.TransactionPool.Verdict;
import io.kadlink.protocols.eth.chain.Withdrawal;
import io.kadlink.protocols.eth.pool.PoolLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * Writes a chain of random transfers between {@link DevAccounts} to files that geth can read:
 * {@code genesis.json}, {@code chain.rlp}, and the accounts at the head in {@code headstate.json}.
 * Transactions are of each type that transfers value, some with data or access lists; blocks have
 * withdrawals. The same arguments give the same files.
 */
public final class ChainGenerator {
  /** The files' names. */
  public static final String GENESIS_FILE = "genesis.json";

  public static final String CHAIN_FILE = "chain.rlp";

  public static final String STATE_FILE = "headstate.json";

  /** Seconds from block to block. */
  private static final long BLOCK_SECONDS = 12;

  private static final Bytes COINBASE =
      Bytes.fromHexString("0xc0ffee00c0ffee00c0ffee00c0ffee00c0ffee00");

  private static final int MAX_DATA_BYTES = 200;
  private static final int MAX_WITHDRAWALS = 3;

  /** Enough for {@link #MAX_DATA_BYTES} and an access list, under the calldata floor too. */
  private static final long GAS_LIMIT = 60_000;

  private final RandomGenerator random;
  private final DevChain chain;
  private final int accounts;
  private final Set<Bytes> touched = new LinkedHashSet<>();
  private long withdrawals;

  private ChainGenerator(DevChain chain, int accounts, RandomGenerator random) {
    this.chain = chain;
    this.accounts = accounts;
    this.random = random;
  }

  /**
   * Generates a chain.
   *
   * @param genesis one that funds {@link DevAccounts}, under Shanghai rules or newer
   * @param blocks how many follow the genesis block
   * @param transactions in each block
   * @param accounts how many accounts send, from 1 to {@link DevAccounts#COUNT}
   * @param directory where the files go; made when there is none
   * @throws IOException when the files can't be written
   */
  public static void generate(
      Genesis genesis, int blocks, int transactions, int accounts, long seed, Path directory)
      throws IOException {
    if (accounts < 1 || accounts > DevAccounts.COUNT) {
      throw new IllegalArgumentException("accounts are 1 to " + DevAccounts.COUNT);
    }
    Files.createDirectories(directory);
    Files.writeString(directory.resolve(GENESIS_FILE), GenesisFile.format(genesis));
    PoolLimits limits =
        new PoolLimits(
            transactions + 1,
            Integer.MAX_VALUE,
            transactions + 1,
            transactions + 1,
            0,
            0,
            0,
            UInt256.ZERO);
    try (DevChain chain =
        DevChain.open(
            DevChainOptions.of(genesis)
                .withTransfersOnly(true)
                .withPoolLimits(limits)
                .withExecutor(Runnable::run))) {
      ChainGenerator generator = new ChainGenerator(chain, accounts, new SplittableRandom(seed));
      for (int i = 0; i < blocks; i++) {
        generator.addBlock(transactions);
      }
      ChainFile.export(chain, directory.resolve(CHAIN_FILE), 1, blocks);
      generator.touched.addAll(genesis.alloc().keySet());
      generator.touched.add(COINBASE);
      Files.writeString(directory.resolve(STATE_FILE), StateDump.write(chain, generator.touched));
    }
  }

  private void addBlock(int transactions) {
    for (int i = 0; i < transactions; i++) {
      Transaction transaction = transaction();
      if (!(chain.pool().add(transaction) instanceof Verdict.Accepted)) {
        throw new IllegalStateException("the pool does not take " + transaction);
      }
    }
    List<Withdrawal> list =
        random
            .ints(random.nextInt(MAX_WITHDRAWALS + 1), 0, 1_000_000)
            .mapToObj(gwei -> new Withdrawal(withdrawals++, gwei % 7, address(), gwei))
            .toList();
    Block block =
        new BlockProducer(chain, COINBASE, InstantSource.system())
            .buildBlock(chain.head().timestamp() + BLOCK_SECONDS, list);
    ImportResult result = chain.importBlock(block).toCompletableFuture().join();
    if (!result.equals(new ImportResult.Imported(true, true))) {
      throw new IllegalStateException("own block " + block.header() + ": " + result);
    }
  }

  private Transaction transaction() {
    int sender = random.nextInt(accounts);
    long nonce = chain.nextNonce(DevAccounts.address(sender));
    Bytes to = address();
    UInt256 chainId = UInt256.valueOf(chain.chainId());
    UInt256 wei = UInt256.valueOf(random.nextLong(1L << 50));
    UInt256 tip = UInt256.valueOf(1 + random.nextInt(1_000_000_000));
    UInt256 fee = chain.nextBaseFee().multiply(UInt256.valueOf(2)).add(tip);
    byte[] data = new byte[random.nextInt(3) == 0 ? random.nextInt(MAX_DATA_BYTES) : 0];
    random.nextBytes(data);
    Bytes input = Bytes.wrap(data);
    List<TransactionPayload.AccessTuple> access =
        List.of(new TransactionPayload.AccessTuple(to, List.of()));
    TransactionPayload payload =
        switch (random.nextInt(4)) {
          case 0 ->
              new TransactionPayload.Legacy(
                  Optional.of(chainId), nonce, fee, GAS_LIMIT, Optional.of(to), wei, input);
          case 1 ->
              new TransactionPayload.WithAccessList(
                  chainId, nonce, fee, GAS_LIMIT, Optional.of(to), wei, input, access);
          default ->
              new TransactionPayload.DynamicFee(
                  chainId, nonce, tip, fee, GAS_LIMIT, Optional.of(to), wei, input, List.of());
        };
    return Transaction.sign(payload, DevAccounts.key(sender));
  }

  /** An account of the genesis, or one that nobody has the key of. */
  private Bytes address() {
    if (random.nextBoolean()) {
      return DevAccounts.address(random.nextInt(DevAccounts.COUNT));
    }
    byte[] bytes = new byte[20];
    random.nextBytes(bytes);
    Bytes address = Bytes.wrap(bytes);
    touched.add(address);
    return address;
  }
}
