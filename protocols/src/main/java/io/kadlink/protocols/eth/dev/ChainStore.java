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
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.units.bigints.UInt256;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.FileStore;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.ByteArrayDataType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blocks, receipts and state trie nodes in one H2 MVStore file, or in memory.
 *
 * <p>Nothing is on disk before {@link #commit}, and a commit is atomic: whenever the process dies,
 * the file opens again at the last one. Blocks are keyed by number and hash, so that a growing
 * chain appends to the end of the tree; trie nodes by hash. Nothing is ever pruned: every state
 * that was stored stays readable.
 *
 * <p>When the disk refuses a write, H2 closes its file. It is opened again at the last commit, by
 * whoever needs it first, so readers notice nothing and the next block may find room.
 *
 * <p>Reads may come from any thread and see what has been put, committed or not. One thread at a
 * time may write.
 */
final class ChainStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChainStore.class);

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

  private final Optional<String> file;
  private final ReentrantLock reopening = new ReentrantLock();
  private volatile Tables tables;
  private volatile boolean closed;
  private long tidiedBytes;

  /** One opening of the file. */
  private record Tables(
      MVStore store,
      MVMap<byte[], byte[]> headers,
      MVMap<byte[], byte[]> bodies,
      MVMap<byte[], byte[]> receipts,
      MVMap<byte[], byte[]> standings,
      MVMap<byte[], byte[]> numbers,
      MVMap<byte[], byte[]> canonical,
      MVMap<byte[], byte[]> transactions,
      MVMap<byte[], byte[]> nodes,
      MVMap<byte[], byte[]> meta) {

    static Tables of(MVStore store) {
      store.setRetentionTime(0); // each commit is synced, so replaced parts need not outlast it
      return new Tables(
          store,
          map(store, "headers"),
          map(store, "bodies"),
          map(store, "receipts"),
          map(store, "standings"),
          map(store, "numbers"),
          map(store, "canonical"),
          map(store, "transactions"),
          map(store, "nodes"),
          map(store, "meta"));
    }

    private static MVMap<byte[], byte[]> map(MVStore store, String name) {
      return store.openMap(
          name,
          new MVMap.Builder<byte[], byte[]>()
              .keyType(ByteArrayDataType.INSTANCE)
              .valueType(ByteArrayDataType.INSTANCE));
    }
  }

  /**
   * What is known of a stored block besides its content.
   *
   * @param totalDifficulty of it and all before it
   * @param stateChecked whether its state is in the store
   */
  record Standing(UInt256 totalDifficulty, boolean stateChecked) {}

  private ChainStore(Tables tables, Optional<String> file) {
    this.tables = tables;
    this.file = file;
  }

  /** A store that is gone when it is closed. */
  static ChainStore inMemory() {
    MVStore store = new MVStore.Builder().autoCommitDisabled().open();
    return new ChainStore(Tables.of(store), Optional.empty());
  }

  /**
   * The store in {@code directory}, made when there is none.
   *
   * @throws IOException when it can't be opened: damaged, in use by another process, or not a chain
   */
  static ChainStore open(Path directory) throws IOException {
    return open(directory, "");
  }

  /**
   * As above.
   *
   * @param scheme of H2's virtual file system that the file is reached through; empty: none
   */
  static ChainStore open(Path directory, String scheme) throws IOException {
    Files.createDirectories(directory);
    Path file = directory.resolve(FILE_NAME);
    boolean fresh = !Files.exists(file);
    try {
      ChainStore store = new ChainStore(tables(scheme + file), Optional.of(scheme + file));
      try {
        store.checkLayout();
        return store;
      } catch (RuntimeException | IOException e) {
        store.tables.store().closeImmediately();
        throw new IOException("the chain store " + file + " can't be used: " + e.getMessage(), e);
      }
    } catch (IOException e) {
      if (fresh) {
        Files.deleteIfExists(file); // a beginning of a file, cut off by a full disk
      }
      throw e;
    }
  }

  private static Tables tables(String file) throws IOException {
    MVStore store;
    try {
      store =
          new MVStore.Builder()
              .fileName(file)
              .autoCommitDisabled()
              .pageSplitSize(PAGE_BYTES)
              .cacheSize(CACHE_MEGABYTES)
              .open();
    } catch (RuntimeException e) { // damage shows as many kinds of exception
      throw new IOException("the chain store " + file + " can't be opened: " + reason(e), e);
    }
    try {
      return Tables.of(store);
    } catch (RuntimeException e) {
      store.closeImmediately();
      throw new IOException("the chain store " + file + " can't be used: " + reason(e), e);
    }
  }

  /** What the disk said, where it is the disk's fault. */
  private static String reason(RuntimeException e) {
    return String.valueOf(
        (e.getCause() instanceof IOException io ? io : (Throwable) e).getMessage());
  }

  private void checkLayout() throws IOException {
    byte[] layout = get(Tables::meta, LAYOUT_KEY);
    byte[] expected = LAYOUT.getBytes(StandardCharsets.US_ASCII);
    if (layout == null) {
      if (!tables.meta().isEmpty()) {
        throw new IOException("it was not made by this program");
      }
      tables.meta().put(LAYOUT_KEY, expected);
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
    return file.orElse("memory");
  }

  Optional<Bytes32> head() {
    return hash(get(Tables::meta, HEAD));
  }

  Optional<Bytes32> genesis() {
    return hash(get(Tables::meta, GENESIS));
  }

  Optional<Bytes32> canonicalHash(long number) {
    return hash(get(Tables::canonical, numberKey(number)));
  }

  Optional<BlockHeader> header(Bytes32 hash) {
    return read(
        Tables::headers,
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
    return read(Tables::bodies, hash, BlockCodec::decodeBody);
  }

  /** Empty for a block whose transactions were not executed. */
  Optional<List<Receipt>> receipts(Bytes32 hash) {
    return read(
        Tables::receipts, hash, rlp -> RlpReader.of(rlp).list("receipts", ReceiptCodec::readItem));
  }

  Optional<Standing> standing(Bytes32 hash) {
    return read(
        Tables::standings,
        hash,
        rlp -> {
          RlpReader reader = RlpReader.ofList(rlp, "standing");
          return new Standing(
              reader.uint256("totalDifficulty"), reader.smallInteger("checked", 1) == 1);
        });
  }

  boolean contains(Bytes32 hash) {
    return get(Tables::numbers, hash.toArrayUnsafe()) != null;
  }

  /** Where a transaction stands in the canonical chain. */
  Optional<TransactionPlace> place(Bytes32 transaction) {
    byte[] value = get(Tables::transactions, transaction.toArrayUnsafe());
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
      byte[] rlp = get(Tables::nodes, hash.toArrayUnsafe());
      return rlp == null ? Optional.empty() : Optional.of(Bytes.wrap(rlp));
    };
  }

  NodeSink nodeSink() {
    return (hash, rlp) -> tables.nodes().put(hash.toArrayUnsafe(), rlp.toArrayUnsafe());
  }

  /** Stores a block; {@code receipts} are empty when it was not executed. */
  void put(Block block, Optional<List<Receipt>> receiptList, Standing standing) {
    BlockHeader header = block.header();
    byte[] key = blockKey(header.number(), header.hash());
    tables.headers().put(key, header.encoded().toArrayUnsafe());
    tables.bodies().put(key, BlockCodec.encodeBody(block.body()).toArrayUnsafe());
    receiptList.ifPresent(
        list ->
            tables
                .receipts()
                .put(
                    key,
                    RLP.encodeList(
                            list,
                            (writer, receipt) -> writer.writeRLP(ReceiptCodec.encodeItem(receipt)))
                        .toArrayUnsafe()));
    tables
        .standings()
        .put(
            key,
            RLP.encodeList(
                    writer -> {
                      writer.writeValue(standing.totalDifficulty().toMinimalBytes());
                      writer.writeInt(standing.stateChecked() ? 1 : 0);
                    })
                .toArrayUnsafe());
    tables.numbers().put(header.hash().toArrayUnsafe(), numberKey(header.number()));
  }

  /** Makes a stored block the canonical one of its height. */
  void putCanonical(Block block) {
    Bytes32 hash = block.header().hash();
    tables.canonical().put(numberKey(block.header().number()), hash.toArrayUnsafe());
    List<Transaction> list = block.body().transactions();
    for (int i = 0; i < list.size(); i++) {
      int index = i;
      tables
          .transactions()
          .put(
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
    tables.canonical().remove(numberKey(block.header().number()));
    block
        .body()
        .transactions()
        .forEach(tx -> tables.transactions().remove(tx.hash().toArrayUnsafe()));
  }

  void putHead(Bytes32 hash) {
    tables.meta().put(HEAD, hash.toArrayUnsafe());
  }

  void putGenesis(Bytes32 hash) {
    tables.meta().put(GENESIS, hash.toArrayUnsafe());
  }

  /**
   * Makes everything put so far last, whatever becomes of the process or the machine.
   *
   * @throws RuntimeException when it can't be written; see {@link #writingFailed}
   */
  void commit() {
    MVStore store = tables.store();
    store.commit();
    store.sync();
  }

  /** Whether {@code failure} says that the disk did not take what was to be written, and why. */
  static Optional<String> writingFailed(RuntimeException failure) {
    return failure instanceof MVStoreException e
            && e.getErrorCode() == DataUtils.ERROR_WRITING_FAILED
        ? Optional.of(reason(e))
        : Optional.empty();
  }

  /**
   * Makes room in the file when it has grown by {@value #TIDY_EVERY_BYTES} bytes since the last
   * time: what earlier commits wrote and later ones replaced is given back. Takes some
   * milliseconds; everything must be committed.
   */
  void tidy() {
    Tables open = tables;
    FileStore<?> fileStore = open.store().getFileStore();
    if (fileStore == null || fileStore.size() < tidiedBytes + TIDY_EVERY_BYTES) {
      return;
    }
    long size = fileStore.size();
    try {
      open.store().compact(TARGET_FILL_PERCENT, TIDY_WRITE_BYTES);
      size = fileStore.size();
    } catch (RuntimeException e) {
      if (writingFailed(e).isEmpty()) {
        throw e;
      }
      reopen(); // nothing is lost: a full disk stays as untidy as it was
    }
    tidiedBytes = size;
  }

  /** Forgets everything put since the last commit. */
  void rollback() {
    MVStore store = tables.store();
    if (store.isClosed()) {
      reopen();
    } else {
      store.rollback();
    }
  }

  /** Opens the file again that H2 has closed, unless somebody else did. */
  private void reopen() {
    reopening.lock();
    try {
      if (!closed && file.isPresent() && tables.store().isClosed()) {
        tables = tables(file.get());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      reopening.unlock();
    }
  }

  /** Writes what has been put and closes the file. */
  @Override
  public void close() {
    reopening.lock();
    try {
      closed = true;
      MVStore store = tables.store();
      if (!store.isClosed()) {
        closeOrAbandon(store);
      }
    } finally {
      reopening.unlock();
    }
  }

  private void closeOrAbandon(MVStore store) {
    try {
      store.close();
    } catch (RuntimeException e) {
      String why = writingFailed(e).orElseThrow(() -> e);
      LOG.warn("{} is closed at its last commit: {}", name(), why);
      store.closeImmediately();
    }
  }

  private <T> Optional<T> read(
      Function<Tables, MVMap<byte[], byte[]>> map, Bytes32 hash, Function<Bytes, T> decoder) {
    byte[] number = get(Tables::numbers, hash.toArrayUnsafe());
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

  private byte @Nullable [] get(Function<Tables, MVMap<byte[], byte[]>> map, byte[] key) {
    if (closed) {
      throw new IllegalStateException("the chain is closed");
    }
    Tables open = tables;
    try {
      return get(open, map, key);
    } catch (RuntimeException e) {
      if (closed) {
        throw new IllegalStateException("the chain is closed", e);
      }
      if (!open.store().isClosed() || file.isEmpty()) {
        throw damaged(e); // damage shows as many kinds of exception
      }
    }
    reopen();
    try {
      return get(tables, map, key);
    } catch (RuntimeException e) {
      throw closed ? new IllegalStateException("the chain is closed", e) : damaged(e);
    }
  }

  private static byte @Nullable [] get(
      Tables open, Function<Tables, MVMap<byte[], byte[]>> map, byte[] key) {
    MVStore store = open.store();
    MVStore.TxCounter usage = store.registerVersionUsage(); // keeps what is read from being reused
    try {
      return map.apply(open).get(key);
    } finally {
      store.deregisterVersionUsage(usage);
    }
  }

  private UncheckedIOException damaged(RuntimeException cause) {
    return new UncheckedIOException(
        new IOException("the chain store " + name() + " is damaged: " + cause.getMessage(), cause));
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
