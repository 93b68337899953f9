package io.kadlink.server.nat;

import com.google.common.base.Splitter;
import com.google.common.io.BaseEncoding;
import com.google.common.primitives.UnsignedInts;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The IPv6 routing table as Linux shows it in {@code /proc/net/ipv6_route}. */
final class Ipv6RoutingTable {
  private static final int UP = 0x1;
  private static final int GATEWAY = 0x2;

  /** The columns: destination, its prefix, source, its prefix, next hop, metric, ... */
  private static final int DESTINATION_COLUMN = 0;

  private static final int PREFIX_COLUMN = 1;
  private static final int NEXT_HOP_COLUMN = 4;
  private static final int METRIC_COLUMN = 5;
  private static final int FLAGS_COLUMN = 8;
  private static final int INTERFACE_COLUMN = 9;

  private static final String ANYWHERE = "0".repeat(32);

  private static final Splitter LINES = Splitter.on('\n').omitEmptyStrings();
  private static final Splitter COLUMNS = Splitter.onPattern("\\s+").omitEmptyStrings();

  /**
   * A router.
   *
   * @param address mostly a link-local one, which says nothing without the interface
   */
  record Hop(InetAddress address, String networkInterface) {}

  private record Default(Hop hop, long metric) {}

  private Ipv6RoutingTable() {}

  /**
   * The routers of the default routes, the preferred one first, {@link RoutingTable#MAX_GATEWAYS}
   * at most; lines that can't be read are passed over.
   */
  static List<Hop> gateways(String table) {
    List<Default> found = new ArrayList<>();
    for (String line : LINES.split(table)) {
      List<String> columns = COLUMNS.splitToList(line);
      if (columns.size() <= INTERFACE_COLUMN
          || !columns.get(DESTINATION_COLUMN).equals(ANYWHERE)
          || !columns.get(PREFIX_COLUMN).equals("00")) {
        continue;
      }
      try {
        int flags = hex(columns.get(FLAGS_COLUMN));
        if ((flags & (UP | GATEWAY)) == (UP | GATEWAY)) {
          Hop hop = new Hop(address(columns.get(NEXT_HOP_COLUMN)), columns.get(INTERFACE_COLUMN));
          found.add(new Default(hop, Integer.toUnsignedLong(hex(columns.get(METRIC_COLUMN)))));
        }
      } catch (IllegalArgumentException | UnknownHostException e) {
        // a line of another kernel
      }
    }
    return found.stream()
        .sorted(Comparator.comparingLong(Default::metric))
        .map(Default::hop)
        .distinct()
        .limit(RoutingTable.MAX_GATEWAYS)
        .toList();
  }

  private static int hex(String text) {
    return UnsignedInts.parseUnsignedInt(text, 16);
  }

  private static InetAddress address(String digits) throws UnknownHostException {
    return InetAddress.getByAddress(BaseEncoding.base16().lowerCase().decode(digits));
  }
}
