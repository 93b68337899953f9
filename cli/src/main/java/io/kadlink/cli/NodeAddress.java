package io.kadlink.cli;

import io.kadlink.identity.Enode;
import io.kadlink.identity.InvalidRecordException;
import io.kadlink.identity.NodeRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Nodes as a user names them: an enode URL, an ENR, or {@code @FILE} with one of them a line. */
final class NodeAddress {
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

  /** All nodes in {@code texts}; each may be {@code @FILE}, where empty and # lines are skipped. */
  static List<Enode> parseAll(List<String> texts) {
    List<Enode> nodes = new ArrayList<>();
    for (String text : texts) {
      if (text.startsWith("@")) {
        lines(Path.of(text.substring(1))).forEach(line -> nodes.add(parse(line)));
      } else if (!text.isBlank()) {
        nodes.add(parse(text));
      }
    }
    return nodes;
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
