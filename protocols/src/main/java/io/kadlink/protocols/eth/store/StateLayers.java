package io.kadlink.protocols.eth.store;

import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.protocols.eth.trie.NodeSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.jspecify.annotations.Nullable;

/**
 * The latest states. One is in the database, the <em>base</em>, with one node for each path; each
 * later block has a layer in memory with the trie nodes that it made. When the head has gone far
 * enough, the lowest layers are merged and written over the base, which so forgets what they
 * replaced: the database never has more than one state, and a node that many blocks change is
 * written once.
 *
 * <p>A node of a state in a layer is found by its hash among all layers, or else is unchanged since
 * the base and found there by its path. Layers may fork. What is in memory is gone with the
 * process; the blocks are in the database, and executing them again from the base gives it back.
 *
 * <p>Nodes may be read from any thread, at any state that is still kept; everything else is for the
 * thread that writes.
 */
public final class StateLayers {
  /** States below the head that stay readable, and so the deepest reorganisation. */
  public static final int KEPT = 128;

  /** More in layers, and fewer states are kept; outgrown by full blocks only. */
  static final long MAX_BYTES = 128L << 20;

  /** More layers, those on their way to the base included, and side branches are given up. */
  static final int MAX_LAYERS = 4_096;

  /** What a node takes besides its bytes. */
  private static final int NODE_BYTES = 200;

  /** A trie node that a block made. */
  public record Node(Bytes path, Bytes32 hash, Bytes rlp) {}

  private record Layer(Bytes32 block, Bytes32 parent, long number, List<Node> nodes) {}

  /** A node and in how many layers it stands. */
  private record Held(Bytes rlp, int layers) {}

  private final Database database;
  private final Map<Bytes32, Layer> layers = new ConcurrentHashMap<>();
  private final Map<Bytes32, Held> held = new ConcurrentHashMap<>();
  private final List<Bytes32> uncommitted = new ArrayList<>();
  private List<Layer> settling = List.of();
  private long bytes;

  /** The head of the last commit but one: readers may still be at work on the last one's. */
  private long readable;

  /** Blocks whose states a write that is going on may overwrite. */
  private volatile Set<Bytes32> leaving = Set.of();

  private volatile Bytes32 base = Bytes32.ZERO;
  private volatile long baseNumber;

  public StateLayers(Database database) {
    this.database = database;
  }

  /** Which block's state is in the database. */
  public void begin(Bytes32 block, long number) {
    base = block;
    baseNumber = number;
    readable = number;
  }

  /** The number of the oldest block whose state is kept. Any thread. */
  public long baseNumber() {
    return baseNumber;
  }

  /** Whether the state after a block can be read. Any thread. */
  public boolean has(Bytes32 block) {
    return (base.equals(block) || layers.containsKey(block)) && !leaving.contains(block);
  }

  /** Bytes that all layers take, roughly. */
  long bytes() {
    return bytes;
  }

  /** How many states are in memory. */
  public int size() {
    return layers.size();
  }

  /** The nodes of all kept states. */
  public NodeSource nodes() {
    return this::node;
  }

  private Optional<Bytes> node(Bytes path, Bytes32 hash) {
    Held inLayer = held.get(hash);
    if (inLayer != null) {
      return Optional.of(inLayer.rlp());
    }
    byte[] rlp = database.get(Table.NODES, path.toArrayUnsafe());
    return rlp != null && Bytes.wrap(Keccak256.hash(rlp)).equals(hash)
        ? Optional.of(Bytes.wrap(rlp))
        : Optional.empty();
  }

  /** The state after a block: the parent's, which must be there, with these nodes. */
  public void add(Bytes32 block, Bytes32 parent, long number, List<Node> nodes) {
    if (has(block)) {
      return;
    }
    if (!has(parent)) {
      throw new IllegalStateException("no state of " + parent + ", the parent of " + block);
    }
    for (Node node : nodes) {
      held.merge(
          node.hash(),
          new Held(node.rlp(), 1),
          (before, one) -> new Held(before.rlp(), before.layers() + 1));
      bytes += node.rlp().size() + NODE_BYTES;
    }
    layers.put(block, new Layer(block, parent, number, List.copyOf(nodes)));
    uncommitted.add(block);
  }

  /**
   * What has to be written so that the base follows the head; {@link #committed} says that it was.
   *
   * @param head the newest block with a state
   */
  public List<Database.Change> settle(Bytes32 head, long headNumber) {
    boolean tight = bytes > MAX_BYTES || layers.size() > MAX_LAYERS;
    if (tight) {
      dropSides(head);
    }
    Deque<Layer> toBase = new ArrayDeque<>();
    for (Layer layer = layers.get(head); layer != null; layer = layers.get(layer.parent())) {
      toBase.push(layer);
    }
    long left = bytes;
    List<Layer> lowest = new ArrayList<>();
    for (Layer layer : toBase) {
      boolean old = layer.number() <= headNumber - KEPT;
      if (layer.number() > readable || !(old || left > MAX_BYTES)) {
        break;
      }
      left -= size(layer);
      lowest.add(layer);
    }
    settling = lowest;
    leaving = leaving(lowest);
    Map<Bytes, Bytes> latest = new LinkedHashMap<>();
    for (Layer layer : lowest) {
      layer.nodes().forEach(node -> latest.put(node.path(), node.rlp()));
    }
    List<Database.Change> changes = new ArrayList<>(latest.size());
    latest.forEach(
        (path, rlp) ->
            changes.add(
                new Database.Change(Table.NODES, path.toArrayUnsafe(), rlp.toArrayUnsafe())));
    return changes;
  }

  /** The block that {@link #settle} makes the base, when it makes one. */
  public Optional<Bytes32> nextBase() {
    return settling.isEmpty() ? Optional.empty() : Optional.of(settling.getLast().block());
  }

  /** What was last settled is in the database, and so is the block {@code head}. */
  public void committed(long headNumber) {
    if (!settling.isEmpty()) {
      Layer last = settling.getLast();
      base = last.block();
      baseNumber = last.number();
      settling.forEach(this::remove);
      settling = List.of();
      leaving.forEach(
          block -> {
            Layer side = layers.get(block);
            if (side != null) {
              remove(side);
            }
          });
      leaving = Set.of();
    }
    uncommitted.clear();
    readable = headNumber;
  }

  /** Forgets what was added since the last commit. */
  public void rollback() {
    settling = List.of();
    leaving = Set.of();
    for (Bytes32 block : uncommitted) {
      Layer layer = layers.get(block);
      if (layer != null) {
        remove(layer);
      }
    }
    uncommitted.clear();
  }

  /** All below the next base, and the side branches that begin there. */
  private Set<Bytes32> leaving(List<Layer> settled) {
    if (settled.isEmpty()) {
      return Set.of();
    }
    Set<Bytes32> going = new HashSet<>();
    going.add(base);
    settled.forEach(layer -> going.add(layer.block()));
    Bytes32 nextBase = settled.getLast().block();
    going.remove(nextBase);
    List<Layer> upwards = new ArrayList<>(layers.values());
    upwards.sort(Comparator.comparingLong(Layer::number));
    for (Layer layer : upwards) {
      if (going.contains(layer.parent()) && !layer.block().equals(nextBase)) {
        going.add(layer.block());
      }
    }
    return going;
  }

  private void dropSides(Bytes32 head) {
    Set<Bytes32> kept = new HashSet<>();
    for (@Nullable Layer layer = layers.get(head);
        layer != null;
        layer = layers.get(layer.parent())) {
      kept.add(layer.block());
    }
    List.copyOf(layers.values()).stream()
        .filter(layer -> !kept.contains(layer.block()))
        .forEach(this::remove);
  }

  private void remove(Layer layer) {
    layers.remove(layer.block());
    for (Node node : layer.nodes()) {
      held.computeIfPresent(
          node.hash(),
          (hash, one) -> one.layers() == 1 ? null : new Held(one.rlp(), one.layers() - 1));
    }
    bytes -= size(layer);
  }

  private static long size(Layer layer) {
    long size = 0;
    for (Node node : layer.nodes()) {
      size += node.rlp().size() + NODE_BYTES;
    }
    return size;
  }
}
