package io.kadlink.discovery.v5;

import io.kadlink.discovery.v5.Message.Nodes;
import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;

/** Divides the answer to a FINDNODE into messages that fit their packets. */
final class NodesSplit {
  /** Nodes told in answer to one question (Kademlia's k, which the specification recommends). */
  static final int MAX_RECORDS = 16;

  /** Messages of one answer; others take no more. Holds 16 records but for the largest ones. */
  static final int MAX_MESSAGES = 5;

  /** Type, list header, request id, total, and the header of the list of records. */
  private static final int MAX_OVERHEAD = 1 + 3 + (1 + Message.MAX_REQUEST_ID_BYTES) + 1 + 3;

  static final int MAX_RECORD_BYTES = PacketCodec.MAX_MESSAGE_BYTES - MAX_OVERHEAD;

  private NodesSplit() {}

  /** One message at least; records beyond the limits are left out. */
  static List<Nodes> split(Bytes requestId, List<Bytes> records) {
    List<List<Bytes>> parts = new ArrayList<>();
    List<Bytes> part = new ArrayList<>();
    parts.add(part);
    int room = MAX_RECORD_BYTES;
    for (Bytes record : records.subList(0, Math.min(records.size(), MAX_RECORDS))) {
      if (record.size() > room) {
        if (parts.size() == MAX_MESSAGES) {
          break;
        }
        part = new ArrayList<>();
        parts.add(part);
        room = MAX_RECORD_BYTES;
      }
      part.add(record);
      room -= record.size();
    }
    return parts.stream().map(each -> new Nodes(requestId, parts.size(), each)).toList();
  }
}
