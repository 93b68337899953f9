package io.kadlink.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.Test;

class NodeRecordEndpointTest {
  private static final NodeKey KEY = NodeKey.generate();
  private static final InetAddress V4 = InetAddresses.forString("10.1.2.3");
  private static final InetAddress V6 = InetAddresses.forString("2001:db8::7");

  @Test
  void iPv4ComesFirst() {
    NodeRecord record = NodeRecord.builder().endpoint(V6, 6, 66).endpoint(V4, 4, 44).sign(KEY);

    assertThat(record.tcpEndpoint()).contains(new InetSocketAddress(V4, 4));
    assertThat(record.udpEndpoint()).contains(new InetSocketAddress(V4, 44));
    assertThat(record.enode()).contains(Enode.of(KEY.publicKey(), V4, 4, 44));
    assertThat(record.entries())
        .containsOnlyKeys("id", "ip", "ip6", "secp256k1", "tcp", "tcp6", "udp", "udp6");
  }

  @Test
  void iPv6AloneIsFoundWithItsOwnPorts() {
    NodeRecord record = NodeRecord.builder().endpoint(V6, 6, 66).sign(KEY);

    assertThat(record.tcpEndpoint()).contains(new InetSocketAddress(V6, 6));
    assertThat(record.udpEndpoint()).contains(new InetSocketAddress(V6, 66));
    assertThat(record.enode().orElseThrow())
        .hasToString("enode://" + KEY.publicKey() + "@[2001:db8::7]:6?discport=66");
  }

  @Test
  void withoutOwnPortsIPv6SharesThoseOfIPv4() {
    NodeRecord record =
        NodeRecord.builder()
            .endpoint(V6, 0, 0)
            .entry("tcp", RLP.encodeInt(30303))
            .entry("udp", RLP.encodeInt(30304))
            .sign(KEY);

    assertThat(record.tcpEndpoint()).contains(new InetSocketAddress(V6, 30303));
    assertThat(record.udpEndpoint()).contains(new InetSocketAddress(V6, 30304));
  }

  @Test
  void aPortThatIPv4LacksIsLookedForInIPv6() {
    NodeRecord record = NodeRecord.builder().endpoint(V4, 0, 44).endpoint(V6, 6, 0).sign(KEY);

    assertThat(record.tcpEndpoint()).contains(new InetSocketAddress(V6, 6));
    assertThat(record.udpEndpoint()).contains(new InetSocketAddress(V4, 44));
  }

  @Test
  void portZeroTakesAnEntryAway() {
    NodeRecord both = NodeRecord.builder().endpoint(V4, 1, 2).sign(KEY);
    NodeRecord noTcp = both.toBuilder().endpoint(V4, 0, 2).sign(KEY);
    NodeRecord none = noTcp.toBuilder().remove("ip").remove("udp").sign(KEY);

    assertThat(noTcp.tcpEndpoint()).isEmpty();
    assertThat(noTcp.enode()).contains(Enode.of(KEY.publicKey(), V4, 0, 2));
    assertThat(none.entries()).containsOnlyKeys("id", "secp256k1");
    assertThat(none.seq()).isEqualTo(3);
  }

  @Test
  void oddValuesUnderRegisteredKeysLeaveARecordWithoutEndpoint() {
    for (String ip : new String[] {"0x80", "0x83010203", "0x850102030405", "0xc0"}) {
      NodeRecord record =
          NodeRecord.builder().endpoint(V4, 1, 1).entry("ip", Bytes.fromHexString(ip)).sign(KEY);
      assertThat(NodeRecord.decode(record.encode()).tcpEndpoint()).as(ip).isEmpty();
      assertThat(record.enode()).as(ip).isEmpty();
    }
    for (String port : new String[] {"0x80", "0x00", "0x820001", "0x83010000", "0xc0"}) {
      NodeRecord record =
          NodeRecord.builder().endpoint(V4, 1, 1).entry("tcp", Bytes.fromHexString(port)).sign(KEY);
      assertThat(NodeRecord.decode(record.encode()).tcpEndpoint()).as(port).isEmpty();
      assertThat(record.udpEndpoint()).contains(new InetSocketAddress(V4, 1));
    }
  }

  @Test
  void portsGoUpTo65535() {
    NodeRecord record = NodeRecord.builder().endpoint(V4, 65535, 1).sign(KEY);

    assertThat(record.tcpEndpoint()).contains(new InetSocketAddress(V4, 65535));
    assertThatThrownBy(() -> NodeRecord.builder().endpoint(V4, 65536, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> NodeRecord.builder().endpoint(V4, 1, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theSignersKeyReplacesTheRecordsKey() {
    NodeKey other = NodeKey.generate();
    NodeRecord record = NodeRecord.builder().endpoint(V4, 1, 1).sign(KEY);

    NodeRecord taken = record.toBuilder().sign(other);

    assertThat(taken.id()).isEqualTo(other.id());
    assertThat(NodeRecord.decode(taken.encode())).isEqualTo(taken);
  }

  @Test
  void aKeyOutsideOfBytesIsRefused() {
    assertThatThrownBy(() -> NodeRecord.builder().entry("ключ", Bytes.of(1)))
        .isInstanceOf(InvalidRecordException.class);
  }
}
