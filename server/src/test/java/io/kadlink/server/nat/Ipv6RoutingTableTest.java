package io.kadlink.server.nat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The ways out by IPv6, as Linux shows them. */
class Ipv6RoutingTableTest {
  private static final String ANY = "0".repeat(32);
  private static final String CABLE = line(ANY, "00", "fe80" + "0".repeat(27) + "1", "64", "eth0");
  private static final String WIFI = line(ANY, "00", "fe80" + "0".repeat(27) + "2", "258", "wlan0");
  private static final String LINK =
      line("2a100077" + "0".repeat(24), "40", ANY, "100", "eth0").replace("450003", "000001");

  private static String line(String to, String bits, String hop, String metric, String out) {
    return "%s %s %s 00 %s %8s 00000001 00000000 00450003 %8s\n"
        .formatted(to, bits, ANY, hop, "0".repeat(8 - metric.length()) + metric, out);
  }

  private static List<String> gateways(String table) {
    return Ipv6RoutingTable.gateways(table).stream()
        .map(hop -> hop.address().getHostAddress() + " " + hop.networkInterface())
        .toList();
  }

  @Test
  void defaultRoutesAreFoundTheOneWithTheLowestMetricFirst() {
    assertThat(gateways(WIFI + LINK + CABLE))
        .containsExactly("fe80:0:0:0:0:0:0:1 eth0", "fe80:0:0:0:0:0:0:2 wlan0");
  }

  @Test
  void aRouteThatIsDownOrHasNoRouterIsNone() {
    assertThat(gateways(CABLE.replace("00450003", "00450002"))).isEmpty();
    assertThat(gateways(CABLE.replace("00450003", "00200200"))).isEmpty();
    assertThat(gateways(LINK)).isEmpty();
  }

  @Test
  void linesThatCannotBeReadArePassedOver() {
    assertThat(gateways("")).isEmpty();
    assertThat(gateways(CABLE.replace("fe80", "fe8z") + WIFI + "a b c\n")).hasSize(1);
  }

  @Test
  void fourRoutersAreEnough() {
    StringBuilder table = new StringBuilder();
    for (int i = 1; i <= RoutingTable.MAX_GATEWAYS + 1; i++) {
      table.append(CABLE.replace("eth0", "eth" + i));
    }
    assertThat(gateways(table.toString())).hasSize(RoutingTable.MAX_GATEWAYS);
  }
}
