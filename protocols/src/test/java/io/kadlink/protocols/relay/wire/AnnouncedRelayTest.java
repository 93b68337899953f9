package io.kadlink.protocols.relay.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnnouncedRelayTest {
  private static final NodeKey KEY = NodeKey.of(Bytes32.fromHexString("0x09"));

  @Test
  void relaysComeBackFromARecordInOrder() throws Exception {
    List<AnnouncedRelay> relays = List.of(relay(1, "203.0.113.1"), relay(2, "2001:db8::2"));
    NodeRecord record =
        NodeRecord.builder()
            .seq(1)
            .entry(AnnouncedRelay.ENTRY, AnnouncedRelay.encode(relays))
            .sign(KEY);
    assertThat(AnnouncedRelay.of(NodeRecord.decode(record.encode()))).isEqualTo(relays);
  }

  @Test
  void twoRelaysFitIntoAnOrdinaryRecord() throws Exception {
    NodeRecord record =
        NodeRecord.builder()
            .seq(1_000_000)
            .endpoint(InetAddress.getByName("203.0.113.9"), 30303, 30303)
            .entry(
                "eth",
                RLP.encodeList(
                    out ->
                        out.writeList(
                            id -> {
                              id.writeValue(Bytes.fromHexString("0x12345678"));
                              id.writeLong(1_900_000_000L);
                            })))
            .entry(
                AnnouncedRelay.ENTRY,
                AnnouncedRelay.encode(List.of(relay(1, "203.0.113.1"), relay(2, "203.0.113.2"))))
            .sign(KEY);
    assertThat(record.encode().size()).isLessThanOrEqualTo(NodeRecord.MAX_BYTES);
  }

  @Test
  void onlyTheFirstRelaysOfALongListAreRead() throws Exception {
    List<AnnouncedRelay> five =
        IntStream.rangeClosed(1, 5).mapToObj(i -> relay(i, "10.0.0.1")).toList();
    assertThat(AnnouncedRelay.decode(AnnouncedRelay.encode(five)))
        .isEqualTo(five.subList(0, AnnouncedRelay.MAX_RELAYS));
  }

  @Test
  void anEntryThatIsMissingOrMalformedAnnouncesNothing() {
    NodeRecord without = NodeRecord.builder().seq(1).sign(KEY);
    NodeRecord malformed =
        NodeRecord.builder().seq(1).entry(AnnouncedRelay.ENTRY, Bytes.of(0x05)).sign(KEY);
    assertThat(AnnouncedRelay.of(without)).isEmpty();
    assertThat(AnnouncedRelay.of(malformed)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 65536, -1})
  void aPortIsOneTo65535(int port) {
    refused(entry(key(1).compressed(), Bytes.of(10, 0, 0, 1), port));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 5, 15, 17})
  void anAddressHasFourOrSixteenBytes(int size) {
    refused(entry(key(1).compressed(), Bytes.repeat((byte) 10, size), 30303));
  }

  @Test
  void aKeyIsACompressedPoint() {
    Bytes address = Bytes.of(10, 0, 0, 1);
    refused(entry(key(1).bytes(), address, 30303));
    refused(entry(Bytes.repeat((byte) 0xff, 33), address, 30303));
    refused(entry(Bytes.EMPTY, address, 30303));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "80", "c101", "c1c0", "c2c101", "f8ff", "c3c2"})
  void otherBytesAreRefused(String hex) {
    refused(Bytes.fromHexString(hex));
  }

  private static void refused(Bytes rlp) {
    assertThatThrownBy(() -> AnnouncedRelay.decode(rlp))
        .as(rlp.toString())
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Bytes entry(Bytes key, Bytes address, int port) {
    return RLP.encodeList(
        list ->
            list.writeList(
                out -> {
                  out.writeValue(key);
                  out.writeValue(address);
                  out.writeInt(port);
                }));
  }

  private static AnnouncedRelay relay(int number, String ip) {
    try {
      return new AnnouncedRelay(
          key(number), new InetSocketAddress(InetAddress.getByName(ip), 30300 + number));
    } catch (java.net.UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static PublicKey key(int number) {
    return NodeKey.of(Bytes32.leftPad(Bytes.of(number))).publicKey();
  }
}
