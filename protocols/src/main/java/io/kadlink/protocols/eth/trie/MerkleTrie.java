package io.kadlink.protocols.eth.trie;

import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import io.kadlink.protocols.eth.trie.TrieNode.Branch;
import io.kadlink.protocols.eth.trie.TrieNode.Extension;
import io.kadlink.protocols.eth.trie.TrieNode.Leaf;
import io.kadlink.protocols.eth.trie.TrieNode.Stored;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.jspecify.annotations.Nullable;

/**
 * A modified Merkle-Patricia trie (yellow paper, appendix D): a map from byte strings to byte
 * strings with a root hash that depends on its content alone.
 *
 * <p>Nodes are immutable. An update builds new nodes along the path to the key and shares all
 * others with the trie as it was, so every root that has been {@linkplain #commit committed} stays
 * readable as long as its nodes are kept. A node is stored with its path as well as its hash, so
 * that a store may keep one node for each path. Nodes are loaded from the source when a path needs
 * them, and hashed only when the root is asked for.
 *
 * <p>After an update the trie has the one shape that its content allows: no branch with less than
 * two ways on, no extension to anything but a branch. Removing a key restores that on the way back
 * up. Keys and values cost time in the length of the key only; the recursion is as deep as a key
 * has half bytes.
 *
 * <p>Not thread-safe; any number of tries may read one source.
 */
public final class MerkleTrie {
  /** The root of a trie without keys: Keccak-256 of the RLP of the empty string. */
  public static final Bytes32 EMPTY_ROOT =
      Bytes32.wrap(Keccak256.hash(RLP.encodeValue(Bytes.EMPTY).toArrayUnsafe()));

  private final NodeSource source;
  private @Nullable TrieNode root;
  private int nodesMade;

  /** An empty trie that lives in memory. */
  public MerkleTrie() {
    this(NodeSource.EMPTY, EMPTY_ROOT);
  }

  /** The trie with this root, whose nodes {@code source} has. */
  public MerkleTrie(NodeSource source, Bytes32 root) {
    this.source = source;
    this.root = root.equals(EMPTY_ROOT) ? null : new Stored(root);
  }

  /**
   * The root of the trie that maps the RLP of each index to the value there: the form in which
   * headers commit to transactions, receipts and withdrawals.
   */
  public static Bytes32 rootOfList(List<Bytes> values) {
    MerkleTrie trie = new MerkleTrie();
    for (int i = 0; i < values.size(); i++) {
      trie.put(RLP.encodeInt(i), values.get(i));
    }
    return trie.rootHash();
  }

  /**
   * The value under {@code key}.
   *
   * @throws MissingNodeException when the source lacks a node
   */
  public Optional<Bytes> get(Bytes key) {
    byte[] nibbles = Nibbles.of(key);
    if (root != null) {
      root = load(root, nibbles, 0);
    }
    TrieNode node = root;
    int depth = 0;
    while (node != null) {
      switch (load(node, nibbles, depth)) {
        case Leaf leaf -> {
          boolean found =
              Arrays.equals(leaf.path, 0, leaf.path.length, nibbles, depth, nibbles.length);
          return found ? Optional.of(leaf.value) : Optional.empty();
        }
        case Extension extension -> {
          if (Nibbles.common(extension.path, nibbles, depth) < extension.path.length) {
            return Optional.empty();
          }
          depth += extension.path.length;
          node = extension.child;
        }
        case Branch branch -> {
          if (depth == nibbles.length) {
            return branch.value.isEmpty() ? Optional.empty() : Optional.of(branch.value);
          }
          node = child(branch, nibbles, depth);
          depth++;
        }
        case Stored stored -> throw new IllegalStateException("not loaded: " + stored.hash());
      }
    }
    return Optional.empty();
  }

  /**
   * Maps {@code key} to {@code value}; an empty value removes it.
   *
   * @throws MissingNodeException when the source lacks a node
   */
  public void put(Bytes key, Bytes value) {
    if (value.isEmpty()) {
      remove(key);
    } else {
      root = insert(root, Nibbles.of(key), 0, value);
    }
  }

  /**
   * Removes {@code key}, if it is there.
   *
   * @throws MissingNodeException when the source lacks a node
   */
  public void remove(Bytes key) {
    if (root != null) {
      root = remove(root, Nibbles.of(key), 0);
    }
  }

  /** The hash that stands for the whole content. */
  public Bytes32 rootHash() {
    return root == null ? EMPTY_ROOT : root.hash();
  }

  /**
   * Hands every node that the source does not have yet to {@code sink}, children first, and returns
   * the root. The sink must make them readable from this trie's source.
   */
  public Bytes32 commit(NodeSink sink) {
    if (root == null) {
      return EMPTY_ROOT;
    }
    Bytes32 hash = root.hash();
    if (!root.isStored()) {
      storeBelow(root, new byte[0], sink);
      if (root.rlp().size() < TrieNode.MIN_HASHED_BYTES) {
        sink.store(Bytes.EMPTY, hash, root.rlp()); // a root has no parent to stand in
      }
    }
    return hash;
  }

  /**
   * A trie with the same content, which goes on with the nodes that this one has in memory; this
   * one must not be used any more.
   */
  public MerkleTrie next() {
    MerkleTrie next = new MerkleTrie(source, EMPTY_ROOT);
    next.root = root;
    next.nodesMade = nodesMade;
    return next;
  }

  /** Nodes loaded or stored since the trie was opened: an upper bound for those in memory. */
  public int nodesMade() {
    return nodesMade;
  }

  private void storeBelow(TrieNode node, byte[] path, NodeSink sink) {
    if (node.isStored()) {
      return;
    }
    if (node instanceof Extension extension) {
      storeBelow(extension.child, Nibbles.join(path, extension.path), sink);
    } else if (node instanceof Branch branch) {
      for (int nibble = 0; nibble < Branch.CHILDREN; nibble++) {
        TrieNode child = branch.children[nibble];
        if (child != null && !child.isStored()) {
          storeBelow(child, Nibbles.join(path, new byte[] {(byte) nibble}), sink);
        }
      }
    }
    if (node.rlp().size() >= TrieNode.MIN_HASHED_BYTES) {
      sink.store(Bytes.wrap(path), node.hash(), node.rlp());
    }
    node.markStored();
    nodesMade++;
  }

  /** What is in a branch at the next nibble of a key; loaded once for all who share the branch. */
  private @Nullable TrieNode child(Branch branch, byte[] key, int depth) {
    TrieNode child = branch.children[key[depth]];
    if (!(child instanceof Stored)) {
      return child;
    }
    TrieNode loaded = load(child, key, depth + 1);
    branch.loaded(key[depth], loaded);
    return loaded;
  }

  /** The node at the end of the first {@code depth} nibbles of {@code key}, with what is in it. */
  private TrieNode load(TrieNode node, byte[] key, int depth) {
    if (!(node instanceof Stored)) {
      return node;
    }
    Bytes32 hash = node.hash();
    Bytes rlp =
        source
            .node(Bytes.wrap(key, 0, depth), hash)
            .orElseThrow(() -> new MissingNodeException(hash, "is not in the store"));
    try {
      nodesMade++;
      return TrieNode.decode(rlp, hash);
    } catch (InvalidRlpException e) {
      throw new MissingNodeException(hash, "is damaged: " + e.getMessage());
    }
  }

  private TrieNode insert(@Nullable TrieNode at, byte[] key, int depth, Bytes value) {
    if (at == null) {
      return new Leaf(Arrays.copyOfRange(key, depth, key.length), value);
    }
    switch (load(at, key, depth)) {
      case Leaf leaf -> {
        int common = Nibbles.common(leaf.path, key, depth);
        if (common == leaf.path.length && depth + common == key.length) {
          return new Leaf(leaf.path, value);
        }
        Branch fork = new Branch(new @Nullable TrieNode[Branch.CHILDREN], Bytes.EMPTY);
        fork = withEntry(fork, leaf.path, common, leaf.value);
        fork = withEntry(fork, key, depth + common, value);
        return prefixed(Arrays.copyOf(leaf.path, common), fork);
      }
      case Extension extension -> {
        int common = Nibbles.common(extension.path, key, depth);
        if (common == extension.path.length) {
          TrieNode child = insert(extension.child, key, depth + common, value);
          return new Extension(extension.path, child);
        }
        byte[] rest = Arrays.copyOfRange(extension.path, common + 1, extension.path.length);
        Branch fork =
            new Branch(new @Nullable TrieNode[Branch.CHILDREN], Bytes.EMPTY)
                .withChild(extension.path[common], prefixed(rest, extension.child));
        fork = withEntry(fork, key, depth + common, value);
        return prefixed(Arrays.copyOf(extension.path, common), fork);
      }
      case Branch branch -> {
        if (depth == key.length) {
          return new Branch(branch.children, value);
        }
        int nibble = key[depth];
        return branch.withChild(nibble, insert(child(branch, key, depth), key, depth + 1, value));
      }
      case Stored stored -> throw new IllegalStateException("not loaded: " + stored.hash());
    }
  }

  /** The branch with {@code value} below it at the end of {@code path}, from {@code from} on. */
  private static Branch withEntry(Branch branch, byte[] path, int from, Bytes value) {
    return from == path.length
        ? new Branch(branch.children, value)
        : branch.withChild(
            path[from], new Leaf(Arrays.copyOfRange(path, from + 1, path.length), value));
  }

  private static TrieNode prefixed(byte[] path, TrieNode child) {
    return path.length == 0 ? child : new Extension(path, child);
  }

  /** What is left of {@code at} without the key; {@code at} itself when the key is not there. */
  private @Nullable TrieNode remove(TrieNode at, byte[] key, int depth) {
    switch (load(at, key, depth)) {
      case Leaf leaf -> {
        boolean found = Arrays.equals(leaf.path, 0, leaf.path.length, key, depth, key.length);
        return found ? null : at;
      }
      case Extension extension -> {
        if (Nibbles.common(extension.path, key, depth) < extension.path.length) {
          return at;
        }
        TrieNode child = remove(extension.child, key, depth + extension.path.length);
        if (child == extension.child) {
          return at;
        }
        // A branch with two ways or more never vanishes altogether.
        return child == null ? null : merged(extension.path, child, key, depth);
      }
      case Branch branch -> {
        if (depth == key.length) {
          return branch.value.isEmpty()
              ? at
              : collapsed(new Branch(branch.children, Bytes.EMPTY), key, depth);
        }
        int nibble = key[depth];
        TrieNode before = branch.children[nibble];
        if (before == null) {
          return at;
        }
        TrieNode after = remove(before, key, depth + 1);
        if (after == before) {
          return at;
        }
        Branch changed = branch.withChild(nibble, after);
        return after == null ? collapsed(changed, key, depth) : changed;
      }
      case Stored stored -> throw new IllegalStateException("not loaded: " + stored.hash());
    }
  }

  /** The branch, or what takes its place when only one way on is left. */
  private TrieNode collapsed(Branch branch, byte[] key, int depth) {
    int only = -1;
    for (int i = 0; i < Branch.CHILDREN; i++) {
      if (branch.children[i] != null) {
        if (only >= 0) {
          return branch;
        }
        only = i;
      }
    }
    if (only < 0) {
      return new Leaf(new byte[0], branch.value);
    }
    TrieNode child = branch.children[only];
    if (child == null || !branch.value.isEmpty()) {
      return branch;
    }
    return merged(new byte[] {(byte) only}, child, key, depth);
  }

  /**
   * {@code path} and then {@code node}, in as few nodes as possible, after the first {@code depth}
   * nibbles of {@code key}.
   */
  private TrieNode merged(byte[] path, TrieNode node, byte[] key, int depth) {
    byte[] place = Nibbles.join(Arrays.copyOf(key, depth), path);
    return switch (load(node, place, place.length)) {
      case Leaf leaf -> new Leaf(Nibbles.join(path, leaf.path), leaf.value);
      case Extension extension ->
          new Extension(Nibbles.join(path, extension.path), extension.child);
      case Branch branch -> new Extension(path, node);
      case Stored stored -> throw new IllegalStateException("not loaded: " + stored.hash());
    };
  }
}
