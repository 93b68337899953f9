package io.kadlink.identity.fuzz;

import io.kadlink.identity.InvalidRecordException;
import io.kadlink.identity.NodeRecord;
import java.nio.charset.StandardCharsets;

/** A text either parses and prints to itself, or is refused. */
public final class NodeRecordTextFuzz {
  private NodeRecordTextFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    NodeRecord record;
    try {
      record = NodeRecord.parse(text);
    } catch (InvalidRecordException refused) {
      return;
    }
    if (!record.toString().equals(text.strip())) {
      throw new AssertionError("parsing lost characters of " + text);
    }
  }
}
