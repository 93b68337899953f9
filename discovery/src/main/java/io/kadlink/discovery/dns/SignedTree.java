package io.kadlink.discovery.dns;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A tree ready to be published: {@link #zoneText} for a zone file, {@link #txtRecords} for a DNS
 * provider's interface. Immutable.
 *
 * @param link where it is published; the URL to tell clients
 * @param root the signed root
 * @param tree everything below
 */
public record SignedTree(TreeLink link, TreeRoot root, NodeTree tree) {
  /** The root changes with each update, so resolvers may keep it for half an hour only. */
  public static final Duration ROOT_TTL = Duration.ofMinutes(30);

  /** An entry never changes under its name: four weeks. */
  public static final Duration ENTRY_TTL = Duration.ofDays(28);

  /** The longest string in a TXT record; a longer text is several strings. */
  private static final int MAX_STRING = 255;

  /** The texts of all TXT records by full DNS name (no dot at the end), the root's first. */
  public Map<String, String> txtRecords() {
    Map<String, String> records = new LinkedHashMap<>();
    records.put(link.domain(), root.toString());
    tree.entries()
        .forEach((hash, entry) -> records.put(hash + "." + link.domain(), entry.toString()));
    return Collections.unmodifiableMap(records);
  }

  /** All records in zone file format with the usual times to live. */
  public String zoneText() {
    return zoneText(ROOT_TTL, ENTRY_TTL);
  }

  /**
   * All records in zone file format (RFC 1035), to be put into the zone of the domain: there is no
   * SOA and no NS record.
   *
   * @param rootTtl how long resolvers may keep the root; whole seconds
   * @param entryTtl how long they may keep entries; whole seconds
   */
  public String zoneText(Duration rootTtl, Duration entryTtl) {
    StringBuilder zone = new StringBuilder();
    zone.append("; ").append(link).append('\n');
    zone.append("$ORIGIN ").append(link.domain()).append(".\n");
    line(zone, "@", rootTtl, root.toString());
    tree.entries().forEach((hash, entry) -> line(zone, hash.text(), entryTtl, entry.toString()));
    return zone.toString();
  }

  private static void line(StringBuilder zone, String name, Duration ttl, String text) {
    zone.append(String.format(Locale.ROOT, "%-26s %8d IN TXT", name, ttl.toSeconds()));
    for (int i = 0; i < text.length(); i += MAX_STRING) {
      String part = text.substring(i, Math.min(i + MAX_STRING, text.length()));
      zone.append(" \"").append(part).append('"'); // no entry has quotes or backslashes
    }
    zone.append('\n');
  }
}
