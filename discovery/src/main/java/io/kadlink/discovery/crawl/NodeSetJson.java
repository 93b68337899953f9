package io.kadlink.discovery.crawl;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import io.kadlink.identity.Enode;
import io.kadlink.identity.InvalidRecordException;
import io.kadlink.identity.NodeRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Node sets as geth's {@code nodes.json} has them: one JSON object whose keys are node ids. Read
 * and written one node at a time, so that a large set needs little memory.
 */
public final class NodeSetJson {
  /** The longest text in such a file is a record. */
  private static final int MAX_TEXT_CHARS = 1_000;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(MAX_TEXT_CHARS).build())
          .build();

  private NodeSetJson() {}

  /**
   * Reads a set to the end of the stream, and checks every signature.
   *
   * @throws BadNodeSetException when it is none, or one of more than {@code maxNodes}
   */
  public static NodeSet read(InputStream in, int maxNodes) throws IOException {
    // A reader, because from bytes the parser would guess at other encodings, and fail in other
    // ways
    try (JsonParser parser = JSON.createParser(new InputStreamReader(in, UTF_8))) {
      try {
        return read(parser, maxNodes);
      } catch (JsonProcessingException e) {
        // The parser's place: an exception for a limit has none
        int line = parser.currentLocation().getLineNr();
        throw new BadNodeSetException("line " + line + ": " + e.getOriginalMessage(), e);
      }
    }
  }

  private static NodeSet read(JsonParser parser, int maxNodes) throws IOException {
    NodeSet set = new NodeSet(maxNodes);
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new BadNodeSetException("it is not a JSON object");
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String id = parser.currentName();
      CrawledNode node;
      try {
        node = node(parser);
      } catch (IllegalArgumentException | DateTimeParseException e) {
        throw new BadNodeSetException("node " + id + ": " + e.getMessage(), e);
      }
      if (!node.id().toString().equals(id)) {
        throw new BadNodeSetException("node " + id + ": its record is of node " + node.id());
      }
      if (!set.put(node)) {
        throw new BadNodeSetException("it has more than " + maxNodes + " nodes");
      }
    }
    if (parser.nextToken() != null) {
      throw new BadNodeSetException("something follows its end");
    }
    return set;
  }

  private static CrawledNode node(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new IllegalArgumentException("it is not a JSON object");
    }
    @Nullable CrawledNode named = null;
    @Nullable String seq = null;
    int score = 0;
    Instant firstResponse = CrawledNode.NEVER;
    Instant lastResponse = CrawledNode.NEVER;
    Instant lastCheck = CrawledNode.NEVER;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      parser.nextToken();
      switch (field) {
        case "seq" -> seq = parser.getText();
        case "record" -> named = named(parser.getText());
        case "score" -> score = parser.getIntValue();
        case "firstResponse" -> firstResponse = time(parser);
        case "lastResponse" -> lastResponse = time(parser);
        case "lastCheck" -> lastCheck = time(parser);
        default -> parser.skipChildren();
      }
    }
    if (named == null) {
      throw new IllegalArgumentException("it has no record");
    }
    if (seq != null && !seq.equals(Long.toUnsignedString(named.seq()))) {
      throw new IllegalArgumentException("\"seq\" is not its record's");
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

  /** Writes a set; the stream stays open. */
  public static void write(OutputStream out, Collection<CrawledNode> nodes) throws IOException {
    DefaultIndenter indenter = new DefaultIndenter("    ", "\n");
    try (JsonGenerator json = JSON.createGenerator(out, JsonEncoding.UTF8)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.setPrettyPrinter(
          new DefaultPrettyPrinter()
              .withObjectIndenter(indenter)
              .withSeparators(
                  DefaultPrettyPrinter.DEFAULT_SEPARATORS.withObjectFieldValueSpacing(
                      Separators.Spacing.AFTER)));
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
