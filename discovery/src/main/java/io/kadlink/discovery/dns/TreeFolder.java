package io.kadlink.discovery.dns;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kadlink.discovery.crawl.BadNodeSetException;
import io.kadlink.discovery.crawl.CrawledNode;
import io.kadlink.discovery.crawl.NodeSetJson;
import io.kadlink.identity.NodeRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A tree as a folder of two JSON files, laid out as go-ethereum's {@code devp2p dns} does: {@code
 * enrtree-info.json} with URL, sequence number, signature and links, {@code nodes.json} with the
 * records. Either tool reads what the other wrote. Calls wait for the disk.
 *
 * @param link where the tree is published, when it was signed or downloaded
 * @param seq its sequence number, 0 when it was never signed; unsigned
 * @param signature as it stands in the root
 * @param links lists it refers to, in their order
 * @param nodes in the order of their ids
 */
public record TreeFolder(
    Optional<TreeLink> link,
    long seq,
    Optional<String> signature,
    List<TreeLink> links,
    List<NodeRecord> nodes) {
  public static final String INFO_FILE = "enrtree-info.json";
  public static final String NODES_FILE = "nodes.json";

  /** Nodes at most: many times as many as any list has. */
  public static final int MAX_NODES = 100_000;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectWriter PRETTY = JSON.writerWithDefaultPrettyPrinter();

  public TreeFolder {
    links = List.copyOf(links);
    nodes = List.copyOf(nodes);
  }

  /** What a signed tree's folder holds. */
  public static TreeFolder of(SignedTree tree) {
    return new TreeFolder(
        Optional.of(tree.link()),
        tree.root().seq(),
        Optional.of(tree.root().signatureText()),
        tree.tree().links(),
        tree.tree().nodes());
  }

  /**
   * Reads a folder. Without {@value #INFO_FILE} it is a tree that was never signed.
   *
   * @throws IOException when a file can't be read or makes no sense; the message names the file
   */
  public static TreeFolder read(Path folder) throws IOException {
    List<NodeRecord> nodes = readNodes(folder.resolve(NODES_FILE));
    Path file = folder.resolve(INFO_FILE);
    if (!Files.exists(file)) {
      return new TreeFolder(Optional.empty(), 0, Optional.empty(), List.of(), nodes);
    }
    try {
      return parse(Files.readAllBytes(file), nodes);
    } catch (JsonProcessingException e) {
      throw new IOException(file + " is no JSON: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * What {@value #INFO_FILE} says of these nodes' tree.
   *
   * @throws JsonProcessingException when it is no JSON
   * @throws IllegalArgumentException when it makes no sense
   */
  static TreeFolder parse(byte[] infoFile, List<NodeRecord> nodes) throws JsonProcessingException {
    JsonNode info = JSON.readTree(new String(infoFile, UTF_8));
    if (!info.isObject()) {
      throw new IllegalArgumentException("it holds no JSON object");
    }
    List<TreeLink> links = new ArrayList<>();
    for (JsonNode each : info.path("links")) {
      links.add(TreeLink.parse(each.asText()));
    }
    return new TreeFolder(
        text(info, "url").map(TreeLink::parse),
        Long.parseUnsignedLong(info.path("seq").asText("0")),
        text(info, "signature"),
        links,
        nodes);
  }

  private static List<NodeRecord> readNodes(Path file) throws IOException {
    List<NodeRecord> nodes = new ArrayList<>();
    try (InputStream in = Files.newInputStream(file)) {
      for (CrawledNode node : NodeSetJson.read(in, MAX_NODES).nodes()) {
        nodes.add(
            node.record()
                .orElseThrow(
                    () -> new IOException(file + ": node " + node.id() + " has no record")));
      }
    } catch (BadNodeSetException e) {
      throw new IOException(file + " is no node set: " + e.getMessage(), e);
    }
    return nodes;
  }

  private static Optional<String> text(JsonNode object, String field) {
    return Optional.of(object.path(field).asText("")).filter(text -> !text.isEmpty());
  }

  /** The tree of these nodes and links, not signed. */
  public NodeTree tree() {
    return NodeTree.of(nodes, links);
  }

  /**
   * The tree with its signature, checked.
   *
   * @throws BadEntryException when it was never signed, or was changed since
   */
  public SignedTree signedTree() {
    if (link.isEmpty() || signature.isEmpty()) {
      throw new BadEntryException("the tree has no signature");
    }
    return tree().withSignature(link.get(), seq, signature.get());
  }

  /**
   * Writes {@value #INFO_FILE}, which is all that signing changes.
   *
   * @param now stands in it as the time of the last change
   */
  public void writeInfo(Path folder, Instant now) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve(INFO_FILE), infoFile(now));
  }

  byte[] infoFile(Instant now) throws JsonProcessingException {
    ObjectNode info = JSON.createObjectNode();
    link.ifPresent(value -> info.put("url", value.toString()));
    info.put("seq", new BigInteger(Long.toUnsignedString(seq)));
    signature.ifPresent(value -> info.put("signature", value));
    ArrayNode list = info.putArray("links");
    links.forEach(value -> list.add(value.toString()));
    info.put("lastModified", now.truncatedTo(ChronoUnit.SECONDS).toString());
    return PRETTY.writeValueAsBytes(info);
  }

  /** Writes both files. */
  public void write(Path folder, Instant now) throws IOException {
    writeInfo(folder, now);
    try (OutputStream out = Files.newOutputStream(folder.resolve(NODES_FILE))) {
      NodeSetJson.write(out, nodes.stream().map(CrawledNode::unchecked).toList());
    }
  }
}
