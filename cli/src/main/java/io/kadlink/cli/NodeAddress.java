package io.kadlink.cli;

import io.kadlink.identity.Enode;
import io.kadlink.identity.InvalidRecordException;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.server.dial.DialTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.tuweni.bytes.Bytes;

/** Nodes as a user names them: an enode URL, an ENR, or {@code @FILE} with one of them a line. */
final class NodeAddress {
  private static final Pattern BARE_KEY = Pattern.compile("enode://([0-9a-fA-F]{128})");

  private NodeAddress() {}

  /**
   * One node.
   *
   * @throws CommandFailure saying what is wrong with the text
   */
  static Enode parse(String text) {
    String trimmed = text.strip();
    try {
      if (trimmed.startsWith(NodeRecord.PREFIX)) {
        return NodeRecord.parse(trimmed)
            .enode()
            .orElseThrow(
                () ->
                    new CommandFailure(
                        "The record names no IP address, so there is nowhere to reach the node: "
                            + trimmed));
      }
      return Enode.parse(trimmed);
    } catch (InvalidRecordException e) {
      throw new CommandFailure("Not a valid node record: " + e.getMessage() + ": " + trimmed, e);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("Not an enode URL: " + e.getMessage() + ": " + trimmed, e);
    }
  }

  /** As {@link #parseAll}; a node may also be named by its key alone, {@code enode://KEY}. */
  static List<DialTarget> parseTargets(List<String> texts) {
    List<DialTarget> targets = new ArrayList<>();
    for (String text : expand(texts)) {
      Matcher bare = BARE_KEY.matcher(text);
      targets.add(
          bare.matches() ? DialTarget.of(key(bare.group(1), text)) : DialTarget.of(parse(text)));
    }
    return targets;
  }

  private static PublicKey key(String hex, String text) {
    try {
      return PublicKey.of(Bytes.fromHexString(hex));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("Not a public key: " + e.getMessage() + ": " + text, e);
    }
  }

  /** All nodes in {@code texts}; each may be {@code @FILE}, where empty and # lines are skipped. */
  static List<Enode> parseAll(List<String> texts) {
    return expand(texts).stream().map(NodeAddress::parse).toList();
  }

  private static List<String> expand(List<String> texts) {
    List<String> all = new ArrayList<>();
    for (String text : texts) {
      if (text.startsWith("@")) {
        all.addAll(lines(Path.of(text.substring(1))));
      } else if (!text.isBlank()) {
        all.add(text.strip());
      }
    }
    return all;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream()
          .map(String::strip)
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw new CommandFailure("The list of nodes can't be read: " + e, e);
    }
  }
}
