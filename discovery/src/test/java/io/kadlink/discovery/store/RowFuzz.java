package io.kadlink.discovery.store;

import io.kadlink.discovery.DiscoveryVersion;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A row is decoded and encodes again bit for bit, or is refused; whatever its checksum lets pass is
 * a node or none. The fuzzer does not have to find the checksum.
 */
public final class RowFuzz {
  private RowFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    byte[] bytes = data.clone();
    int end = bytes.length - Row.CHECKSUM_BYTES;
    if (end >= 0) {
      ByteBuffer.wrap(bytes).putInt(end, Row.checksum(bytes, end));
    }
    Row row;
    try {
      row = Row.decode(bytes);
    } catch (DamagedRowException e) {
      return; // what a codec is for
    }
    if (!Arrays.equals(row.encode(), bytes)) {
      throw new AssertionError("a row changed when it was written");
    }
    row.node().ifPresent(StoredNode::contact);
  }

  /** A row as the database writes it. */
  public static byte[] sample(boolean withRecord) {
    NodeUpdate update = new NodeUpdate();
    update.answeredPing(
        DiscoveryVersion.V4, withRecord ? Nodes.contactWithRecord(1, 1) : Nodes.contact(1), 1);
    Row row = Row.updated(null, update);
    return row == null ? new byte[0] : row.encode();
  }
}
