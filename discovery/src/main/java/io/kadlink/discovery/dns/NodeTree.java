package io.kadlink.discovery.dns;

import io.kadlink.discovery.dns.TreeEntry.Branch;
import io.kadlink.discovery.dns.TreeEntry.Link;
import io.kadlink.discovery.dns.TreeEntry.Node;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A tree of nodes and links to be published (EIP-1459). The same nodes, links and order of links
 * make the same tree, entry by entry, as go-ethereum's tools make. Immutable.
 */
public final class NodeTree {
  /** Thirteen hashes of 26 characters with commas stay under 370 characters: one UDP answer. */
  public static final int MAX_CHILDREN = 13;

  private static final List<String> PORTS = List.of("tcp", "tcp6", "udp", "udp6", "quic", "quic6");

  private final List<NodeRecord> nodes;
  private final List<TreeLink> links;
  private final EntryHash nodesTop;
  private final EntryHash linksTop;
  private final Map<EntryHash, TreeEntry> entries = new LinkedHashMap<>();

  private NodeTree(List<NodeRecord> nodes, List<TreeLink> links) {
    this.nodes = nodes;
    this.links = links;
    this.nodesTop = add(build(nodes.stream().<TreeEntry>map(Node::new).toList()));
    this.linksTop = add(build(links.stream().<TreeEntry>map(Link::new).toList()));
  }

  /**
   * A tree of these. Nodes are sorted by id; of several records of one node the one with the
   * highest sequence number counts. Links keep their order; one named twice counts once.
   *
   * @throws BadEntryException when a record has a port that is none: other clients may refuse it
   */
  public static NodeTree of(Collection<NodeRecord> nodes, Collection<TreeLink> links) {
    TreeMap<NodeId, NodeRecord> byId = new TreeMap<>(Comparator.comparing(NodeId::bytes));
    for (NodeRecord record : nodes) {
      requirePorts(record);
      byId.merge(
          record.id(), record, (a, b) -> Long.compareUnsigned(a.seq(), b.seq()) >= 0 ? a : b);
    }
    return new NodeTree(List.copyOf(byId.values()), List.copyOf(new LinkedHashSet<>(links)));
  }

  private static void requirePorts(NodeRecord record) {
    for (String key : PORTS) {
      if (record.entry(key).isPresent()
          && record
              .bytes(key)
              .filter(port -> port.size() <= 2 && (port.isEmpty() || port.get(0) != 0))
              .isEmpty()) {
        throw new BadEntryException(
            "the record of node " + record.id() + " has a \"" + key + "\" that is no port");
      }
    }
  }

  private EntryHash add(TreeEntry entry) {
    EntryHash hash = EntryHash.of(entry.toString());
    entries.put(hash, entry);
    return hash;
  }

  /** The top of a subtree, whose other entries are added. */
  private TreeEntry build(List<TreeEntry> list) {
    if (list.size() == 1) {
      return list.get(0);
    }
    if (list.size() <= MAX_CHILDREN) {
      return new Branch(list.stream().map(this::add).toList());
    }
    List<TreeEntry> tops = new ArrayList<>();
    for (int i = 0; i < list.size(); i += MAX_CHILDREN) {
      tops.add(build(list.subList(i, Math.min(i + MAX_CHILDREN, list.size()))));
    }
    return build(tops);
  }

  /** Nodes in the order of their ids. */
  public List<NodeRecord> nodes() {
    return nodes;
  }

  public List<TreeLink> links() {
    return links;
  }

  /** All entries below the root by their names. Unmodifiable. */
  public Map<EntryHash, TreeEntry> entries() {
    return Collections.unmodifiableMap(entries);
  }

  /**
   * This tree signed for {@code domain}.
   *
   * @param seq higher than that of every tree published there before
   */
  public SignedTree sign(Signer signer, String domain, long seq) {
    TreeLink link = new TreeLink(signer.publicKey(), domain);
    return new SignedTree(link, TreeRoot.sign(nodesTop, linksTop, seq, signer), this);
  }

  /**
   * This tree with a signature made earlier.
   *
   * @param signature as {@link TreeRoot#signatureText} gives it
   * @throws BadEntryException when it is not the signature of the link's key over this very tree
   *     and sequence number
   */
  public SignedTree withSignature(TreeLink link, long seq, String signature) {
    TreeRoot root = new TreeRoot(nodesTop, linksTop, seq, EntryCodec.decodeSignature(signature));
    PublicKey key = link.publicKey();
    if (!root.verify(key)) {
      throw new BadEntryException(
          "the signature is not that of the key of " + link + " over these nodes and links");
    }
    return new SignedTree(link, root, this);
  }
}
