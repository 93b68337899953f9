package io.kadlink.server.nat;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The way out, as Linux shows it. */
class RoutingTableTest {
  private static final String HEAD =
      "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";

  private static final String WIFI =
      "wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n";
  private static final String CABLE =
      "eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n";
  private static final String LOCAL =
      "eth0\t0000000A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n";

  private static List<String> gateways(String table) {
    return RoutingTable.gateways(table, ByteOrder.LITTLE_ENDIAN).stream()
        .map(InetAddress::getHostAddress)
        .toList();
  }

  @Test
  void defaultRoutesAreFoundTheOneWithTheLowestMetricFirst() {
    assertThat(gateways(HEAD + WIFI + CABLE + LOCAL)).containsExactly("10.0.0.1", "192.168.1.1");
  }

  @Test
  void aRouteThatIsDownOrHasNoRouterIsNone() {
    assertThat(gateways(WIFI.replace("0003", "0002"))).isEmpty();
    assertThat(gateways(WIFI.replace("0003", "0001"))).isEmpty();
    assertThat(gateways(LOCAL)).isEmpty();
  }

  @Test
  void bytesAreInTheMachinesOrder() {
    assertThat(RoutingTable.gateways(WIFI.replace("0101A8C0", "C0A80101"), ByteOrder.BIG_ENDIAN))
        .containsExactly(InetAddresses.forString("192.168.1.1"));
  }

  @Test
  void linesThatCannotBeReadArePassedOver() {
    assertThat(gateways("")).isEmpty();
    assertThat(gateways("a b c\n" + WIFI.replace("600", "many") + CABLE))
        .containsExactly("10.0.0.1");
  }

  @Test
  void fourRoutersAreEnough() {
    StringBuilder table = new StringBuilder();
    for (int i = 1; i <= 5; i++) {
      table.append(CABLE.replace("0100000A", "0" + i + "00000A"));
    }
    assertThat(gateways(table.toString())).hasSize(RoutingTable.MAX_GATEWAYS);
  }

  @Test
  void theFirstAddressOfANetworkIsGuessedWhereThereIsNoTable() {
    assertThat(Routes.first(InetAddresses.forString("192.168.7.99"), 24))
        .isEqualTo(InetAddresses.forString("192.168.7.1"));
    assertThat(Routes.first(InetAddresses.forString("10.9.255.3"), 20))
        .isEqualTo(InetAddresses.forString("10.9.240.1"));
  }
}
