package io.kadlink.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.Test;

/** The example of EIP-778. */
class NodeRecordVectorTest {
  private static final String TEXT =
      "enr:-IS4QHCYrYZbAKWCBRlAy5zzaDZXJBGkcnh4MHcBFZntXNFrdvJjX04jRzjzCBOonrkTfj499SZuOh8R33Ls8RRc"
          + "y5wBgmlkgnY0gmlwhH8AAAGJc2VjcDI1NmsxoQPKY0yuDUmstAHYpMa2_oxVtw0RW_QAdpzBQA8yWM0xOIN1ZHCCdl8";
  private static final NodeKey KEY =
      NodeKey.of(
          Bytes32.fromHexString(
              "b71c71a67e1177ad4e901695e1b4b9ee17ae16c6668d313eac2f96dbcda3f291"));

  @Test
  void theExampleDecodesToItsParts() throws UnknownHostException {
    NodeRecord record = NodeRecord.parse(TEXT);

    assertThat(record.seq()).isEqualTo(1);
    assertThat(record.id().toString())
        .isEqualTo("a448f24c6d18e575453db13171562b71999873db5b286df957af199ec94617f7");
    assertThat(record.publicKey()).isEqualTo(KEY.publicKey());
    assertThat(record.entries()).containsOnlyKeys("id", "ip", "secp256k1", "udp");
    assertThat(record.udpEndpoint())
        .contains(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 30303));
    assertThat(record.tcpEndpoint()).isEmpty();
    assertThat(record.bytes("udp")).contains(Bytes.fromHexString("0x765f"));
    assertThat(record).hasToString(TEXT);
  }

  @Test
  void theExampleIsBuiltAndSignedToTheSameText() throws UnknownHostException {
    NodeRecord built =
        NodeRecord.builder()
            .seq(1)
            .endpoint(InetAddress.getByName("127.0.0.1"), 0, 30303)
            .sign(KEY);

    assertThat(built).hasToString(TEXT).isEqualTo(NodeRecord.parse(TEXT));
    assertThat(NodeRecord.decode(built.encode())).isEqualTo(built);
  }

  @Test
  void aBuilderFromARecordKeepsItsEntriesAndCountsOn() {
    NodeRecord next =
        NodeRecord.parse(TEXT).toBuilder().entry("eth", RLP.encodeString("x")).sign(KEY);

    assertThat(next.seq()).isEqualTo(2);
    assertThat(next.entries()).containsOnlyKeys("eth", "id", "ip", "secp256k1", "udp");
    assertThat(NodeRecord.parse(next.toString())).isEqualTo(next);
  }
}
