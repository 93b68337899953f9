package io.kadlink.protocols.eth;

import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockAccessList;
import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.BlockRoots;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.Chain;
import io.kadlink.protocols.eth.chain.ForkFields;
import io.kadlink.protocols.eth.chain.ForkId;
import io.kadlink.protocols.eth.chain.ForkSchedule;
import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPool;
import io.kadlink.protocols.eth.kzg.NativeKzg;
import io.kadlink.protocols.eth.trie.MerkleTrie;
import io.kadlink.protocols.eth.wire.EthSamples;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
import org.jspecify.annotations.Nullable;

/**
 * A chain for tests of the networking: blocks are checked for their links and for a mark in their
 * extra data ({@link #BAD}), nothing else. The highest block is the head. One thread.
 */
public final class FakeChain implements Chain {
  /** A block with this as its extra data is refused. */
  public static final Bytes BAD = Bytes.fromHexString("0xbad0");

  private static final Bytes32 NO_OMMERS = Bytes32.wrap(Keccak256.hash(new byte[] {(byte) 0xc0}));

  private final Map<Bytes32, Block> blocks = new HashMap<>();
  private final List<BlockHeader> canonical = new ArrayList<>();
  private final List<Consumer<Block>> headListeners = new ArrayList<>();
  private final List<String> imports = new ArrayList<>();
  private final Map<Bytes32, List<Receipt>> receipts = new HashMap<>();
  private final Map<Bytes32, BlockAccessList> accessLists = new HashMap<>();
  private final List<Long> bodiesAsked = new ArrayList<>();
  private final Set<Bytes32> missingReceipts = new LinkedHashSet<>();
  private boolean executes = true;
  private int bodiesRead;
  private long earliestBlock;
  private final FakePool pool = new FakePool();
  private UInt256 difficulty = UInt256.ZERO;
  private long networkId = 1337;
  private Optional<ForkSchedule> forks = Optional.empty();
  private ForkId forkId = new ForkId(Bytes.fromHexString("0x01020304"), 0);

  /** All with the same {@code seed} have the same genesis block. */
  public FakeChain(int seed) {
    put(new Block(header(null, List.of(), Bytes.minimalBytes(seed), 1), emptyBody()));
  }

  public FakeChain() {
    this(1);
  }

  public FakeChain withNetworkId(long id) {
    networkId = id;
    return this;
  }

  /** With fork ids of another chain. */
  public FakeChain withForks(ForkSchedule forks) {
    this.forks = Optional.of(forks);
    return this;
  }

  public FakeChain withForkHash(String hash) {
    forkId = new ForkId(Bytes.fromHexString(hash), 0);
    return this;
  }

  /** From the next block on. */
  public FakeChain withDifficulty(long each) {
    difficulty = UInt256.valueOf(each);
    return this;
  }

  public void setForkId(ForkId forkId) {
    this.forkId = forkId;
  }

  /** Adds {@code count} blocks of our own, every third of them with a transaction. */
  public FakeChain grow(int count) {
    for (int i = 0; i < count; i++) {
      produce(
          canonical.size() % 3 == 0 ? List.of(EthSamples.transfer(canonical.size())) : List.of());
    }
    return this;
  }

  /** Adds one block of our own. */
  public Block produce(List<Transaction> transactions) {
    Block block = next(head(), transactions, Bytes.EMPTY);
    put(block);
    return block;
  }

  /** A block on {@code parent} that is not added. */
  public Block next(BlockHeader parent, List<Transaction> transactions, Bytes extraData) {
    return new Block(
        header(parent, transactions, extraData, parent.timestamp() + 1),
        new BlockBody(transactions, List.of(), Optional.of(List.of())));
  }

  private static BlockBody emptyBody() {
    return new BlockBody(List.of(), List.of(), Optional.of(List.of()));
  }

  private BlockHeader header(
      @Nullable BlockHeader parent,
      List<Transaction> transactions,
      Bytes extraData,
      long timestamp) {
    return new BlockHeader(
        parent == null ? Bytes32.ZERO : parent.hash(),
        NO_OMMERS,
        Bytes.wrap(new byte[20]),
        Bytes32.ZERO,
        BlockRoots.transactionsRoot(transactions),
        BlockRoots.receiptsRoot(receiptsOf(transactions)),
        Bytes.wrap(new byte[BlockHeader.BLOOM_BYTES]),
        difficulty,
        parent == null ? 0 : parent.number() + 1,
        30_000_000,
        0,
        timestamp,
        extraData,
        Bytes32.ZERO,
        Bytes.wrap(new byte[BlockHeader.NONCE_BYTES]),
        ForkFields.shanghai(UInt256.valueOf(7), MerkleTrie.EMPTY_ROOT));
  }

  private boolean put(Block block) {
    blocks.put(block.header().hash(), block);
    if (!executes && !block.header().receiptsRoot().equals(MerkleTrie.EMPTY_ROOT)) {
      missingReceipts.add(block.header().hash());
    }
    if (!canonical.isEmpty() && block.header().number() <= head().number()) {
      return false;
    }
    BlockHeader header = block.header();
    List<BlockHeader> branch = new ArrayList<>();
    while (header.number() >= canonical.size()
        || !canonical.get((int) header.number()).equals(header)) {
      branch.addFirst(header);
      if (header.number() == 0) {
        break;
      }
      header = header(header.parentHash()).orElseThrow();
    }
    while (canonical.size() > branch.getFirst().number()) {
      canonical.removeLast();
    }
    canonical.addAll(branch);
    List.copyOf(headListeners).forEach(listener -> listener.accept(block));
    return true;
  }

  /** What was asked to be imported, as "number" or "number known", in order. */
  public List<String> imports() {
    return imports;
  }

  /** The blocks whose body was looked up. */
  public List<Long> bodiesAsked() {
    return bodiesAsked;
  }

  /** How often a body was looked up. */
  public int bodiesRead() {
    return bodiesRead;
  }

  public Block block(long number) {
    return Objects.requireNonNull(blocks.get(canonical.get((int) number).hash()));
  }

  @Override
  public CompletionStage<ImportResult> importBlock(Block block) {
    return CompletableFuture.completedFuture(take(block));
  }

  private ImportResult take(Block block) {
    imports.add(Long.toString(block.header().number()));
    if (blocks.containsKey(block.header().hash())) {
      return new ImportResult.Known();
    }
    if (!blocks.containsKey(block.header().parentHash())) {
      return new ImportResult.UnknownParent();
    }
    if (block.header().extraData().equals(BAD)) {
      return new ImportResult.Invalid("extra data 0xbad0");
    }
    return new ImportResult.Imported(put(block), true);
  }

  @Override
  public long chainId() {
    return 1337;
  }

  @Override
  public long networkId() {
    return networkId;
  }

  @Override
  public Bytes32 genesisHash() {
    return canonical.getFirst().hash();
  }

  @Override
  public BlockHeader head() {
    return canonical.getLast();
  }

  @Override
  public UInt256 totalDifficulty() {
    return canonical.stream().map(BlockHeader::difficulty).reduce(UInt256.ZERO, UInt256::add);
  }

  @Override
  public ForkSchedule forks() {
    return forks.orElseGet(this::ownForks);
  }

  private ForkSchedule ownForks() {
    return new ForkSchedule() {
      @Override
      public ForkId at(BlockHeader head) {
        return forkId;
      }

      @Override
      public Optional<String> incompatibility(ForkId remote, BlockHeader head) {
        return remote.hash().equals(forkId.hash())
            ? Optional.empty()
            : Optional.of("fork hash " + remote.hash() + ", expected " + forkId.hash());
      }
    };
  }

  @Override
  public Optional<BlockHeader> header(long number) {
    return number >= 0 && number < canonical.size()
        ? Optional.of(canonical.get((int) number))
        : Optional.empty();
  }

  @Override
  public Optional<BlockHeader> header(Bytes32 hash) {
    return Optional.ofNullable(blocks.get(hash)).map(Block::header);
  }

  @Override
  public Optional<BlockBody> body(Bytes32 hash) {
    bodiesRead++;
    header(hash).ifPresent(header -> bodiesAsked.add(header.number()));
    return Optional.ofNullable(blocks.get(hash)).map(Block::body);
  }

  /** From now on these are the receipts of the block. */
  public void setReceipts(Bytes32 block, List<Receipt> receipts) {
    this.receipts.put(block, receipts);
  }

  /** From now on this is the access list of the block. */
  public void setAccessList(Bytes32 block, BlockAccessList accessList) {
    accessLists.put(block, accessList);
  }

  @Override
  public Optional<BlockAccessList> accessList(Bytes32 hash) {
    return Optional.ofNullable(accessLists.get(hash));
  }

  /** From now on bodies before this are told to be gone. */
  public void setEarliestBlock(long number) {
    earliestBlock = number;
  }

  @Override
  public long earliestBlock() {
    return earliestBlock;
  }

  @Override
  public Optional<List<Receipt>> receipts(Bytes32 hash) {
    if (receipts.containsKey(hash)) {
      return Optional.of(receipts.get(hash));
    }
    return missingReceipts.contains(hash)
        ? Optional.empty()
        : body(hash).map(body -> receiptsOf(body.transactions()));
  }

  private static List<Receipt> receiptsOf(List<Transaction> transactions) {
    return transactions.stream()
        .map(tx -> new Receipt(tx.type(), true, 21_000, List.of()))
        .toList();
  }

  /** From now on blocks are stored without receipts, as where they are not executed. */
  public FakeChain withoutExecution() {
    executes = false;
    return this;
  }

  @Override
  public List<BlockHeader> withoutReceipts(int max) {
    return canonical.stream()
        .filter(header -> missingReceipts.contains(header.hash()))
        .limit(max)
        .toList();
  }

  @Override
  public CompletionStage<Boolean> keepReceipts(Bytes32 hash, List<Receipt> kept) {
    missingReceipts.remove(hash);
    receipts.put(hash, kept);
    return CompletableFuture.completedStage(true);
  }

  @Override
  public FakePool pool() {
    return pool;
  }

  @Override
  public Subscription onNewHead(Consumer<Block> listener) {
    headListeners.add(listener);
    return () -> headListeners.remove(listener);
  }

  @Override
  public void close() {}

  /** Takes everything but nonces from 1,000,000 on, whose sender is at fault. */
  public static final class FakePool implements TransactionPool {
    private final Map<Bytes32, Transaction> transactions = new LinkedHashMap<>();
    private final Map<Bytes32, PooledTransaction> blobs = new HashMap<>();
    private final List<Consumer<Transaction>> listeners = new ArrayList<>();
    private final List<Bytes32> offered = new ArrayList<>();

    /** Hashes of all that was offered, in order, with repetitions. */
    public List<Bytes32> offered() {
      return offered;
    }

    /** A blob transaction with its sidecar. */
    public void put(PooledTransaction transaction) {
      transactions.put(transaction.hash(), transaction.transaction());
      blobs.put(transaction.hash(), transaction);
    }

    @Override
    public Optional<PooledTransaction> pooled(Bytes32 hash) {
      return Optional.ofNullable(blobs.get(hash)).or(() -> get(hash).map(PooledTransaction::of));
    }

    /**
     * Of what was put: of each blob transaction one blob, all cells; cell {@code i} is full of
     * {@code i}. Of what was added: the true ones.
     */
    @Override
    public Optional<List<Bytes>> cells(Bytes32 hash, CellMask mask) {
      return Optional.ofNullable(blobs.get(hash))
          .map(
              found ->
                  offered.contains(hash)
                      ? NativeKzg.load()
                          .orElseThrow()
                          .cells(found.sidecar().orElseThrow().blobs(), mask)
                      : mask.indices().stream().map(EthSamples::cell).toList());
    }

    @Override
    public Verdict add(PooledTransaction pooled) {
      Transaction transaction = pooled.transaction();
      offered.add(transaction.hash());
      if (transaction.payload().nonce() >= 1_000_000) {
        return new Verdict.Refused("nonce out of this world", true);
      }
      if (transaction.type() == 3
          && (pooled.flaw().isPresent()
              || !NativeKzg.load().orElseThrow().verify(pooled.sidecar().orElseThrow()))) {
        return new Verdict.Refused("not its blobs", true);
      }
      if (transaction.payload().nonce() >= 500_000) {
        return new Verdict.Refused("nonce too far ahead", false);
      }
      if (transactions.putIfAbsent(transaction.hash(), transaction) != null) {
        return new Verdict.Known();
      }
      if (pooled.sidecar().isPresent()) {
        blobs.put(transaction.hash(), pooled);
      }
      List.copyOf(listeners).forEach(listener -> listener.accept(transaction));
      return new Verdict.Accepted();
    }

    @Override
    public boolean contains(Bytes32 hash) {
      return transactions.containsKey(hash);
    }

    @Override
    public Optional<Transaction> get(Bytes32 hash) {
      return Optional.ofNullable(transactions.get(hash));
    }

    @Override
    public List<Bytes32> hashes(int max) {
      return transactions.keySet().stream().limit(max).toList();
    }

    @Override
    public int size() {
      return transactions.size();
    }

    @Override
    public Chain.Subscription onAdded(Consumer<Transaction> listener) {
      listeners.add(listener);
      return () -> listeners.remove(listener);
    }
  }
}
