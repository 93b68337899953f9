package io.kadlink.discovery.dns;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kadlink.identity.InvalidRecordException;
import io.kadlink.identity.NodeRecord;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    Path infoFile = folder.resolve(INFO_FILE);
    JsonNode info = Files.exists(infoFile) ? json(infoFile) : JSON.createObjectNode();
    List<NodeRecord> nodes = readNodes(folder.resolve(NODES_FILE));
    try {
      Optional<TreeLink> link = text(info, "url").map(TreeLink::parse);
      List<TreeLink> links = new ArrayList<>();
      for (JsonNode each : info.path("links")) {
        links.add(TreeLink.parse(each.asText()));
      }
      long seq = Long.parseUnsignedLong(info.path("seq").asText("0"));
      return new TreeFolder(link, seq, text(info, "signature"), links, nodes);
    } catch (IllegalArgumentException e) {
      throw new IOException(infoFile + ": " + e.getMessage(), e);
    }
  }

  private static List<NodeRecord> readNodes(Path file) throws IOException {
    List<NodeRecord> nodes = new ArrayList<>();
    for (Map.Entry<String, JsonNode> each : json(file).properties()) {
      String where = file + ": node " + each.getKey() + ": ";
      NodeRecord record;
      try {
        record = NodeRecord.parse(each.getValue().path("record").asText());
      } catch (InvalidRecordException e) {
        throw new IOException(where + e.getMessage(), e);
      }
      if (!record.id().toString().equals(each.getKey())) {
        throw new IOException(where + "the record is of node " + record.id());
      }
      String seq = each.getValue().path("seq").asText();
      if (!seq.equals(Long.toUnsignedString(record.seq()))) {
        throw new IOException(where + "\"seq\" is not the record's");
      }
      nodes.add(record);
    }
    return nodes;
  }

  private static JsonNode json(Path file) throws IOException {
    try {
      JsonNode node = JSON.readTree(Files.readAllBytes(file));
      if (!node.isObject()) {
        throw new IOException(file + " holds no JSON object");
      }
      return node;
    } catch (JsonProcessingException e) {
      throw new IOException(file + " is no JSON: " + e.getOriginalMessage(), e);
    }
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
    ObjectNode info = JSON.createObjectNode();
    link.ifPresent(value -> info.put("url", value.toString()));
    info.put("seq", new BigInteger(Long.toUnsignedString(seq)));
    signature.ifPresent(value -> info.put("signature", value));
    ArrayNode list = info.putArray("links");
    links.forEach(value -> list.add(value.toString()));
    info.put("lastModified", now.truncatedTo(ChronoUnit.SECONDS).toString());
    write(folder, INFO_FILE, info);
  }

  /** Writes both files. */
  public void write(Path folder, Instant now) throws IOException {
    writeInfo(folder, now);
    ObjectNode set = JSON.createObjectNode();
    for (NodeRecord record : nodes) {
      set.putObject(record.id().toString())
          .put("seq", new BigInteger(Long.toUnsignedString(record.seq())))
          .put("record", record.toString());
    }
    write(folder, NODES_FILE, set);
  }

  private static void write(Path folder, String name, ObjectNode content) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve(name), PRETTY.writeValueAsBytes(content));
  }
}
