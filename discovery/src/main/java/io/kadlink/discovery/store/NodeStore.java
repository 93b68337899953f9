package io.kadlink.discovery.store;

import io.kadlink.discovery.table.Addresses;
import io.kadlink.identity.InvalidRecordException;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.FileStore;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.jspecify.annotations.Nullable;

/**
 * Nodes and our own record in one H2 MVStore file, or in memory. Every call may wait for the disk:
 * none belongs on an event loop; there {@link NodeDatabase} stands before it.
 *
 * <p>Nothing is on disk before {@link #commit}, and a commit is atomic: whenever the process dies,
 * the file opens again at the last one.
 *
 * <p>One thread at a time.
 */
public final class NodeStore implements AutoCloseable {
  /** The file's customary name under a data directory. */
  public static final String FILE_NAME = "nodes.mv";

  /**
   * At most so many of a sample of seeds are of one IPv4 /24 or IPv6 /64 (private networks exempt):
   * whoever filled the file from one network doesn't get all of a new start.
   */
  public static final int MAX_SEEDS_PER_SUBNET = 2;

  /** Rows are few and rarely read twice: the smallest cache H2 has. */
  static final int CACHE_MEGABYTES = 1;

  /** Smaller pages than H2's 16 KiB: random keys rewrite less. */
  static final int PAGE_BYTES = 4096;

  private static final int TIDY_EVERY_BYTES = 1 << 20;
  private static final int TIDY_WRITE_BYTES = 4 << 20;

  /** Sparser than this, and a part of the file is worth writing anew. */
  private static final int TARGET_FILL_PERCENT = 60;

  private final MVStore store;
  private final Optional<Path> file;
  private final String scheme;
  private final MVMap<byte[], byte[]> nodes;
  private final MVMap<byte[], byte[]> local;
  private long tidiedBytes;

  NodeStore(MVStore store, Path file, String scheme) {
    this(store, Optional.of(file), scheme);
  }

  private NodeStore(MVStore store, Optional<Path> file, String scheme) {
    this.store = store;
    this.file = file;
    this.scheme = scheme;
    store.setRetentionTime(0); // each commit is synced, so replaced parts need not outlast it
    this.nodes = map(store, "nodes");
    this.local = map(store, "local");
  }

  static MVMap<byte[], byte[]> map(MVStore store, String map) {
    return store.openMap(
        map,
        new MVMap.Builder<byte[], byte[]>()
            .keyType(ByteArrayDataType.INSTANCE)
            .valueType(ByteArrayDataType.INSTANCE));
  }

  /** A store that is gone when it is closed. */
  public static NodeStore inMemory() {
    return new NodeStore(new MVStore.Builder().autoCommitDisabled().open(), Optional.empty(), "");
  }

  /**
   * The store in {@code file}, made when there is none. A file that is damaged, or that another
   * version of this program wrote, is renamed and a new one begun; a warning in the log says so.
   *
   * @param file its folder is made when there is none
   * @param now stands in the name of a file that is set aside
   * @throws IOException when another process has it open, or it can't be read, written or renamed;
   *     the message names the file
   */
  public static NodeStore open(Path file, Instant now) throws IOException {
    return StoreFile.open(file, now);
  }

  /** The file, or {@code memory}. */
  public String name() {
    return file.map(Path::toString).orElse("memory");
  }

  /** Nodes stored. */
  public int size() {
    return nodes.size();
  }

  public Optional<StoredNode> find(NodeId id) {
    return Optional.ofNullable(row(id)).flatMap(Row::node);
  }

  /** The nodes whose ids follow {@code after}, or the first, in their order: at most so many. */
  public List<StoredNode> page(Optional<NodeId> after, int max) {
    List<StoredNode> page = new ArrayList<>();
    byte[] last = after.map(NodeStore::key).orElse(null);
    Cursor<byte[], byte[]> rows = nodes.cursor(last);
    while (rows.hasNext() && page.size() < max) {
      if (!Arrays.equals(rows.next(), last)) {
        Row.decode(rows.getValue()).node().ifPresent(page::add);
      }
    }
    return page;
  }

  /**
   * At most {@code max} nodes chosen by chance among those that pass and answered a ping since
   * {@code answeredSince}, at most {@value #MAX_SEEDS_PER_SUBNET} of one network.
   */
  public List<StoredNode> seeds(
      int max, Instant answeredSince, Predicate<NodeStatistics> passes, RandomGenerator random) {
    List<byte[]> candidates = new ArrayList<>();
    nodes.forEach(
        (id, bytes) -> {
          Row row = Row.decode(bytes);
          if (row.lastPong() >= answeredSince.toEpochMilli() && passes.test(row.statistics())) {
            candidates.add(id);
          }
        });
    List<StoredNode> seeds = new ArrayList<>();
    Map<Bytes, Integer> taken = new HashMap<>(); // only asked, never walked
    for (int i = 0; i < candidates.size() && seeds.size() < max; i++) {
      int chosen = random.nextInt(i, candidates.size());
      byte[] id = candidates.get(chosen);
      candidates.set(chosen, candidates.get(i));
      Optional<StoredNode> node =
          Optional.ofNullable(nodes.get(id)).map(Row::decode).flatMap(Row::node);
      if (node.isPresent() && mayTake(node.get().udp().getAddress(), taken)) {
        seeds.add(node.get());
      }
    }
    return seeds;
  }

  private static boolean mayTake(InetAddress address, Map<Bytes, Integer> taken) {
    return Addresses.isLan(address)
        || taken.merge(Addresses.subnet(address), 1, Integer::sum) <= MAX_SEEDS_PER_SUBNET;
  }

  /** The record that a node of this id last stored as its own. */
  public Optional<NodeRecord> localRecord(NodeId id) {
    byte[] rlp = local.get(key(id));
    if (rlp == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(NodeRecord.decode(Bytes.wrap(rlp)))
          .filter(record -> record.id().equals(id));
    } catch (InvalidRecordException e) {
      return Optional.empty();
    }
  }

  void putLocalRecord(NodeRecord record) {
    local.put(key(record.id()), record.encode().toArray());
  }

  /** Writes what has happened to a node into its row. */
  void apply(NodeId id, NodeUpdate update) {
    Row row = Row.updated(row(id), update);
    if (row != null) {
      nodes.put(key(id), row.encode());
    }
  }

  /** Removes nodes without a sign of life since then; returns how many. */
  int expire(Instant lastSeenBefore) {
    int before = nodes.size();
    Iterator<byte[]> ids = nodes.keyIterator(null);
    List<byte[]> expired = new ArrayList<>();
    while (ids.hasNext()) {
      byte[] id = ids.next();
      byte[] bytes = nodes.get(id);
      if (bytes != null && Row.decode(bytes).lastSeen() < lastSeenBefore.toEpochMilli()) {
        expired.add(id);
      }
    }
    expired.forEach(nodes::remove);
    return before - nodes.size();
  }

  private record Standing(Bytes id, boolean answered, int failures, long lastSeen) {}

  /**
   * With more than {@code max} nodes, removes the surplus and a sixteenth more, so that not every
   * batch has to look through all of them: first those that never answered a ping, then those that
   * fail, then those not seen for longest. Returns how many.
   */
  int evict(int max) {
    if (nodes.size() <= max) {
      return 0;
    }
    int surplus = nodes.size() - max + max / 16;
    List<Standing> standings = new ArrayList<>();
    nodes.forEach(
        (id, bytes) -> {
          Row row = Row.decode(bytes);
          int failures = row.statistics().consecutiveFailures();
          standings.add(
              new Standing(Bytes.wrap(id), row.lastPong() != 0, failures, row.lastSeen()));
        });
    standings.sort(
        Comparator.comparing(Standing::answered)
            .thenComparing(Comparator.comparingInt(Standing::failures).reversed())
            .thenComparingLong(Standing::lastSeen));
    standings.subList(0, surplus).forEach(standing -> nodes.remove(standing.id().toArrayUnsafe()));
    return surplus;
  }

  /**
   * Reads everything once.
   *
   * @throws RuntimeException of many kinds when something is damaged
   */
  void check() {
    nodes.values().forEach(Row::decode);
    local.values().forEach(rlp -> NodeRecord.decode(Bytes.wrap(rlp)));
  }

  /** Makes everything written so far last, whatever becomes of the process or the machine. */
  void commit() {
    store.commit();
    store.sync();
    tidy();
  }

  private void tidy() {
    FileStore<?> inUse = store.getFileStore();
    if (inUse == null || inUse.size() < tidiedBytes + TIDY_EVERY_BYTES) {
      return;
    }
    try {
      store.compact(TARGET_FILL_PERCENT, TIDY_WRITE_BYTES);
      tidiedBytes = inUse.size();
    } catch (RuntimeException e) {
      if (StoreFile.writingFailed(e).isEmpty()) {
        throw e;
      } // a full disk stays untidy; what was committed is there, and H2 has closed the file
    }
  }

  /** Whether H2 has closed the file, which it does when the disk refuses a write. */
  boolean isClosed() {
    return store.isClosed();
  }

  /** Writes what is not on disk yet and closes the file. */
  @Override
  public void close() {
    if (!store.isClosed()) {
      store.close();
    }
  }

  /** Closes the file at the last commit, after a failure. */
  void abandon() {
    store.closeImmediately();
  }

  /**
   * The same file again, after {@link #abandon}: at its last commit, or set aside and new.
   *
   * @throws IOException when it can't be had, or this store was in memory
   */
  NodeStore reopen(Instant now) throws IOException {
    if (file.isEmpty()) {
      throw new IOException("it was in memory alone");
    }
    return StoreFile.open(file.get(), scheme, now);
  }

  private @Nullable Row row(NodeId id) {
    byte[] bytes = nodes.get(key(id));
    return bytes == null ? null : Row.decode(bytes);
  }

  private static byte[] key(NodeId id) {
    return id.bytes().toArrayUnsafe();
  }
}
