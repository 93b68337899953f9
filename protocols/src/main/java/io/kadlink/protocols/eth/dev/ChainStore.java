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
import io.kadlink.protocols.eth.store.Database;
import io.kadlink.protocols.eth.store.MemoryDatabase;
import io.kadlink.protocols.eth.store.RocksDatabase;
import io.kadlink.protocols.eth.store.Staging;
import io.kadlink.protocols.eth.store.StateLayers;
import io.kadlink.protocols.eth.store.Table;
import io.kadlink.protocols.eth.trie.NodeSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.units.bigints.UInt256;
import org.jspecify.annotations.Nullable;

/**
 * Blocks, receipts and the latest states.
 *
 * <p>Nothing is on disk before {@link #commit}, and a commit is atomic: whenever the process dies,
 * the store opens again at the last one. Any block is found by its hash, or the hash by its number,
 * in a few reads however long the chain is.
 *
 * <p>Reads may come from any thread and see what has been put, committed or not. One thread at a
 * time may write.
 */
final class ChainStore implements AutoCloseable {
  /** The database's directory under the chain's. */
  static final String DIRECTORY = "db";

  /** What a chain was kept in before. */
  private static final String OLD_FILE = "chain.mv";

  /** What the layout of this class is called in the database. */
  private static final String LAYOUT = "kadlink-chain-2";

  private static final byte[] HEAD = "head".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] GENESIS = "genesis".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BASE = "state".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] RECEIPTS_COMPLETE = "receipts".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LAYOUT_KEY = "layout".getBytes(StandardCharsets.US_ASCII);

  private final Database database;
  private final Staging staging;
  private final StateLayers states;

  /**
   * What is known of a stored block besides its content.
   *
   * @param totalDifficulty of it and all before it
   * @param stateChecked whether it was executed here
   */
  record Standing(UInt256 totalDifficulty, boolean stateChecked) {}

  private record Entry(long number, Standing standing) {}

  private ChainStore(Database database) {
    this.database = database;
    this.staging = new Staging(database);
    this.states = new StateLayers(database);
  }

  /** A store that is gone when it is closed. */
  static ChainStore inMemory() {
    return new ChainStore(new MemoryDatabase());
  }

  /**
   * The store in {@code directory}, made when there is none.
   *
   * @throws IOException when it can't be opened: damaged, in use by another process, not a chain,
   *     or made by an earlier version
   */
  static ChainStore open(Path directory) throws IOException {
    Path old = directory.resolve(OLD_FILE);
    if (Files.exists(old)) {
      throw new IOException(
          old
              + " is a chain store of an earlier version, which this one can't read: have that"
              + " version write its blocks (kadlink chain export), delete the file, and import"
              + " them, or let the node fetch them again");
    }
    return on(RocksDatabase.open(directory.resolve(DIRECTORY)));
  }

  /** On a database, which is closed when it can't be used. */
  static ChainStore on(Database database) throws IOException {
    try {
      ChainStore store = new ChainStore(database);
      store.checkLayout();
      Optional<Bytes32> base = hash(store.staging.get(Table.META, BASE));
      if (base.isPresent()) {
        Bytes32 block = base.get();
        BlockHeader header =
            store
                .header(block)
                .orElseThrow(() -> new IOException("block " + block + " is missing"));
        store.states.begin(block, header.number());
      }
      return store;
    } catch (RuntimeException | IOException e) {
      database.close();
      throw new IOException(
          "the chain store " + database.name() + " can't be used: " + e.getMessage(), e);
    }
  }

  private void checkLayout() throws IOException {
    byte[] layout = staging.get(Table.META, LAYOUT_KEY);
    byte[] expected = LAYOUT.getBytes(StandardCharsets.US_ASCII);
    if (layout == null) {
      staging.put(Table.META, LAYOUT_KEY, expected);
    } else if (!Bytes.wrap(layout).equals(Bytes.wrap(expected))) {
      throw new IOException(
          "its layout is "
              + new String(layout, StandardCharsets.US_ASCII)
              + ", this program reads "
              + LAYOUT);
    }
  }

  /** The directory, or {@code memory}. */
  String name() {
    return database.name();
  }

  Optional<Bytes32> head() {
    return hash(staging.get(Table.META, HEAD));
  }

  Optional<Bytes32> genesis() {
    return hash(staging.get(Table.META, GENESIS));
  }

  Optional<Bytes32> canonicalHash(long number) {
    return hash(staging.get(Table.CANONICAL, numberKey(number)));
  }

  Optional<BlockHeader> header(Bytes32 hash) {
    return read(
        Table.HEADERS,
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
    return read(Table.BODIES, hash, BlockCodec::decodeBody);
  }

  /** Empty for a block whose transactions were not executed. */
  Optional<List<Receipt>> receipts(Bytes32 hash) {
    return read(
        Table.RECEIPTS, hash, rlp -> RlpReader.of(rlp).list("receipts", ReceiptCodec::readItem));
  }

  Optional<Standing> standing(Bytes32 hash) {
    return entry(hash).map(Entry::standing);
  }

  boolean contains(Bytes32 hash) {
    return staging.get(Table.BLOCKS, hash.toArrayUnsafe()) != null;
  }

  /** Where a transaction stands in the canonical chain. */
  Optional<TransactionPlace> place(Bytes32 transaction) {
    byte[] value = staging.get(Table.TRANSACTIONS, transaction.toArrayUnsafe());
    if (value == null) {
      return Optional.empty();
    }
    RlpReader reader = RlpReader.ofList(value, "place");
    long number = reader.uint64("block");
    int index = reader.smallInteger("index", Integer.MAX_VALUE);
    return canonicalHash(number).map(block -> new TransactionPlace(block, index));
  }

  /** The latest states. */
  StateLayers states() {
    return states;
  }

  /** Takes the nodes of the genesis state. */
  NodeSink genesisNodes() {
    return (path, hash, rlp) -> staging.put(Table.NODES, path.toArrayUnsafe(), rlp.toArrayUnsafe());
  }

  /** Stores a block; {@code receipts} are empty when it was not executed. */
  void put(Block block, Optional<List<Receipt>> receiptList, Standing standing) {
    BlockHeader header = block.header();
    byte[] key = blockKey(header.number(), header.hash());
    staging.put(Table.HEADERS, key, header.encoded().toArrayUnsafe());
    staging.put(Table.BODIES, key, BlockCodec.encodeBody(block.body()).toArrayUnsafe());
    receiptList.ifPresent(list -> putReceipts(header, list));
    staging.put(
        Table.BLOCKS,
        header.hash().toArrayUnsafe(),
        RLP.encodeList(
                writer -> {
                  writer.writeValue(Bytes.minimalBytes(header.number()));
                  writer.writeValue(standing.totalDifficulty().toMinimalBytes());
                  writer.writeInt(standing.stateChecked() ? 1 : 0);
                })
            .toArrayUnsafe());
  }

  /** Stores the receipts of a block. */
  void putReceipts(BlockHeader header, List<Receipt> list) {
    staging.put(
        Table.RECEIPTS,
        blockKey(header.number(), header.hash()),
        RLP.encodeList(list, (writer, receipt) -> writer.writeRLP(ReceiptCodec.encodeItem(receipt)))
            .toArrayUnsafe());
  }

  boolean hasReceipts(Bytes32 hash) {
    return entry(hash)
        .map(entry -> staging.get(Table.RECEIPTS, blockKey(entry.number(), hash)) != null)
        .orElse(false);
  }

  /** Up to this height all canonical blocks have receipts. */
  long receiptsComplete() {
    byte[] number = staging.get(Table.META, RECEIPTS_COMPLETE);
    return number == null ? 0 : Bytes.wrap(number).toLong();
  }

  void putReceiptsComplete(long number) {
    staging.put(Table.META, RECEIPTS_COMPLETE, numberKey(number));
  }

  /** Makes a stored block the canonical one of its height. */
  void putCanonical(Block block) {
    long number = block.header().number();
    staging.put(Table.CANONICAL, numberKey(number), block.header().hash().toArrayUnsafe());
    List<Transaction> list = block.body().transactions();
    for (int i = 0; i < list.size(); i++) {
      int index = i;
      staging.put(
          Table.TRANSACTIONS,
          list.get(i).hash().toArrayUnsafe(),
          RLP.encodeList(
                  writer -> {
                    writer.writeValue(Bytes.minimalBytes(number));
                    writer.writeInt(index);
                  })
              .toArrayUnsafe());
    }
  }

  /** Takes back {@link #putCanonical}; the block stays. */
  void removeCanonical(Block block) {
    staging.remove(Table.CANONICAL, numberKey(block.header().number()));
    block
        .body()
        .transactions()
        .forEach(tx -> staging.remove(Table.TRANSACTIONS, tx.hash().toArrayUnsafe()));
  }

  void putHead(Bytes32 hash) {
    staging.put(Table.META, HEAD, hash.toArrayUnsafe());
  }

  /** The genesis block, whose state {@link #genesisNodes} has taken. */
  void putGenesis(BlockHeader genesis) {
    byte[] hash = genesis.hash().toArrayUnsafe();
    staging.put(Table.META, GENESIS, hash);
    staging.put(Table.META, BASE, hash);
    states.begin(genesis.hash(), genesis.number());
  }

  /** Bytes of blocks put since the last commit. */
  long uncommittedBytes() {
    return staging.bytes();
  }

  /**
   * Makes everything put so far last, whatever becomes of the process or the machine.
   *
   * @param head whose state is one of the kept
   * @throws RuntimeException when it can't be written; see {@link #writingFailed}
   */
  void commit(BlockHeader head) {
    List<Database.Change> settled = states.settle(head.hash(), head.number());
    List<Database.Change> more = new ArrayList<>(settled);
    states
        .nextBase()
        .ifPresent(base -> more.add(new Database.Change(Table.META, BASE, base.toArrayUnsafe())));
    staging.commit(more);
    states.committed(head.number());
  }

  /** Whether {@code failure} says that the disk did not take what was to be written, and why. */
  static Optional<String> writingFailed(RuntimeException failure) {
    return failure instanceof Database.WriteFailedException
        ? Optional.ofNullable(failure.getMessage())
        : Optional.empty();
  }

  /** Forgets everything put since the last commit. */
  void rollback() {
    staging.rollback();
    states.rollback();
  }

  /** What has not been committed is lost. */
  @Override
  public void close() {
    database.close();
  }

  private Optional<Entry> entry(Bytes32 hash) {
    byte[] value = staging.get(Table.BLOCKS, hash.toArrayUnsafe());
    if (value == null) {
      return Optional.empty();
    }
    try {
      RlpReader reader = RlpReader.ofList(value, "block");
      return Optional.of(
          new Entry(
              reader.uint64("number"),
              new Standing(
                  reader.uint256("totalDifficulty"), reader.smallInteger("checked", 1) == 1)));
    } catch (InvalidRlpException e) {
      throw damaged(e);
    }
  }

  private <T> Optional<T> read(Table table, Bytes32 hash, Function<Bytes, T> decoder) {
    Optional<Entry> entry = entry(hash);
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    byte[] value = staging.get(table, blockKey(entry.get().number(), hash));
    if (value == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(decoder.apply(Bytes.wrap(value)));
    } catch (InvalidRlpException e) {
      throw damaged(e);
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
