package io.kadlink.protocols.eth.trie;

import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import io.kadlink.protocols.eth.rlp.RlpReader;
import io.kadlink.protocols.eth.rlp.RlpSize;
import java.util.Arrays;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.jspecify.annotations.Nullable;

/**
 * A node of the trie. Nodes never change what they stand for once made: an update makes new nodes
 * along its path and shares the rest. A node knows whether it is in the store already, and hashes
 * itself at first use.
 */
abstract sealed class TrieNode {
  /** A node with shorter RLP stands in its parent; others are referred to by their hash. */
  static final int MIN_HASHED_BYTES = 32;

  private boolean stored;
  private @Nullable Bytes rlp;
  private @Nullable Bytes32 hash;

  /** Writes the node's RLP list. */
  abstract Bytes write();

  final Bytes rlp() {
    Bytes result = rlp;
    if (result == null) {
      result = write();
      rlp = result;
    }
    return result;
  }

  Bytes32 hash() {
    Bytes32 result = hash;
    if (result == null) {
      result = Bytes32.wrap(Keccak256.hash(rlp().toArrayUnsafe()));
      hash = result;
    }
    return result;
  }

  /** The bytes of what stands for this node in its parent. */
  int referenceSize() {
    int size = rlp().size();
    return size < MIN_HASHED_BYTES ? size : NodeEncoding.HASH_REFERENCE_BYTES;
  }

  /** Writes what stands for this node in its parent; returns where it ends. */
  int writeReference(byte[] out, int at) {
    if (rlp().size() < MIN_HASHED_BYTES) {
      System.arraycopy(rlp().toArrayUnsafe(), 0, out, at, rlp().size());
      return at + rlp().size();
    }
    return NodeEncoding.putHash(out, at, hash());
  }

  boolean isStored() {
    return stored;
  }

  void markStored() {
    stored = true;
  }

  /** The end of a path, with its value. */
  static final class Leaf extends TrieNode {
    final byte[] path;
    final Bytes value;

    Leaf(byte[] path, Bytes value) {
      this.path = path;
      this.value = value;
    }

    @Override
    Bytes write() {
      Bytes compact = Nibbles.compact(path, true);
      byte[] out = NodeEncoding.list(RlpSize.ofString(compact) + RlpSize.ofString(value));
      int at = NodeEncoding.payload(out);
      NodeEncoding.putString(out, NodeEncoding.putString(out, at, compact), value);
      return Bytes.wrap(out);
    }
  }

  /** A stretch of path that all keys below have in common; its child is a branch. */
  static final class Extension extends TrieNode {
    final byte[] path;
    final TrieNode child;

    Extension(byte[] path, TrieNode child) {
      this.path = path;
      this.child = child;
    }

    @Override
    Bytes write() {
      Bytes compact = Nibbles.compact(path, false);
      byte[] out = NodeEncoding.list(RlpSize.ofString(compact) + child.referenceSize());
      int at = NodeEncoding.payload(out);
      child.writeReference(out, NodeEncoding.putString(out, at, compact));
      return Bytes.wrap(out);
    }
  }

  /** A fork in the path: a child for each next nibble, and a value for the key that ends here. */
  static final class Branch extends TrieNode {
    static final int CHILDREN = 16;

    final @Nullable TrieNode[] children;
    final Bytes value; // no bytes when no key ends here

    Branch(@Nullable TrieNode[] children, Bytes value) {
      this.children = children;
      this.value = value;
    }

    /** A node in the store has been loaded: from here on it is at hand. */
    void loaded(int nibble, TrieNode child) {
      children[nibble] = child;
    }

    Branch withChild(int nibble, @Nullable TrieNode child) {
      @Nullable TrieNode[] copy = Arrays.copyOf(children, CHILDREN);
      copy[nibble] = child;
      return new Branch(copy, value);
    }

    @Override
    Bytes write() {
      long size = RlpSize.ofString(value);
      for (TrieNode child : children) {
        size += child == null ? 1 : child.referenceSize();
      }
      byte[] out = NodeEncoding.list(size);
      int at = NodeEncoding.payload(out);
      for (TrieNode child : children) {
        at =
            child == null
                ? NodeEncoding.putString(out, at, Bytes.EMPTY)
                : child.writeReference(out, at);
      }
      NodeEncoding.putString(out, at, value);
      return Bytes.wrap(out);
    }
  }

  /** A node in the store that has not been needed yet. */
  static final class Stored extends TrieNode {
    private final Bytes32 hash;

    Stored(Bytes32 hash) {
      this.hash = hash;
      markStored();
    }

    @Override
    Bytes32 hash() {
      return hash;
    }

    @Override
    int referenceSize() {
      return NodeEncoding.HASH_REFERENCE_BYTES;
    }

    @Override
    int writeReference(byte[] out, int at) {
      return NodeEncoding.putHash(out, at, hash);
    }

    @Override
    Bytes write() {
      throw new IllegalStateException("not loaded");
    }
  }

  /**
   * Decodes a node from the store.
   *
   * @throws InvalidRlpException when it is damaged
   */
  static TrieNode decode(Bytes rlp, Bytes32 hash) {
    TrieNode node = decode(rlp);
    node.rlp = rlp;
    node.hash = hash;
    return node;
  }

  private static TrieNode decode(Bytes rlp) {
    int items = RlpReader.ofList(rlp, "trie node").count();
    RlpReader reader = RlpReader.ofList(rlp, "trie node");
    TrieNode node =
        switch (items) {
          case 2 -> readShort(reader);
          case Branch.CHILDREN + 1 -> readBranch(reader);
          default -> throw new InvalidRlpException("trie node: " + items + " items");
        };
    node.markStored();
    return node;
  }

  private static TrieNode readShort(RlpReader items) {
    Bytes compact = items.bytes("path", Integer.MAX_VALUE);
    byte[] path = Nibbles.fromCompact(compact);
    if (Nibbles.isLeaf(compact)) {
      return new Leaf(path, items.bytes("value", Integer.MAX_VALUE));
    }
    TrieNode child = readReference(items);
    if (child == null) {
      throw new InvalidRlpException("trie node: an extension to nothing");
    }
    return new Extension(path, child);
  }

  private static TrieNode readBranch(RlpReader items) {
    @Nullable TrieNode[] children = new @Nullable TrieNode[Branch.CHILDREN];
    for (int i = 0; i < Branch.CHILDREN; i++) {
      children[i] = readReference(items);
    }
    return new Branch(children, items.bytes("value", Integer.MAX_VALUE));
  }

  private static @Nullable TrieNode readReference(RlpReader items) {
    if (items.nextIsList()) {
      Bytes inline = items.rawItem("child");
      if (inline.size() >= MIN_HASHED_BYTES) {
        throw new InvalidRlpException("child: too large to stand in its parent");
      }
      return decode(inline);
    }
    Bytes hash = items.bytes("child", Bytes32.SIZE);
    if (hash.isEmpty()) {
      return null;
    }
    if (hash.size() != Bytes32.SIZE) {
      throw new InvalidRlpException("child: neither a node nor a hash");
    }
    return new Stored(Bytes32.wrap(hash));
  }
}
