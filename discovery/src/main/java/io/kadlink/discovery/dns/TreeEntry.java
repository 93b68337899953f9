package io.kadlink.discovery.dns;

import io.kadlink.identity.NodeRecord;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An entry of a tree below its root (EIP-1459): one TXT record. {@code toString} is its text, which
 * its hash is taken of.
 */
public sealed interface TreeEntry {

  /** Names the entries below it; empty only at the top of an empty subtree. */
  record Branch(List<EntryHash> children) implements TreeEntry {
    static final String PREFIX = "enrtree-branch:";

    public Branch {
      children = List.copyOf(children);
    }

    @Override
    public String toString() {
      return PREFIX + children.stream().map(EntryHash::text).collect(Collectors.joining(","));
    }
  }

  /** A node; only in the subtree of nodes. */
  record Node(NodeRecord record) implements TreeEntry {
    @Override
    public String toString() {
      return record.toString();
    }
  }

  /** Another list; only in the subtree of links. */
  record Link(TreeLink target) implements TreeEntry {
    @Override
    public String toString() {
      return target.toString();
    }
  }
}
