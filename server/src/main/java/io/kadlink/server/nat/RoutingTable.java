package io.kadlink.server.nat;

import com.google.common.base.Splitter;
import com.google.common.primitives.UnsignedInts;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The IPv4 routing table as Linux shows it in {@code /proc/net/route}. */
final class RoutingTable {
  /** More ways out than a machine has; each is asked in each protocol. */
  static final int MAX_GATEWAYS = 4;

  private static final int UP = 0x1;
  private static final int GATEWAY = 0x2;

  /** The columns that count: of interface, destination, gateway, flags, ..., metric, mask. */
  private static final int DESTINATION_COLUMN = 1;

  private static final int GATEWAY_COLUMN = 2;
  private static final int FLAGS_COLUMN = 3;
  private static final int METRIC_COLUMN = 6;
  private static final int MASK_COLUMN = 7;

  private static final Splitter LINES = Splitter.on('\n').omitEmptyStrings();
  private static final Splitter COLUMNS = Splitter.onPattern("\\s+").omitEmptyStrings();

  private record Default(InetAddress gateway, long metric) {}

  private RoutingTable() {}

  /**
   * The routers of the default routes, the preferred one first; lines that can't be read are passed
   * over.
   *
   * @param order of the bytes in an address: the machine's
   */
  static List<InetAddress> gateways(String table, ByteOrder order) {
    List<Default> found = new ArrayList<>();
    for (String line : LINES.split(table)) {
      List<String> columns = COLUMNS.splitToList(line);
      if (columns.size() <= MASK_COLUMN) {
        continue;
      }
      try {
        int flags = hex(columns.get(FLAGS_COLUMN));
        if ((flags & (UP | GATEWAY)) == (UP | GATEWAY)
            && hex(columns.get(DESTINATION_COLUMN)) == 0
            && hex(columns.get(MASK_COLUMN)) == 0) {
          long metric = Long.parseLong(columns.get(METRIC_COLUMN));
          found.add(new Default(address(hex(columns.get(GATEWAY_COLUMN)), order), metric));
        }
      } catch (NumberFormatException e) {
        // the line with the names of the columns
      }
    }
    return found.stream()
        .sorted(Comparator.comparingLong(Default::metric))
        .map(Default::gateway)
        .distinct()
        .limit(MAX_GATEWAYS)
        .toList();
  }

  private static int hex(String text) {
    return UnsignedInts.parseUnsignedInt(text, 16);
  }

  private static InetAddress address(int value, ByteOrder order) {
    try {
      return InetAddress.getByAddress(ByteBuffer.allocate(4).order(order).putInt(value).array());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }
}
