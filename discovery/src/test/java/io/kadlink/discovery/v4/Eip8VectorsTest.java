package io.kadlink.discovery.v4;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import io.kadlink.discovery.testing.Vectors;
import io.kadlink.discovery.v4.Packet.Endpoint;
import io.kadlink.discovery.v4.Packet.FindNode;
import io.kadlink.discovery.v4.Packet.Neighbor;
import io.kadlink.discovery.v4.Packet.Neighbors;
import io.kadlink.discovery.v4.Packet.Ping;
import io.kadlink.discovery.v4.Packet.Pong;
import io.kadlink.identity.NodeKey;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

/** The discovery packets of EIP-8: newer versions, further elements, bytes after the list. */
class Eip8VectorsTest {
  private static final Map<String, Bytes> VECTORS = Vectors.read("eip-8-discv4.txt");
  private static final NodeKey KEY = NodeKey.of(Bytes32.wrap(VECTORS.get("key")));
  private static final long EXPIRATION = 1136239445;

  private static Packet decode(String name) throws BadPacketException {
    Bytes datagram = Objects.requireNonNull(VECTORS.get(name));
    PacketCodec.Unverified unverified = PacketCodec.decode(datagram.toArray());
    assertThat(unverified.recoverSender()).isEqualTo(KEY.publicKey());
    assertThat(unverified.hash()).isEqualTo(datagram.slice(0, 32));
    return unverified.packet();
  }

  private static Endpoint endpoint(String ip, int udp, int tcp) {
    return new Endpoint(Optional.of(InetAddresses.forString(ip)), udp, tcp);
  }

  private static Neighbor neighbor(String ip, int udp, int tcp, String key) {
    return new Neighbor(InetAddresses.forString(ip), udp, tcp, Bytes.fromHexString(key));
  }

  @Test
  void pingOfVersion4WithFurtherElements() throws BadPacketException {
    assertThat(decode("ping-v4"))
        .isEqualTo(
            new Ping(
                4, endpoint("127.0.0.1", 3322, 5544), endpoint("::1", 2222, 3333), EXPIRATION, 1));
  }

  @Test
  void pingOfVersion555WithFurtherElementsAndBytesAfterTheList() throws BadPacketException {
    assertThat(decode("ping-v555"))
        .isEqualTo(
            new Ping(
                555,
                endpoint("2001:db8:3c4d:15::abcd:ef12", 3322, 5544),
                endpoint("2001:db8:85a3:8d3:1319:8a2e:370:7348", 2222, 33338),
                EXPIRATION,
                0));
  }

  @Test
  void pongWithFurtherElementsAndBytesAfterTheList() throws BadPacketException {
    assertThat(decode("pong"))
        .isEqualTo(
            new Pong(
                endpoint("2001:db8:85a3:8d3:1319:8a2e:370:7348", 2222, 33338),
                Bytes.fromHexString(
                    "fbc914b16819237dcd8801d7e53f69e9719adecb3cc0e790c57e91ca4461c954"),
                EXPIRATION,
                0));
  }

  @Test
  void findNodeWithFurtherElementsAndBytesAfterTheList() throws BadPacketException {
    assertThat(decode("findnode")).isEqualTo(new FindNode(KEY.publicKey().bytes(), EXPIRATION));
  }

  @Test
  void neighborsWithFurtherElementsAndBytesAfterTheList() throws BadPacketException {
    assertThat(decode("neighbours"))
        .isEqualTo(
            new Neighbors(
                List.of(
                    neighbor(
                        "99.33.22.55",
                        4444,
                        4445,
                        "3155e1427f85f10a5c9a7755877748041af1bcd8d474ec065eb33df57a97babf"
                            + "54bfd2103575fa829115d224c523596b401065a97f74010610fce76382c0bf32"),
                    neighbor(
                        "1.2.3.4",
                        1,
                        1,
                        "312c55512422cf9b8a4097e9a6ad79402e87a15ae909a4bfefa22398f03d2095"
                            + "1933beea1e4dfa6f968212385e829f04c2d314fc2d4e255e0d3bc08792b069db"),
                    neighbor(
                        "2001:db8:3c4d:15::abcd:ef12",
                        3333,
                        3333,
                        "38643200b172dcfef857492156971f0e6aa2c538d8b74010f8e140811d53b98c"
                            + "765dd2d96126051913f44582e8c199ad7c6d6819e9a56483f637feaac9448aac"),
                    neighbor(
                        "2001:db8:85a3:8d3:1319:8a2e:370:7348",
                        999,
                        1000,
                        "8dcab8618c3253b558d459da53bd8fa68935a719aff8b811197101a4b2b47dd2"
                            + "d47295286fc00cc081bb542d760717d1bdd6bec2c37cd72eca367d6dd3b9df73")),
                EXPIRATION));
  }
}
