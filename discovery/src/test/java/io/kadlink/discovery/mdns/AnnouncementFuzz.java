package io.kadlink.discovery.mdns;

import io.kadlink.identity.InvalidRecordException;
import io.kadlink.identity.NodeRecord;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The strings of a TXT record, each with its length before it as on the wire, are the announcement
 * of a record or refused.
 */
public final class AnnouncementFuzz {
  private AnnouncementFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    NodeRecord record;
    try {
      record = Announcement.decode(Announcement.text(strings(data)::get));
    } catch (InvalidRecordException e) {
      return; // what a decoder is for
    }
    Map<String, String> announced = Announcement.encode(record);
    if (!Announcement.decode(Announcement.text(announced::get)).equals(record)) {
      throw new AssertionError("announcing " + record + " changed it");
    }
  }

  private static Map<String, String> strings(byte[] data) {
    Map<String, String> strings = new HashMap<>();
    for (int i = 0; i < data.length; ) {
      int length = Math.min(data[i] & 0xff, data.length - i - 1);
      String text = new String(data, i + 1, length, StandardCharsets.ISO_8859_1);
      int equals = text.indexOf('=');
      if (equals > 0) {
        strings.putIfAbsent(text.substring(0, equals), text.substring(equals + 1));
      }
      i += 1 + length;
    }
    return strings;
  }

  /** As {@link #fuzzerTestOneInput} takes it. */
  public static byte[] input(NodeRecord record) {
    StringBuilder text = new StringBuilder();
    Announcement.encode(record)
        .forEach(
            (key, value) ->
                text.append((char) (key.length() + 1 + value.length()))
                    .append(key)
                    .append('=')
                    .append(value));
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
