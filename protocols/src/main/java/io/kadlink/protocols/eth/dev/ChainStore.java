package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockCodec;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.HeaderCodec;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.ReceiptCodec;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import io.kadlink.protocols.eth.rlp.RlpReader;
import io.kadlink.protocols.eth.trie.NodeSink;
import io.kadlink.protocols.eth.trie.NodeSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.units.bigints.UInt256;
import org.h2.mvstore.FileStore;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.jspecify.annotations.Nullable;

/**
 * Blocks, receipts and state trie nodes in one H2 MVStore file, or in memory.
 *
 * <p>Nothing is on disk before {@link #commit}, and a commit is atomic: whenever the process dies,
 * the file opens again at the last one. Blocks are keyed by number and hash, so that a growing
 * chain appends to the end of the tree; trie nodes by hash. Nothing is ever pruned: every state
 * that was stored stays readable.
 *
 * <p>Reads may come from any thread and see what has been put, committed or not. One thread at a
 * time may write.
 */
final class ChainStore implements AutoCloseable {
  /** The file's name under the data directory. */
  static final String FILE_NAME = "chain.mv";

  /** What the layout of this class is called inside the file. */
  private static final String LAYOUT = "kadlink-chain-1";

  /** Smaller pages than H2's 16 KiB: random keys rewrite less. */
  private static final int PAGE_BYTES = 4096;

  private static final int CACHE_MEGABYTES = 32;

  private static final long TIDY_EVERY_BYTES = 4 << 20;

  /** Live pages in sparser parts of the file are written anew, at most so many bytes at a time. */
  private static final int TIDY_WRITE_BYTES = 4 << 20;

  /** Sparser than this, and a part of the file is worth writing anew. */
  private static final int TARGET_FILL_PERCENT = 60;

  private static final byte[] HEAD = "head".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] GENESIS = "genesis".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LAYOUT_KEY = "layout".getBytes(StandardCharsets.US_ASCII);

  private final MVStore store;
  private final String name;
  private final MVMap<byte[], byte[]> headers;
  private final MVMap<byte[], byte[]> bodies;
  private final MVMap<byte[], byte[]> receipts;
  private final MVMap<byte[], byte[]> standings;
  private final MVMap<byte[], byte[]> numbers;
  private final MVMap<byte[], byte[]> canonical;
  private final MVMap<byte[], byte[]> transactions;
  private final MVMap<byte[], byte[]> nodes;
  private final MVMap<byte[], byte[]> meta;
  private long tidiedBytes;

  /**
   * What is known of a stored block besides its content.
   *
   * @param totalDifficulty of it and all before it
   * @param stateChecked whether its state is in the store
   */
  record Standing(UInt256 totalDifficulty, boolean stateChecked) {}

  private ChainStore(MVStore store, String name) {
    this.store = store;
    store.setRetentionTime(0); // each commit is synced, so replaced parts need not outlast it
    this.name = name;
    this.headers = open("headers");
    this.bodies = open("bodies");
    this.receipts = open("receipts");
    this.standings = open("standings");
    this.numbers = open("numbers");
    this.canonical = open("canonical");
    this.transactions = open("transactions");
    this.nodes = open("nodes");
    this.meta = open("meta");
  }

  private MVMap<byte[], byte[]> open(String map) {
    return store.openMap(
        map,
        new MVMap.Builder<byte[], byte[]>()
            .keyType(ByteArrayDataType.INSTANCE)
            .valueType(ByteArrayDataType.INSTANCE));
  }

  /** A store that is gone when it is closed. */
  static ChainStore inMemory() {
    return new ChainStore(new MVStore.Builder().autoCommitDisabled().open(), "memory");
  }

  /**
   * The store in {@code directory}, made when there is none.
   *
   * @throws IOException when it can't be opened: damaged, in use by another process, or not a chain
   */
  static ChainStore open(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path file = directory.resolve(FILE_NAME);
    MVStore store;
    try {
      store =
          new MVStore.Builder()
              .fileName(file.toString())
              .autoCommitDisabled()
              .pageSplitSize(PAGE_BYTES)
              .cacheSize(CACHE_MEGABYTES)
              .open();
    } catch (RuntimeException e) { // damage shows as many kinds of exception
      throw new IOException("the chain store " + file + " can't be opened: " + e.getMessage(), e);
    }
    ChainStore chainStore;
    try {
      chainStore = new ChainStore(store, file.toString());
      chainStore.checkLayout();
    } catch (RuntimeException | IOException e) {
      store.closeImmediately();
      throw new IOException("the chain store " + file + " can't be used: " + e.getMessage(), e);
    }
    return chainStore;
  }

  private void checkLayout() throws IOException {
    byte[] layout = get(meta, LAYOUT_KEY);
    byte[] expected = LAYOUT.getBytes(StandardCharsets.US_ASCII);
    if (layout == null) {
      if (!meta.isEmpty()) {
        throw new IOException("it was not made by this program");
      }
      meta.put(LAYOUT_KEY, expected);
    } else if (!Bytes.wrap(layout).equals(Bytes.wrap(expected))) {
      throw new IOException(
          "its layout is "
              + new String(layout, StandardCharsets.US_ASCII)
              + ", this program reads "
              + LAYOUT);
    }
  }

  /** The file, or {@code memory}. */
  String name() {
    return name;
  }

  Optional<Bytes32> head() {
    return hash(get(meta, HEAD));
  }

  Optional<Bytes32> genesis() {
    return hash(get(meta, GENESIS));
  }

  Optional<Bytes32> canonicalHash(long number) {
    return hash(get(canonical, numberKey(number)));
  }

  Optional<BlockHeader> header(Bytes32 hash) {
    return read(
        headers,
        hash,
        rlp -> {
          BlockHeader header = HeaderCodec.decode(rlp);
          if (!header.hash().equals(hash)) {
            throw new InvalidRlpException("header: not the one with hash " + hash);
          }
          return header;
        });
  }

  Optional<BlockBody> body(Bytes32 hash) {
    return read(bodies, hash, BlockCodec::decodeBody);
  }

  /** Empty for a block whose transactions were not executed. */
  Optional<List<Receipt>> receipts(Bytes32 hash) {
    return read(receipts, hash, rlp -> RlpReader.of(rlp).list("receipts", ReceiptCodec::readItem));
  }

  Optional<Standing> standing(Bytes32 hash) {
    return read(
        standings,
        hash,
        rlp -> {
          RlpReader reader = RlpReader.ofList(rlp, "standing");
          return new Standing(
              reader.uint256("totalDifficulty"), reader.smallInteger("checked", 1) == 1);
        });
  }

  boolean contains(Bytes32 hash) {
    return get(numbers, hash.toArrayUnsafe()) != null;
  }

  /** Where a transaction stands in the canonical chain. */
  Optional<TransactionPlace> place(Bytes32 transaction) {
    byte[] value = get(transactions, transaction.toArrayUnsafe());
    if (value == null) {
      return Optional.empty();
    }
    RlpReader reader = RlpReader.ofList(value, "place");
    return Optional.of(
        new TransactionPlace(
            reader.bytes32("block"), reader.smallInteger("index", Integer.MAX_VALUE)));
  }

  NodeSource nodes() {
    return hash -> {
      byte[] rlp = get(nodes, hash.toArrayUnsafe());
      return rlp == null ? Optional.empty() : Optional.of(Bytes.wrap(rlp));
    };
  }

  NodeSink nodeSink() {
    return (hash, rlp) -> nodes.put(hash.toArrayUnsafe(), rlp.toArrayUnsafe());
  }

  /** Stores a block; {@code receipts} are empty when it was not executed. */
  void put(Block block, Optional<List<Receipt>> receiptList, Standing standing) {
    BlockHeader header = block.header();
    byte[] key = blockKey(header.number(), header.hash());
    headers.put(key, header.encoded().toArrayUnsafe());
    bodies.put(key, BlockCodec.encodeBody(block.body()).toArrayUnsafe());
    receiptList.ifPresent(
        list ->
            receipts.put(
                key,
                RLP.encodeList(
                        list,
                        (writer, receipt) -> writer.writeRLP(ReceiptCodec.encodeItem(receipt)))
                    .toArrayUnsafe()));
    standings.put(
        key,
        RLP.encodeList(
                writer -> {
                  writer.writeValue(standing.totalDifficulty().toMinimalBytes());
                  writer.writeInt(standing.stateChecked() ? 1 : 0);
                })
            .toArrayUnsafe());
    numbers.put(header.hash().toArrayUnsafe(), numberKey(header.number()));
  }

  /** Makes a stored block the canonical one of its height. */
  void putCanonical(Block block) {
    Bytes32 hash = block.header().hash();
    canonical.put(numberKey(block.header().number()), hash.toArrayUnsafe());
    List<Transaction> list = block.body().transactions();
    for (int i = 0; i < list.size(); i++) {
      int index = i;
      transactions.put(
          list.get(i).hash().toArrayUnsafe(),
          RLP.encodeList(
                  writer -> {
                    writer.writeValue(hash);
                    writer.writeInt(index);
                  })
              .toArrayUnsafe());
    }
  }

  /** Takes back {@link #putCanonical}; the block stays. */
  void removeCanonical(Block block) {
    canonical.remove(numberKey(block.header().number()));
    block.body().transactions().forEach(tx -> transactions.remove(tx.hash().toArrayUnsafe()));
  }

  void putHead(Bytes32 hash) {
    meta.put(HEAD, hash.toArrayUnsafe());
  }

  void putGenesis(Bytes32 hash) {
    meta.put(GENESIS, hash.toArrayUnsafe());
  }

  /** Makes everything put so far last, whatever becomes of the process or the machine. */
  void commit() {
    store.commit();
    store.sync();
  }

  /**
   * Makes room in the file when it has grown by {@value #TIDY_EVERY_BYTES} bytes since the last
   * time: what earlier commits wrote and later ones replaced is given back. Takes some
   * milliseconds; everything must be committed.
   */
  void tidy() {
    FileStore<?> file = store.getFileStore();
    if (file == null || file.size() < tidiedBytes + TIDY_EVERY_BYTES) {
      return;
    }
    store.compact(TARGET_FILL_PERCENT, TIDY_WRITE_BYTES);
    tidiedBytes = file.size();
  }

  /** Forgets everything put since the last commit. */
  void rollback() {
    store.rollback();
  }

  /** Writes what has been put and closes the file. */
  @Override
  public void close() {
    if (!store.isClosed()) {
      store.close();
    }
  }

  private <T> Optional<T> read(
      MVMap<byte[], byte[]> map, Bytes32 hash, Function<Bytes, T> decoder) {
    byte[] number = get(numbers, hash.toArrayUnsafe());
    if (number == null) {
      return Optional.empty();
    }
    byte[] value = get(map, Bytes.concatenate(Bytes.wrap(number), hash).toArrayUnsafe());
    if (value == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(decoder.apply(Bytes.wrap(value)));
    } catch (InvalidRlpException e) {
      throw damaged(e);
    }
  }

  private byte @Nullable [] get(MVMap<byte[], byte[]> map, byte[] key) {
    if (store.isClosed()) {
      throw new IllegalStateException("the chain is closed");
    }
    MVStore.TxCounter usage = store.registerVersionUsage(); // keeps what is read from being reused
    try {
      return map.get(key);
    } catch (RuntimeException e) { // damage shows as many kinds of exception
      throw damaged(e);
    } finally {
      store.deregisterVersionUsage(usage);
    }
  }

  private UncheckedIOException damaged(RuntimeException cause) {
    return new UncheckedIOException(
        new IOException("the chain store " + name + " is damaged: " + cause.getMessage(), cause));
  }

  private static byte[] blockKey(long number, Bytes32 hash) {
    return Bytes.concatenate(Bytes.ofUnsignedLong(number), hash).toArrayUnsafe();
  }

  private static byte[] numberKey(long number) {
    return Bytes.ofUnsignedLong(number).toArrayUnsafe();
  }

  private static Optional<Bytes32> hash(byte @Nullable [] value) {
    return value == null ? Optional.empty() : Optional.of(Bytes32.wrap(value));
  }
}
