package io.kadlink.discovery.mdns;

import io.kadlink.identity.InvalidRecordException;
import io.kadlink.identity.NodeRecord;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A node record as the TXT record of a DNS-SD service (RFC 6763 §6). A string there has at most 255
 * bytes and a record's text up to 404, so it comes in two: {@code enr=} holds the first 240
 * characters and {@code enr2=} the rest.
 */
final class Announcement {
  /** Of our own making: there is no convention among Ethereum nodes. */
  static final String SERVICE_TYPE = "_kadlink-enr._udp.local.";

  static final String FIRST = "enr";
  static final String SECOND = "enr2";

  static final int FIRST_CHARS = 240;

  /** A DNS label has 63 characters; half an id tells nodes apart. */
  private static final int NAME_CHARS = 32;

  private Announcement() {}

  /** The service's instance name. */
  static String name(NodeRecord record) {
    return record.id().toString().substring(0, NAME_CHARS);
  }

  static Map<String, String> encode(NodeRecord record) {
    String text = record.toString();
    int split = Math.min(FIRST_CHARS, text.length());
    Map<String, String> strings = new LinkedHashMap<>();
    strings.put(FIRST, text.substring(0, split));
    if (split < text.length()) {
      strings.put(SECOND, text.substring(split));
    }
    return strings;
  }

  /** The record's text, not verified; null without one. */
  static @Nullable String text(Function<String, @Nullable String> strings) {
    String first = strings.apply(FIRST);
    String second = strings.apply(SECOND);
    return first == null ? null : second == null ? first : first + second;
  }

  /**
   * The verified record.
   *
   * @throws InvalidRecordException when it is none
   */
  static NodeRecord decode(@Nullable String text) {
    if (text == null) {
      throw new InvalidRecordException("no \"" + FIRST + "\" string");
    }
    return NodeRecord.parse(text);
  }
}
