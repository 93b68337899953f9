package io.kadlink.testnet.sim;

import java.util.Arrays;

/** Events of one shard not written to the log yet: four numbers each. */
final class EventBuffer {
  static final int FIELDS = 4;
  private static final int KIND_SHIFT = 16;
  private static final int SIZE_MASK = 0xffff;

  private long[] fields = new long[1024 * FIELDS];
  private int length;

  /**
   * Adds an event.
   *
   * @param node whose event it is, -1 when it is nobody's
   * @param endpoint IPv4 address and port of the other side
   * @param size of the datagram in bytes
   * @param content a checksum over what was sent or found
   */
  void add(long nanos, int node, EventKind kind, long endpoint, int size, long content) {
    if (length == fields.length) {
      fields = Arrays.copyOf(fields, length * 2);
    }
    fields[length++] = nanos;
    fields[length++] =
        (long) node << Integer.SIZE | (long) kind.code() << KIND_SHIFT | (size & SIZE_MASK);
    fields[length++] = endpoint;
    fields[length++] = content;
  }

  int length() {
    return length;
  }

  long field(int at) {
    return fields[at];
  }

  int node(int event) {
    return (int) (fields[event + 1] >> Integer.SIZE);
  }

  EventKind kind(int event) {
    return EventKind.of((int) (fields[event + 1] >> KIND_SHIFT) & SIZE_MASK);
  }

  int size(int event) {
    return (int) fields[event + 1] & SIZE_MASK;
  }

  void clear() {
    length = 0;
  }
}
