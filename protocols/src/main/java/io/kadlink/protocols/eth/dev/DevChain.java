package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.Chain;
import io.kadlink.protocols.eth.chain.ForkTimeline;
import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.dev.ChainStore.Standing;
import io.kadlink.protocols.eth.kzg.NativeKzg;
import io.kadlink.protocols.eth.pool.HeadView;
import io.kadlink.protocols.eth.pool.Mempool;
import io.kadlink.protocols.eth.pool.PoolContent;
import io.kadlink.protocols.eth.pool.PoolFiles;
import io.kadlink.protocols.eth.rules.BaseFee;
import io.kadlink.protocols.eth.rules.BlockRules;
import io.kadlink.protocols.eth.rules.ChainConfig;
import io.kadlink.protocols.eth.rules.Fork;
import io.kadlink.protocols.eth.rules.TransactionGas;
import io.kadlink.protocols.eth.rules.TransactionRules;
import io.kadlink.protocols.eth.state.Account;
import io.kadlink.protocols.eth.state.DumpedState;
import io.kadlink.protocols.eth.state.InvalidStateException;
import io.kadlink.protocols.eth.state.WorldState;
import io.kadlink.protocols.eth.store.StateLayers;
import io.kadlink.protocols.eth.trie.MissingNodeException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The built-in chain, or one with another genesis. Blocks of value transfers under Shanghai, Cancun
 * and Prague are executed and checked in full; blocks that need an EVM are refused or, where the
 * options say so, stored with their state unchecked.
 *
 * <p>The head is the block with the most total difficulty, then the greatest number, then the one
 * seen first: after the Merge, the longest chain. The latest {@value StateLayers#KEPT} states are
 * kept; a branch that leaves the chain below them is refused.
 *
 * <p>Reads go to the store from any thread. Imports run on one thread, in the order they came in;
 * what waits is written in one commit, and only then is anybody told.
 */
public final class DevChain implements Chain {
  private static final Logger LOG = LoggerFactory.getLogger(DevChain.class);

  /** What the pool keeps on disk, in the chain's directory. */
  private static final String POOL = "pool";

  private final DevChainOptions options;
  private final ChainStore store;
  private final Bytes32 genesisHash;
  private final ForkTimeline forks;
  private final BlockRules rules;
  private final KnownStates states;
  private final Mempool pool;
  private final MissingReceipts missing;
  private final ImportQueue imports;
  private final ChainThreads threads;
  private final List<Consumer<Block>> headListeners = new CopyOnWriteArrayList<>();

  private volatile Head head;

  /** Null until a consensus layer has spoken. */
  private volatile @Nullable ForkChoice chosen;

  /** The best block. */
  record Head(BlockHeader header, Standing standing) {}

  private DevChain(
      DevChainOptions options,
      ChainStore store,
      BlockJudge judge,
      PoolFiles poolFiles,
      Bytes32 genesisHash,
      Head head) {
    this.options = options;
    this.store = store;
    this.genesisHash = genesisHash;
    this.head = head;
    ChainConfig config = options.genesis().config();
    this.forks = config.timeline(genesisHash, options.genesis().timestamp());
    this.rules = new BlockRules(config);
    this.states = new KnownStates(store, config);
    ChainMetrics metrics = new ChainMetrics(options.meters());
    this.pool =
        new Mempool(
            new TransactionRules(config.chainId()),
            options.poolLimits(),
            poolFiles,
            NativeKzg::load,
            options.meters());
    this.threads = ChainThreads.of(options.executor());
    this.missing = new MissingReceipts(store);
    this.imports =
        new ImportQueue(
            threads.imports(),
            new BlockImporter(store, judge, missing, head),
            this::publish,
            new BlockChecks(rules, threads.checks()),
            metrics);
    pool.onHead(states.at(head), List.of());
    options.meters().gauge("kadlink.chain.head", this, chain -> chain.head().number());
    options.meters().gauge("kadlink.chain.states", store.states(), StateLayers::size);
    options.meters().gauge("kadlink.chain.unwritten", imports, each -> each.unwritten() ? 1 : 0);
  }

  /**
   * Opens the chain, making it from its genesis when the directory has none.
   *
   * @throws IOException when the directory can't be used, is damaged, or has another chain
   */
  public static DevChain open(DevChainOptions options) throws IOException {
    return open(
        options,
        options.directory().isPresent()
            ? ChainStore.open(options.directory().get())
            : ChainStore.inMemory());
  }

  static DevChain open(DevChainOptions options, ChainStore store) throws IOException {
    try {
      Bytes32 genesisHash = StoredGenesis.ensure(store, options.genesis());
      Head head = StoredGenesis.head(store);
      LOG.info(
          "chain {} with genesis {} at block {} in {}",
          options.genesis().config().chainId(),
          genesisHash,
          head.header(),
          store.name());
      BlockJudge judge =
          new BlockJudge(
              options.genesis().config(),
              options.transfersOnly(),
              store.states().nodes(),
              options.clock());
      if (head.standing().stateChecked()) {
        Optional<String> missing = new StateReplay(store, judge).ensure(head.header());
        if (missing.isPresent()) {
          throw StoredGenesis.damaged(store, missing.get());
        }
      }
      PoolFiles poolFiles =
          options.directory().isPresent()
              ? PoolFiles.in(options.directory().get().resolve(POOL))
              : PoolFiles.inMemory();
      return new DevChain(options, store, judge, poolFiles, genesisHash, head);
    } catch (MissingNodeException e) {
      store.close();
      throw new IOException(
          "the chain store " + store.name() + " is damaged: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      store.close();
      Optional<String> why = ChainStore.writingFailed(e);
      if (why.isPresent()) {
        throw new IOException(
            "the chain store " + store.name() + " can't be written: " + why.get(), e);
      }
      throw e;
    } catch (IOException e) {
      store.close();
      throw e;
    }
  }

  @Override
  public long chainId() {
    return options.genesis().config().chainId();
  }

  @Override
  public long networkId() {
    return options.networkId().orElse(chainId());
  }

  @Override
  public Bytes32 genesisHash() {
    return genesisHash;
  }

  @Override
  public BlockHeader head() {
    return head.header();
  }

  /** Whether the state at the head was executed here. */
  public boolean headStateChecked() {
    return head.standing().stateChecked();
  }

  @Override
  public UInt256 totalDifficulty() {
    return head.standing().totalDifficulty();
  }

  @Override
  public ForkTimeline forks() {
    return forks;
  }

  @Override
  public Optional<BlockHeader> header(long number) {
    return Long.compareUnsigned(number, head.header().number()) > 0
        ? Optional.empty()
        : store.canonicalHash(number).flatMap(store::header);
  }

  @Override
  public Optional<BlockHeader> header(Bytes32 hash) {
    return store.header(hash);
  }

  @Override
  public Optional<BlockBody> body(Bytes32 hash) {
    return store.body(hash);
  }

  @Override
  public Optional<List<Receipt>> receipts(Bytes32 hash) {
    return store.receipts(hash);
  }

  @Override
  public List<BlockHeader> withoutReceipts(int max) {
    return missing.lowest(max, head.header().number());
  }

  @Override
  public CompletionStage<Boolean> keepReceipts(Bytes32 hash, List<Receipt> receipts) {
    return imports.keep(hash, receipts);
  }

  /** Where a transaction stands in the canonical chain. */
  public Optional<TransactionPlace> place(Bytes32 transactionHash) {
    return store.place(transactionHash);
  }

  /** The account at the head; empty when the state there is not known. */
  public Optional<Account> account(Bytes address) {
    Head now = head;
    Optional<Account> account = account(address, now.header().hash());
    return account.isEmpty() && !now.equals(head) ? account(address) : account;
  }

  /** The account after the block with this hash; empty when that state is not known. */
  public Optional<Account> account(Bytes address, Bytes32 blockHash) {
    return states.account(address, blockHash);
  }

  /** The nonce of the next transaction {@code address} should sign, after those in the pool. */
  public long nextNonce(Bytes address) {
    return pool.nextNonce(address);
  }

  /**
   * The gas that a transaction will use in the block after the head, whatever gas limit it has.
   * Empty when only an EVM can tell, or the state at the head is not known.
   */
  public OptionalLong gasOf(TransactionPayload payload) {
    HeadView now = states.at(head);
    return !(now instanceof ExecutedHead) || now.objection(payload).isPresent()
        ? OptionalLong.empty()
        : OptionalLong.of(TransactionGas.required(payload, now.next().fork()));
  }

  /** The base fee of the block after the head, in wei per gas. */
  public UInt256 nextBaseFee() {
    BlockHeader parent = head.header();
    return BaseFee.after(parent, rules.fork(parent).has(Fork.LONDON));
  }

  @Override
  public CompletionStage<ImportResult> importBlock(Block block) {
    return imports.add(block);
  }

  /**
   * Follows a consensus layer: its head becomes the chain's, unless it is canonical already. From
   * then on a block becomes the head by being chosen or by following the head, not by being higher.
   * Answered like {@link #importBlock}, in its order.
   */
  public CompletionStage<ForkChoice.Outcome> choose(ForkChoice choice) {
    return imports
        .choose(choice)
        .thenApply(
            outcome -> {
              if (!(outcome instanceof ForkChoice.Outcome.Followed followed)) {
                return outcome;
              }
              chosen = choice;
              boolean known = followed.stateKnown() || states.isHandedIn(followed.head());
              return new ForkChoice.Outcome.Followed(followed.head(), known);
            });
  }

  /** The block that will hardly be left: the head while no consensus layer has spoken. */
  public Optional<BlockHeader> safe() {
    ForkChoice now = chosen;
    return now == null ? Optional.of(head()) : store.header(now.safe());
  }

  /** The block that will never be left: the head while no consensus layer has spoken. */
  public Optional<BlockHeader> finalized() {
    ForkChoice now = chosen;
    return now == null ? Optional.of(head()) : store.header(now.finalized());
  }

  /** The transactions that wait, at this moment. */
  public PoolContent poolContent() {
    return pool.content();
  }

  @Override
  public Mempool pool() {
    return pool;
  }

  @Override
  public Subscription onNewHead(Consumer<Block> listener) {
    headListeners.add(listener);
    return () -> headListeners.remove(listener);
  }

  Genesis genesis() {
    return options.genesis();
  }

  WorldState state(BlockHeader header) {
    return states.executed(header);
  }

  /**
   * Takes over the state of the head, which others have executed: the pool judges by it, and
   * accounts are answered from it, until a block follows that needs an EVM. To be called before
   * blocks come from elsewhere.
   *
   * @throws InvalidStateException when it is the state of another block than the head
   */
  public void adopt(DumpedState state) {
    Head now = head;
    states.adopt(state, now.header());
    pool.onHead(states.at(now), List.of());
  }

  /** Called on the import thread after each commit. */
  private void publish(Head newHead, List<Block> newHeads, List<Transaction> returned) {
    if (newHeads.isEmpty()) {
      return;
    }
    head = newHead;
    pool.onHead(states.next(newHead), returned);
    for (Block block : newHeads) {
      for (Consumer<Block> listener : headListeners) {
        try {
          listener.accept(block);
        } catch (RuntimeException e) {
          LOG.warn("a listener failed on block {}", block.header(), e);
        }
      }
    }
  }

  /** Ends imports; those that wait fail. The store is closed at the last commit. */
  @Override
  public void close() {
    imports.close();
    threads.close();
    store.close();
  }
}
