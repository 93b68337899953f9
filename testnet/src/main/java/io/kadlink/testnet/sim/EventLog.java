package io.kadlink.testnet.sim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that happened, in order of time and then of node. Two runs are the same when the SHA-256 of
 * their logs is: 32 bytes for each event, big-endian: nanoseconds since the start (8), node (4),
 * kind (2), size (2), endpoint (8), checksum of the content (8).
 */
final class EventLog {
  private static final int EVENT_BYTES = EventBuffer.FIELDS * Long.BYTES;
  private static final int BATCH_EVENTS = 512;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final MessageDigest digest;
  private final ByteBuffer batch = ByteBuffer.allocate(BATCH_EVENTS * EVENT_BYTES);
  private final @Nullable Writer text;
  private final StringBuilder line = new StringBuilder();
  private long events;

  /**
   * An empty log.
   *
   * @param text where to write a line for each event; the caller closes it
   */
  EventLog(@Nullable Writer text) {
    this.text = text;
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /** Takes in the events of all buffers, each of which is in order. */
  void append(List<EventBuffer> buffers) {
    int[] next = new int[buffers.size()];
    while (true) {
      int first = -1;
      for (int i = 0; i < next.length; i++) {
        if (next[i] < buffers.get(i).length()
            && (first < 0 || isBefore(buffers.get(i), next[i], buffers.get(first), next[first]))) {
          first = i;
        }
      }
      if (first < 0) {
        break;
      }
      write(buffers.get(first), next[first]);
      next[first] += EventBuffer.FIELDS;
    }
    buffers.forEach(EventBuffer::clear);
  }

  private static boolean isBefore(EventBuffer a, int atA, EventBuffer b, int atB) {
    int order = Long.compare(a.field(atA), b.field(atB));
    return order != 0 ? order < 0 : a.node(atA) < b.node(atB);
  }

  private void write(EventBuffer buffer, int event) {
    if (!batch.hasRemaining()) {
      flush();
    }
    for (int i = 0; i < EventBuffer.FIELDS; i++) {
      batch.putLong(buffer.field(event + i));
    }
    events++;
    if (text != null) {
      writeLine(text, buffer, event);
    }
  }

  private void writeLine(Writer text, EventBuffer buffer, int event) {
    long nanos = buffer.field(event);
    line.setLength(0);
    line.append(nanos / NANOS_PER_SECOND);
    int point = line.length();
    // the sum has ten digits, so that the fraction keeps its zeros
    line.append(NANOS_PER_SECOND + nanos % NANOS_PER_SECOND).setCharAt(point, '.');
    line.append(' ').append(buffer.node(event));
    line.append(' ').append(buffer.kind(event));
    line.append(' ').append(Endpoints.text(buffer.field(event + 2)));
    line.append(' ').append(buffer.size(event)).append(' ');
    line.append(HexFormat.of().toHexDigits(buffer.field(event + 3)));
    line.append(System.lineSeparator());
    try {
      text.append(line);
    } catch (IOException e) {
      throw new UncheckedIOException("can't write the event log", e);
    }
  }

  long events() {
    return events;
  }

  /** SHA-256 of the log as it is now, in hex. */
  String hash() {
    flush();
    try {
      MessageDigest soFar = (MessageDigest) digest.clone();
      return HexFormat.of().formatHex(soFar.digest());
    } catch (CloneNotSupportedException e) {
      throw new AssertionError("the JDK's SHA-256 can be cloned", e);
    }
  }

  private void flush() {
    batch.flip();
    digest.update(batch);
    batch.clear();
  }
}
