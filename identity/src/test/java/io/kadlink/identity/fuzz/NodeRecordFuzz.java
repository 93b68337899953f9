package io.kadlink.identity.fuzz;

import io.kadlink.identity.InvalidRecordException;
import io.kadlink.identity.NodeRecord;
import org.apache.tuweni.bytes.Bytes;

/** A record either decodes and encodes to the same bytes again, or is refused. */
public final class NodeRecordFuzz {
  private NodeRecordFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    NodeRecord record;
    try {
      record = NodeRecord.decode(Bytes.wrap(data));
    } catch (InvalidRecordException refused) {
      return;
    }
    if (!record.encode().equals(Bytes.wrap(data))) {
      throw new AssertionError("decoding lost bytes");
    }
  }
}
