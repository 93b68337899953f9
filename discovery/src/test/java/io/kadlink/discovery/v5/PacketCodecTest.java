package io.kadlink.discovery.v5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.discovery.v5.Packet.Handshake;
import io.kadlink.discovery.v5.Packet.Ordinary;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The limits of packets, at both sides of each edge. */
class PacketCodecTest {
  private static final NodeId A = V5Peer.key(1).id();
  private static final NodeId B = V5Peer.key(2).id();
  private static final MaskingIv IV = new MaskingIv(0x0123456789abcdefL, 42);
  private static final Nonce NONCE = new Nonce(7, 8);
  private final AesGcm key = new AesGcm(Bytes.wrap(new byte[16]));

  private final PacketCodec a = new PacketCodec(A);
  private final PacketCodec b = new PacketCodec(B);

  private void refused(DropReason reason, byte[] datagram) {
    assertThatThrownBy(() -> b.decode(datagram.clone()))
        .isInstanceOfSatisfying(
            BadPacketException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  /** A masked packet with any header, made by the JDK's own CTR cipher. */
  private static byte[] packet(String start, int flag, int authBytes, int size) {
    byte[] packet = new byte[size];
    BigEndian.putLong(packet, 0, IV.high());
    BigEndian.putLong(packet, 8, IV.low());
    byte[] protocol = Bytes.fromHexString(start).toArray();
    System.arraycopy(protocol, 0, packet, 16, protocol.length);
    packet[24] = (byte) flag;
    BigEndian.putShort(packet, 37, authBytes);
    if (flag == Handshake.FLAG && size > 73) {
      packet[71] = 64;
      packet[72] = 33;
    }
    return mask(packet, Math.min(size, 39 + authBytes));
  }

  private static byte[] mask(byte[] packet, int end) {
    try {
      Cipher ctr = Cipher.getInstance("AES/CTR/NoPadding");
      ctr.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(B.bytes().toArray(), 0, 16, "AES"),
          new IvParameterSpec(packet, 0, 16));
      byte[] masked = packet.clone();
      ctr.doFinal(packet, 16, end - 16, masked, 16);
      return masked;
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static final String DISCV5 = "0x6469736376350001";

  @Test
  void theSizeIsFrom63To1280Bytes() throws BadPacketException {
    refused(DropReason.TOO_SHORT, new byte[0]);
    refused(DropReason.TOO_SHORT, Arrays.copyOf(packet(DISCV5, 1, 24, 63), 62));
    assertThat(b.decode(packet(DISCV5, 1, 24, 63))).isInstanceOf(Packet.WhoAreYou.class);
    assertThat(b.decode(packet(DISCV5, 0, 32, 1280))).isInstanceOf(Ordinary.class);
    refused(DropReason.TOO_LARGE, packet(DISCV5, 0, 32, 1281));
    assertThat(b.recognizes(new byte[62])).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0x6469736376340001", "0x6469736376350002", "0x6469736376350101"})
  void anotherProtocolOrVersionIsNotOurs(String start) {
    byte[] packet = packet(start, 0, 32, 100);
    assertThat(b.recognizes(packet)).isFalse();
    refused(DropReason.NOT_DISCV5, packet);
  }

  @Test
  void lookingWhetherAPacketIsOursLeavesItAsItIs() {
    byte[] packet = packet(DISCV5, 0, 32, 100);
    byte[] copy = packet.clone();
    assertThat(b.recognizes(packet)).isTrue();
    assertThat(packet).isEqualTo(copy);
    assertThat(a.recognizes(packet)).isFalse();
  }

  @Test
  void thereAreThreeFlags() {
    refused(DropReason.UNKNOWN_FLAG, packet(DISCV5, 3, 32, 100));
    refused(DropReason.UNKNOWN_FLAG, packet(DISCV5, 255, 32, 100));
  }

  @Test
  void eachFlagHasItsSizeOfAuthenticationData() throws BadPacketException {
    refused(DropReason.BAD_HEADER, packet(DISCV5, 0, 31, 100));
    refused(DropReason.BAD_HEADER, packet(DISCV5, 0, 33, 100));
    refused(DropReason.BAD_HEADER, packet(DISCV5, 1, 23, 63));
    refused(DropReason.BAD_HEADER, packet(DISCV5, 1, 25, 64));
    refused(DropReason.BAD_HEADER, packet(DISCV5, 1, 24, 64));
    refused(DropReason.BAD_HEADER, packet(DISCV5, 2, 130, 400));
    assertThat(b.decode(packet(DISCV5, 2, 131, 400))).isInstanceOf(Handshake.class);
    assertThat(b.decode(packet(DISCV5, 2, 431, 500))).isInstanceOf(Handshake.class);
    refused(DropReason.BAD_HEADER, packet(DISCV5, 2, 432, 500));
  }

  @Test
  void authenticationDataMustFitTheDatagram() throws BadPacketException {
    refused(DropReason.BAD_HEADER, packet(DISCV5, 0, 32, 70));
    assertThat(b.decode(packet(DISCV5, 0, 32, 71))).isInstanceOf(Ordinary.class);
    refused(DropReason.BAD_HEADER, packet(DISCV5, 2, 65_535, 1280));
    refused(DropReason.BAD_HEADER, packet(DISCV5, 2, 200, 238));
  }

  @Test
  void onlyTheSizesOfIdentitySchemeV4AreKnown() {
    byte[] packet = new byte[400];
    System.arraycopy(Bytes.fromHexString(DISCV5).toArray(), 0, packet, 16, 8);
    packet[24] = 2;
    BigEndian.putShort(packet, 37, 131);
    packet[71] = 65;
    packet[72] = 33;
    refused(DropReason.BAD_HEADER, mask(packet, 39 + 131));
    packet[71] = 64;
    packet[72] = 32;
    refused(DropReason.BAD_HEADER, mask(packet, 39 + 131));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, -2, -5, Long.MAX_VALUE})
  void theMaskIsThatOfTheJdksCtrCipherEvenWhereTheCounterOverflows(long low)
      throws BadPacketException {
    Bytes record = Bytes.wrap(new byte[NodeRecord.MAX_BYTES]);
    byte[] packet =
        a.handshake(
            B,
            new MaskingIv(-1, low),
            NONCE,
            Bytes.wrap(new byte[64]),
            Bytes.wrap(new byte[33]),
            record,
            new byte[] {1, 2, 3},
            key);
    byte[] unmasked = mask(packet, 39 + 131 + 300);
    Handshake decoded = (Handshake) b.decode(packet);
    assertThat(decoded.message().datagram()).isEqualTo(Bytes.wrap(unmasked));
    assertThat(decoded.record()).isEqualTo(record);
    assertThat(key.open(packet, decoded.message().offset(), NONCE)).containsExactly(1, 2, 3);
  }

  @Test
  void aChangedHeaderOrMessageIsNotAuthentic() throws BadPacketException {
    byte[] packet = a.ordinary(B, IV, NONCE, new byte[] {1, 2, 3}, key);
    for (int i : new int[] {0, 40, packet.length - 1}) {
      byte[] unmasked = packet.clone();
      b.decode(unmasked);
      unmasked[i] ^= 1;
      assertThat(key.open(unmasked, 71, NONCE)).isNull();
    }
    assertThat(key.open(new byte[86], 71, NONCE)).isNull();
  }

  @Test
  void noPacketOfOursIsLargerThanAllowed() {
    byte[] largest = new byte[PacketCodec.MAX_MESSAGE_BYTES];
    assertThat(a.ordinary(B, IV, NONCE, largest, key)).hasSize(PacketCodec.MAX_BYTES);
    assertThatThrownBy(() -> a.ordinary(B, IV, NONCE, new byte[largest.length + 1], key))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
