package io.kadlink.server.nat.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.util.Arrays;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** PCP's layouts (RFC 6887 §7, §11.1, §14). */
class PcpCodecTest {
  private static final InetAddress CLIENT = InetAddresses.forString("10.0.0.2");
  private static final InetAddress ANY = InetAddresses.forString("0.0.0.0");
  private static final Bytes NONCE = Bytes.fromHexString("0x0102030405060708090a0b0c");

  private static final String MAPPING =
      "0x02810000000004b00000003c000000000000000000000000"
          + "0102030405060708090a0b0c"
          + "06000000"
          + "765f765e"
          + "00000000000000000000ffffc0000201";

  private static byte[] answer(int length) {
    return Arrays.copyOf(Bytes.fromHexString(MAPPING).toArray(), length);
  }

  @Test
  void requestsHaveTheLayoutOfTheRfc() {
    assertThat(Bytes.wrap(PcpCodec.announceRequest(CLIENT)))
        .isEqualTo(Bytes.fromHexString("0x0200000000000000" + "00000000000000000000ffff0a000002"));
    assertThat(
            Bytes.wrap(PcpCodec.mapRequest(CLIENT, NONCE, IpProtocol.UDP, 30303, 30302, ANY, 1200)))
        .isEqualTo(
            Bytes.fromHexString(
                "0x02010000000004b0"
                    + "00000000000000000000ffff0a000002"
                    + "0102030405060708090a0b0c"
                    + "11000000"
                    + "765f765e"
                    + "00000000000000000000ffff00000000"));
  }

  @Test
  void answersAreRead() {
    assertThat(PcpCodec.decode(answer(60)))
        .isEqualTo(
            new PcpAnswer.Mapping(
                60, NONCE, 6, 30303, 30302, InetAddresses.forString("192.0.2.1"), 1200));
    assertThat(
            PcpCodec.decode(
                Bytes.fromHexString("0x028000000000000000000009000000000000000000000000")
                    .toArray()))
        .isEqualTo(new PcpAnswer.Announcement(9));
    assertThat(
            PcpCodec.decode(
                Bytes.fromHexString("0x0281000b0000003c00000009000000000000000000000000")
                    .toArray()))
        .isEqualTo(new PcpAnswer.Refusal(9, 1, PcpAnswer.CANNOT_PROVIDE_EXTERNAL, 60));
  }

  @Test
  void aGatewayThatOnlySpeaksNatPmpSaysSoInItsOwnWay() {
    assertThat(PcpCodec.decode(Bytes.fromHexString("0x0081000100000009").toArray()))
        .isEqualTo(new PcpAnswer.Refusal(9, 1, PcpAnswer.UNSUPPORTED_VERSION, 0));
    assertThatThrownBy(() -> PcpCodec.decode(Bytes.fromHexString("0x0081000000000009").toArray()))
        .isInstanceOf(BadAnswerException.class);
  }

  @Test
  void thePartsOfAnAnswerHaveToBeThere() {
    assertThatThrownBy(() -> PcpCodec.decode(answer(56))).hasMessageContaining("cut short");
    assertThatThrownBy(() -> PcpCodec.decode(answer(20))).hasMessageContaining("20 bytes");
    assertThatThrownBy(() -> PcpCodec.decode(answer(7))).hasMessageContaining("7 bytes");
  }

  @Test
  void answersAreWholeWordsAndNoLongerThanTheLimit() {
    assertThat(PcpCodec.decode(answer(PcpCodec.MAX_BYTES))).isEqualTo(PcpCodec.decode(answer(60)));
    assertThatThrownBy(() -> PcpCodec.decode(answer(PcpCodec.MAX_BYTES + 4)))
        .hasMessageContaining("1104 bytes");
    assertThatThrownBy(() -> PcpCodec.decode(answer(62))).hasMessageContaining("62 bytes");
  }
}
