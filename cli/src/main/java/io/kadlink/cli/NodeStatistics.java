package io.kadlink.cli;

import io.kadlink.discovery.crawl.CrawledNode;
import io.kadlink.identity.NodeRecord;
import io.kadlink.protocols.eth.ForkIdEntry;
import io.kadlink.protocols.eth.chain.ForkId;
import io.kadlink.protocols.eth.chain.PublicNetwork;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How the nodes of a set are spread: over networks, fork ids, address ranges, ages, entries. */
final class NodeStatistics {
  /** Rows shown to people of a table that strangers can make long. */
  private static final int MAX_ROWS = 15;

  /** Rows kept while counting; strangers make up as many keys and fork ids as they like. */
  private static final int MAX_KEPT = 10_000;

  private static final String REST = "others";

  /** The upper limit of an age and what it is called. */
  private enum Age {
    NEVER_SEEN("never answered", Duration.ofSeconds(-1)),
    ONCE("once", Duration.ZERO),
    HOUR("up to 1 hour", Duration.ofHours(1)),
    DAY("up to 1 day", Duration.ofDays(1)),
    WEEK("up to 7 days", Duration.ofDays(7)),
    MONTH("up to 30 days", Duration.ofDays(30)),
    OLDER("more", ForeverHolder.FOREVER);

    final String label;
    final Duration limit;

    Age(String label, Duration limit) {
      this.label = label;
      this.limit = limit;
    }
  }

  private static final class ForeverHolder {
    static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);
  }

  private final Map<String, Integer> networks = new HashMap<>();
  private final Map<String, Integer> forkIds = new HashMap<>();
  private final Map<String, Integer> ranges = new HashMap<>();
  private final Map<String, Integer> ages = new LinkedHashMap<>();
  private final Map<String, Integer> keys = new HashMap<>();
  private int nodes;

  private NodeStatistics() {
    for (Age age : Age.values()) {
      ages.put(age.label, 0);
    }
  }

  static NodeStatistics of(Collection<CrawledNode> nodes) {
    NodeStatistics statistics = new NodeStatistics();
    nodes.forEach(statistics::count);
    return statistics;
  }

  private void count(CrawledNode node) {
    nodes++;
    Optional<NodeRecord> record = node.record();
    Optional<ForkId> forkId = record.flatMap(ForkIdEntry::of);
    if (forkId.isPresent()) {
      add(networks, PublicNetwork.of(forkId.get()).map(PublicNetwork::toString).orElse("unknown"));
      add(forkIds, RecordEntries.describe(forkId.get()));
    } else if (record.flatMap(it -> it.entry("eth2")).isPresent()) {
      add(networks, "consensus layer");
    } else {
      add(networks, "none announced");
    }
    add(ranges, node.contact().map(at -> range(at.address())).orElse("no address"));
    add(ages, age(node).label);
    record.ifPresent(
        it -> it.entries().keySet().forEach(key -> add(keys, RecordEntries.printable(key))));
  }

  private static void add(Map<String, Integer> counts, String key) {
    boolean room = counts.size() < MAX_KEPT || counts.containsKey(key);
    counts.merge(room ? key : REST, 1, Integer::sum);
  }

  /** The IPv4 /16 or IPv6 /32, which is about what one provider or company has. */
  private static String range(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length == 4) {
      return (bytes[0] & 0xff) + "." + (bytes[1] & 0xff) + ".0.0/16";
    }
    return String.format(
        "%x:%x::/32",
        (bytes[0] & 0xff) << 8 | (bytes[1] & 0xff), (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff));
  }

  private static Age age(CrawledNode node) {
    if (node.firstResponse().equals(CrawledNode.NEVER)) {
      return Age.NEVER_SEEN;
    }
    Duration known = Duration.between(node.firstResponse(), node.lastResponse());
    for (Age age : Age.values()) {
      if (age != Age.NEVER_SEEN && known.compareTo(age.limit) <= 0) {
        return age;
      }
    }
    return Age.OLDER;
  }

  /** For machines. */
  Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("nodes", nodes);
    fields.put("networks", sorted(networks));
    fields.put("forkIds", sorted(forkIds));
    fields.put("addressRanges", sorted(ranges));
    fields.put("ages", ages);
    fields.put("entries", sorted(keys));
    return fields;
  }

  /** For people. */
  void print(PrintWriter out) {
    out.println(nodes + " nodes");
    table(out, "network", sorted(networks));
    table(out, "fork id", sorted(forkIds));
    table(out, "address range", sorted(ranges));
    table(out, "time between first and last answer", ages);
    table(out, "record entry", sorted(keys));
    out.flush();
  }

  private static Map<String, Integer> sorted(Map<String, Integer> counts) {
    List<Map.Entry<String, Integer>> entries = new ArrayList<>(counts.entrySet());
    entries.sort(
        Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
            .thenComparing(Map.Entry.comparingByKey()));
    Map<String, Integer> sorted = new LinkedHashMap<>();
    entries.forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    return sorted;
  }

  private static void table(PrintWriter out, String title, Map<String, Integer> counts) {
    if (counts.isEmpty()) {
      return;
    }
    out.println();
    out.println("by " + title);
    int row = 0;
    int rest = 0;
    for (Map.Entry<String, Integer> entry : counts.entrySet()) {
      if (row++ < MAX_ROWS) {
        out.printf("%8d  %s%n", entry.getValue(), entry.getKey());
      } else {
        rest += entry.getValue();
      }
    }
    if (rest > 0) {
      out.printf("%8d  in %d others%n", rest, counts.size() - MAX_ROWS);
    }
  }
}
