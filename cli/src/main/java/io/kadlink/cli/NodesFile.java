package io.kadlink.cli;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.kadlink.discovery.crawl.CrawledNode;
import io.kadlink.discovery.crawl.NodeSet;
import io.kadlink.identity.Enode;
import io.kadlink.identity.InvalidRecordException;
import io.kadlink.identity.NodeRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Node sets in files of geth's {@code nodes.json} format: one object whose keys are node ids. Read
 * and written one node at a time, so that a large set needs little memory.
 */
final class NodesFile {
  /** The longest text in such a file is a record. */
  private static final int MAX_TEXT_CHARS = 1_000;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(MAX_TEXT_CHARS).build())
          .build();

  private NodesFile() {}

  /**
   * Reads a set, and checks every signature.
   *
   * @throws CommandFailure when there is no such file, or it holds no node set
   */
  static NodeSet read(Path file, int maxNodes) {
    try (JsonParser parser = JSON.createParser(file.toFile())) {
      return read(parser, file, maxNodes);
    } catch (NoSuchFileException | java.io.FileNotFoundException e) {
      throw new CommandFailure("There is no file " + file, e);
    } catch (JsonProcessingException e) {
      throw new CommandFailure(
          file
              + " is no node set: line "
              + e.getLocation().getLineNr()
              + ": "
              + e.getOriginalMessage(),
          e);
    } catch (IOException e) {
      throw new CommandFailure(file + " can't be read: " + e.getMessage(), e);
    }
  }

  private static NodeSet read(JsonParser parser, Path file, int maxNodes) throws IOException {
    NodeSet set = new NodeSet(maxNodes);
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new CommandFailure(file + " is no node set: it is not a JSON object");
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String id = parser.currentName();
      CrawledNode node;
      try {
        node = node(parser);
      } catch (IllegalArgumentException | DateTimeParseException e) {
        throw new CommandFailure(file + ": node " + id + ": " + e.getMessage(), e);
      }
      if (!node.id().toString().equals(id)) {
        throw new CommandFailure(file + ": node " + id + ": its record is of node " + node.id());
      }
      if (!set.put(node)) {
        throw new CommandFailure(file + " has more than " + maxNodes + " nodes; see --max-nodes");
      }
    }
    if (parser.nextToken() != null) {
      throw new CommandFailure(file + " is no node set: something follows its end");
    }
    return set;
  }

  private static CrawledNode node(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new IllegalArgumentException("it is not a JSON object");
    }
    @Nullable CrawledNode named = null;
    int score = 0;
    Instant firstResponse = CrawledNode.NEVER;
    Instant lastResponse = CrawledNode.NEVER;
    Instant lastCheck = CrawledNode.NEVER;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      parser.nextToken();
      switch (field) {
        case "record" -> named = named(parser.getText());
        case "score" -> score = parser.getIntValue();
        case "firstResponse" -> firstResponse = time(parser);
        case "lastResponse" -> lastResponse = time(parser);
        case "lastCheck" -> lastCheck = time(parser);
        default -> parser.skipChildren(); // "seq" is the record's
      }
    }
    if (named == null) {
      throw new IllegalArgumentException("it has no record");
    }
    return new CrawledNode(
        named.id(), named.seq(), named.address(), score, firstResponse, lastResponse, lastCheck);
  }

  private static CrawledNode named(String text) {
    if (!text.startsWith(NodeRecord.PREFIX)) {
      return CrawledNode.unchecked(Enode.parse(text));
    }
    try {
      return CrawledNode.unchecked(NodeRecord.parse(text));
    } catch (InvalidRecordException e) {
      throw new IllegalArgumentException("its record is invalid: " + e.getMessage(), e);
    }
  }

  private static Instant time(JsonParser parser) throws IOException {
    Instant time = OffsetDateTime.parse(parser.getText()).toInstant();
    return time.equals(CrawledNode.NEVER) ? CrawledNode.NEVER : time; // one object for many
  }

  /**
   * Writes a set in one step: the file is never seen half written.
   *
   * @throws CommandFailure when that fails
   */
  static void write(Path file, Collection<CrawledNode> nodes) {
    Path directory = file.toAbsolutePath().getParent();
    @Nullable Path draft = null;
    try {
      draft = Files.createTempFile(directory, "." + file.getFileName(), ".draft");
      try (OutputStream out = Files.newOutputStream(draft)) {
        write(out, nodes);
      }
      move(draft, file);
    } catch (IOException e) {
      throw new CommandFailure(file + " can't be written: " + e, e);
    } finally {
      if (draft != null) {
        var unused = draft.toFile().delete(); // there only when something failed
      }
    }
  }

  private static void move(Path draft, Path file) throws IOException {
    try {
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Writes a set; the stream stays open. */
  static void write(OutputStream out, Collection<CrawledNode> nodes) throws IOException {
    DefaultIndenter indenter = new DefaultIndenter("    ", "\n");
    try (JsonGenerator json = JSON.createGenerator(out, JsonEncoding.UTF8)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.setPrettyPrinter(
          new DefaultPrettyPrinter()
              .withObjectIndenter(indenter)
              .withSeparators(
                  DefaultPrettyPrinter.DEFAULT_SEPARATORS.withObjectFieldValueSpacing(
                      com.fasterxml.jackson.core.util.Separators.Spacing.AFTER)));
      json.writeStartObject();
      for (CrawledNode node : nodes) {
        json.writeObjectFieldStart(node.id().toString());
        json.writeFieldName("seq");
        json.writeNumber(Long.toUnsignedString(node.seq()));
        json.writeStringField("record", node.address());
        if (node.score() != 0) {
          json.writeNumberField("score", node.score());
        }
        json.writeStringField("firstResponse", node.firstResponse().toString());
        json.writeStringField("lastResponse", node.lastResponse().toString());
        json.writeStringField("lastCheck", node.lastCheck().toString());
        json.writeEndObject();
      }
      json.writeEndObject();
    }
  }
}
