package io.kadlink.discovery.v4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.common.net.InetAddresses;
import io.kadlink.discovery.testing.RawPacket;
import io.kadlink.discovery.v4.Packet.Endpoint;
import io.kadlink.discovery.v4.Packet.EnrRequest;
import io.kadlink.discovery.v4.Packet.EnrResponse;
import io.kadlink.discovery.v4.Packet.FindNode;
import io.kadlink.discovery.v4.Packet.Neighbor;
import io.kadlink.discovery.v4.Packet.Neighbors;
import io.kadlink.discovery.v4.Packet.Ping;
import io.kadlink.discovery.v4.Packet.Pong;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PacketCodecTest {
  private static final NodeKey KEY = NodeKey.generate();
  private static final Endpoint V4 =
      new Endpoint(Optional.of(InetAddresses.forString("1.2.3.4")), 30303, 0);
  private static final Endpoint V6 =
      new Endpoint(Optional.of(InetAddresses.forString("2001:db9::1")), 1, 65535);
  private static final Endpoint NOWHERE = new Endpoint(Optional.empty(), 0, 0);
  private static final Bytes HASH = Bytes32.random();

  static Stream<Packet> packets() {
    Neighbor neighbor =
        new Neighbor(InetAddresses.forString("5.6.7.8"), 65535, 0, KEY.publicKey().bytes());
    return Stream.of(
        new Ping(4, V4, V6, 1_700_000_000, 7),
        new Ping(4, NOWHERE, V4, Long.MAX_VALUE, -1),
        new Pong(V6, HASH, 0, Long.MAX_VALUE),
        new FindNode(KEY.publicKey().bytes(), 1),
        new FindNode(Bytes.repeat((byte) 0xff, 64), 1),
        new Neighbors(List.of(), 5),
        new Neighbors(Collections.nCopies(12, neighbor), 5),
        new EnrRequest(1_700_000_000),
        new EnrResponse(HASH, NodeRecord.builder().sign(KEY).encode()));
  }

  @ParameterizedTest
  @MethodSource("packets")
  void whatIsEncodedDecodesToTheSame(Packet packet) throws BadPacketException {
    Packet.Encoded encoded = PacketCodec.encode(packet, KEY);
    PacketCodec.Unverified decoded = PacketCodec.decode(encoded.datagram().toArray());
    assertThat(decoded.packet()).isEqualTo(packet);
    assertThat(decoded.hash()).isEqualTo(encoded.hash());
    assertThat(decoded.recoverSender()).isEqualTo(KEY.publicKey());
  }

  @Test
  void twelveNeighborsWithTheLongestAddressesFitAndThirteenDoNot() {
    Neighbor longest =
        new Neighbor(
            InetAddresses.forString("2001:db9:1111:2222:3333:4444:5555:6666"),
            65535,
            65535,
            KEY.publicKey().bytes());
    assertThat(size(Collections.nCopies(Neighbors.MAX_NODES, longest)))
        .isLessThan(PacketCodec.MAX_BYTES);
    assertThat(size(Collections.nCopies(Neighbors.MAX_NODES + 1, longest)))
        .isGreaterThan(PacketCodec.MAX_BYTES);
  }

  private static int size(List<Neighbor> nodes) {
    return PacketCodec.encode(new Neighbors(nodes, Long.MAX_VALUE), KEY).datagram().size();
  }

  @Test
  void aDatagramOf1280BytesIsReadAndOneMoreIsNot() throws BadPacketException {
    assertThat(PacketCodec.decode(RawPacket.ofSize(1280, KEY)).packet()).isInstanceOf(Ping.class);
    assertRefused(RawPacket.ofSize(1281, KEY), DropReason.TOO_LARGE);
  }

  @Test
  void aDatagramWithoutTypeIsTooShort() {
    assertRefused(new byte[97], DropReason.TOO_SHORT);
    assertRefused(new byte[0], DropReason.TOO_SHORT);
    assertRefused(new byte[98], DropReason.BAD_HASH);
  }

  @Test
  void everyFlippedBitBreaksTheHash() {
    byte[] datagram = RawPacket.ping(KEY, 1_700_000_000);
    for (int i = 0; i < datagram.length; i++) {
      byte[] flipped = datagram.clone();
      flipped[i] ^= 1;
      assertRefused(flipped, DropReason.BAD_HASH);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7, 66, 255})
  void otherTypesAreUnknown(int type) {
    assertRefused(RawPacket.of(type, RLP.encodeList(w -> {}), KEY), DropReason.UNKNOWN_TYPE);
  }

  @Test
  void aSignatureThatNoKeyCanHaveMadeIsRefused() throws BadPacketException {
    for (Bytes signature :
        List.of(
            Bytes.repeat((byte) 0, 65),
            Bytes.repeat((byte) 0xff, 65),
            Bytes.concatenate(Bytes.repeat((byte) 1, 64), Bytes.of(4)))) {
      byte[] datagram = RawPacket.withSignature(signature, 5, RLP.encodeList(w -> w.writeLong(1)));
      PacketCodec.Unverified unverified = PacketCodec.decode(datagram);
      assertThatExceptionOfType(BadPacketException.class)
          .isThrownBy(unverified::recoverSender)
          .satisfies(e -> assertThat(e.reason()).isEqualTo(DropReason.BAD_SIGNATURE));
    }
  }

  static Stream<Bytes> badPings() {
    return Stream.of(
        Bytes.EMPTY,
        Bytes.of(0x04),
        Bytes.fromHexString("c0"), // no elements
        Bytes.fromHexString("f8"), // length of length missing
        Bytes.fromHexString("ff7fffffffffffffff00"), // huge length
        Bytes.fromHexString("bb7fffffff00"),
        Bytes.fromHexString("c104"), // endpoints missing
        Bytes.fromHexString("c904c3808080c3808080"), // expiration missing
        Bytes.fromHexString("ca04c3808080c3808080"), // the list is cut short
        RLP.encodeList(
            w -> {
              w.writeInt(4);
              w.writeInt(4); // not an endpoint
              w.writeInt(4);
              w.writeLong(1);
            }),
        RLP.encodeList(
            w -> {
              w.writeInt(4);
              w.writeList(e -> e.writeInt(1)); // no port
              w.writeList(e -> e.writeInt(1));
              w.writeLong(1);
            }),
        RLP.encodeList(
            w -> {
              w.writeInt(4);
              w.writeList(e -> RawPacket.endpoint(e, 65536)); // no such port
              w.writeList(e -> RawPacket.endpoint(e, 1));
              w.writeLong(1);
            }),
        RLP.encodeList(
            w -> {
              w.writeInt(4);
              w.writeList(e -> RawPacket.endpoint(e, 1));
              w.writeList(e -> RawPacket.endpoint(e, 1));
              w.writeValue(Bytes.fromHexString("010203040506070809")); // more than 64 bits
            }));
  }

  @ParameterizedTest
  @MethodSource("badPings")
  void brokenRlpIsRefused(Bytes data) {
    assertRefused(RawPacket.of(Ping.TYPE, data, KEY), DropReason.BAD_RLP);
  }

  @Test
  void aTargetHas64Bytes() {
    for (int size : new int[] {63, 65}) {
      Bytes data =
          RLP.encodeList(
              w -> {
                w.writeValue(Bytes.repeat((byte) 1, size));
                w.writeLong(1);
              });
      assertRefused(RawPacket.of(FindNode.TYPE, data, KEY), DropReason.BAD_RLP);
    }
  }

  @Test
  void aNeighborHasAnIpAddress() {
    for (int size : new int[] {0, 3, 5, 15, 17}) {
      Bytes data =
          RLP.encodeList(
              w -> {
                w.writeList(
                    nodes ->
                        nodes.writeList(
                            node -> {
                              node.writeValue(Bytes.repeat((byte) 1, size));
                              node.writeInt(1);
                              node.writeInt(1);
                              node.writeValue(KEY.publicKey().bytes());
                            }));
                w.writeLong(1);
              });
      assertRefused(RawPacket.of(Neighbors.TYPE, data, KEY), DropReason.BAD_RLP);
    }
  }

  @Test
  void anEndpointMayLeaveOutItsTcpPort() throws BadPacketException {
    Bytes data =
        RLP.encodeList(
            w -> {
              w.writeInt(4);
              w.writeList(
                  e -> {
                    e.writeValue(Bytes.of(1, 2, 3, 4));
                    e.writeInt(30303);
                  });
              w.writeList(e -> RawPacket.endpoint(e, 1));
              w.writeLong(1);
            });
    Packet packet = PacketCodec.decode(RawPacket.of(Ping.TYPE, data, KEY)).packet();
    assertThat(((Ping) packet).from()).isEqualTo(V4);
  }

  @Test
  void aPortMayHaveLeadingZeros() throws BadPacketException {
    Bytes data =
        RLP.encodeList(
            w -> {
              w.writeInt(4);
              w.writeList(
                  e -> {
                    e.writeValue(Bytes.of(1, 2, 3, 4));
                    e.writeInt(30303);
                    e.writeValue(Bytes.of(0, 0));
                  });
              w.writeList(e -> RawPacket.endpoint(e, 1));
              w.writeLong(1);
            });
    Packet packet = PacketCodec.decode(RawPacket.of(Ping.TYPE, data, KEY)).packet();
    assertThat(((Ping) packet).from()).isEqualTo(V4);
  }

  private static void assertRefused(byte[] datagram, DropReason reason) {
    assertThatExceptionOfType(BadPacketException.class)
        .isThrownBy(() -> PacketCodec.decode(datagram))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
