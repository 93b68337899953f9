package io.kadlink.discovery.fuzz;

import io.kadlink.discovery.crawl.BadNodeSetException;
import io.kadlink.discovery.crawl.NodeSet;
import io.kadlink.discovery.crawl.NodeSetJson;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** A file of a node set is read, and once written says the same again, or is refused. */
public final class NodeSetFuzz {
  private static final int MAX_NODES = 10;

  private NodeSetFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    NodeSet set;
    try {
      set = NodeSetJson.read(new ByteArrayInputStream(data), MAX_NODES);
    } catch (BadNodeSetException e) {
      return; // what a reader is for
    }
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    NodeSetJson.write(written, set.nodes());
    NodeSet again = NodeSetJson.read(new ByteArrayInputStream(written.toByteArray()), MAX_NODES);
    if (!again.nodes().equals(set.nodes())) {
      throw new AssertionError("a node set changed when it was written: " + written);
    }
  }
}
