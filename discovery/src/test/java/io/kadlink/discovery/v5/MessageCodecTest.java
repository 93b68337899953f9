package io.kadlink.discovery.v5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.InetAddresses;
import io.kadlink.discovery.v5.Message.FindNode;
import io.kadlink.discovery.v5.Message.Nodes;
import io.kadlink.discovery.v5.Message.Ping;
import io.kadlink.discovery.v5.Message.Pong;
import io.kadlink.discovery.v5.Message.TalkRequest;
import io.kadlink.discovery.v5.Message.TalkResponse;
import io.kadlink.identity.NodeRecord;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages survive the way there and back; what is no message is refused. */
class MessageCodecTest {
  private static final Bytes ID = Bytes.of(1, 2, 3);

  static List<Message> messages() {
    Bytes record = Bytes.fromHexString("0xc3010203");
    return List.of(
        new Ping(ID, 5),
        new Ping(Bytes.EMPTY, 0),
        new Ping(Bytes.fromHexString("0x0000000000000001"), -1),
        new Pong(ID, 1, new InetSocketAddress(InetAddresses.forString("1.2.3.4"), 65_535)),
        new Pong(ID, 1, new InetSocketAddress(InetAddresses.forString("2001:db8::1"), 0)),
        new FindNode(ID, List.of()),
        new FindNode(ID, List.of(0, 1, 127, 128, 256)),
        new Nodes(ID, 1, List.of()),
        new Nodes(ID, 5, List.of(record, record)),
        new TalkRequest(ID, Bytes.of(7), Bytes.wrap(new byte[1_000])),
        new TalkRequest(ID, Bytes.EMPTY, Bytes.EMPTY),
        new TalkResponse(ID, Bytes.wrap(new byte[56])),
        new TalkResponse(ID, Bytes.EMPTY));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void everyMessageSurvivesTheRoundTrip(Message message) throws BadPacketException {
    assertThat(MessageCodec.decode(MessageCodec.encode(message))).isEqualTo(message);
  }

  private static byte[] bytes(String hex) {
    return Bytes.fromHexString(hex).toArray();
  }

  private static void refused(byte[] plaintext) {
    assertThatThrownBy(() -> MessageCodec.decode(plaintext))
        .isInstanceOfSatisfying(
            BadPacketException.class,
            e -> assertThat(e.reason()).isEqualTo(DropReason.BAD_MESSAGE));
  }

  @Test
  void requestIdsHaveAtMostEightBytes() throws BadPacketException {
    Ping eight = new Ping(Bytes.wrap(new byte[8]), 1);
    assertThat(MessageCodec.decode(MessageCodec.encode(eight))).isEqualTo(eight);
    refused(MessageCodec.encode(new Ping(Bytes.wrap(new byte[9]), 1)));
  }

  @Test
  void furtherElementsAndBytesAfterTheListAreIgnored() throws BadPacketException {
    assertThat(MessageCodec.decode(bytes("0x01c401050607"))).isEqualTo(new Ping(Bytes.of(1), 5));
    assertThat(MessageCodec.decode(bytes("0x01c20105ffff"))).isEqualTo(new Ping(Bytes.of(1), 5));
  }

  @Test
  void numbersWithLeadingZerosAreForgivenButNotMoreThan64Bits() throws BadPacketException {
    assertThat(MessageCodec.decode(bytes("0x01c401820005"))).isEqualTo(new Ping(Bytes.of(1), 5));
    assertThat(MessageCodec.decode(bytes("0x01ca0188ffffffffffffffff")))
        .isEqualTo(new Ping(Bytes.of(1), -1));
    refused(bytes("0x01cb018901ffffffffffffffff"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0x", // nothing
        "0x01", // no list
        "0x0181ff", // a string for a list
        "0x01c0", // no request id
        "0x01c101", // no sequence number
        "0x01c2c005", // a list for a request id
        "0x01c201c0", // a list for a number
        "0x01c30105", // cut short
        "0x01f80105", // a long length that could be short
        "0x01f900380105", // a length with a leading zero
        "0x01faffffff", // a length beyond any datagram
        "0x01c3810105", // a single byte with a length prefix
        "0x02c90105830102038204d2", // an address of three bytes
        "0x02cb010584010203048301e240", // a port of 17 bits
        "0x03c20105", // a number for the distances
        "0x03c401c2c005", // a list for a distance
        "0x04c3010105", // a number for the records
        "0x04c40101c105", // a string for a record
      })
  void whatIsNoMessageIsRefused(String hex) {
    refused(bytes(hex));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7, 8, 10, 127, 255})
  void otherTypesAreUnknown(int type) {
    assertThatThrownBy(() -> MessageCodec.decode(new byte[] {(byte) type, (byte) 0xc2, 1, 5}))
        .isInstanceOfSatisfying(
            BadPacketException.class,
            e -> assertThat(e.reason()).isEqualTo(DropReason.UNKNOWN_TYPE));
  }

  @Test
  void distancesAreAtMost257() throws BadPacketException {
    List<Integer> all = IntStream.rangeClosed(0, 256).boxed().toList();
    assertThat(MessageCodec.decode(MessageCodec.encode(new FindNode(ID, all))))
        .isEqualTo(new FindNode(ID, all));
    List<Integer> more = IntStream.rangeClosed(0, 257).boxed().toList();
    refused(MessageCodec.encode(new FindNode(ID, more)));
  }

  @Test
  void hugeDistancesAndTotalsStayHuge() throws BadPacketException {
    assertThat(MessageCodec.decode(bytes("0x03cb01c988ffffffffffffffff")))
        .isEqualTo(new FindNode(Bytes.of(1), List.of(Integer.MAX_VALUE)));
    assertThat(MessageCodec.decode(bytes("0x04cb0188ffffffffffffffffc0")))
        .isEqualTo(new Nodes(Bytes.of(1), Integer.MAX_VALUE, List.of()));
  }

  @Test
  void recordsAreAtMost300Bytes() throws BadPacketException {
    Bytes largest = RLP.encodeList(list -> list.writeValue(Bytes.wrap(new byte[294])));
    assertThat(largest.size()).isEqualTo(NodeRecord.MAX_BYTES);
    Nodes nodes = new Nodes(ID, 1, List.of(largest));
    assertThat(MessageCodec.decode(MessageCodec.encode(nodes))).isEqualTo(nodes);
    Bytes larger = RLP.encodeList(list -> list.writeValue(Bytes.wrap(new byte[295])));
    refused(MessageCodec.encode(new Nodes(ID, 1, List.of(larger))));
  }
}
