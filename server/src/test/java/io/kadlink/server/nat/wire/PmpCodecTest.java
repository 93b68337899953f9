package io.kadlink.server.nat.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.InetAddresses;
import java.util.Arrays;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** NAT-PMP's layouts (RFC 6886 §3.2, §3.3, §3.5). */
class PmpCodecTest {
  private static final String ADDRESS = "0x0080000000000e10c0000201";
  private static final String MAPPING = "0x00820000000000640bb80bb900001c20";

  private static PmpAnswer decode(String hex) {
    return PmpCodec.decode(Bytes.fromHexString(hex).toArray());
  }

  private static byte[] cut(String hex, int length) {
    return Arrays.copyOf(Bytes.fromHexString(hex).toArray(), length);
  }

  @Test
  void requestsHaveTheLayoutOfTheRfc() {
    assertThat(PmpCodec.externalAddressRequest()).containsExactly(0, 0);
    assertThat(Bytes.wrap(PmpCodec.mappingRequest(IpProtocol.UDP, 3000, 3001, 7200)))
        .isEqualTo(Bytes.fromHexString("0x000100000bb80bb900001c20"));
    assertThat(Bytes.wrap(PmpCodec.mappingRequest(IpProtocol.TCP, 65535, 0, 0)))
        .isEqualTo(Bytes.fromHexString("0x00020000ffff000000000000"));
  }

  @Test
  void answersAreRead() {
    assertThat(decode(ADDRESS))
        .isEqualTo(new PmpAnswer.ExternalAddress(3600, InetAddresses.forString("192.0.2.1")));
    assertThat(decode(MAPPING))
        .isEqualTo(new PmpAnswer.Mapping(100, IpProtocol.TCP, 3000, 3001, 7200));
    assertThat(decode("0x0081000200000064")).isEqualTo(new PmpAnswer.Refusal(100, 1, 2));
  }

  @Test
  void thePartsOfAnAnswerHaveToBeThere() {
    assertThatThrownBy(() -> PmpCodec.decode(cut(ADDRESS, 11)))
        .isInstanceOf(BadAnswerException.class);
    assertThatThrownBy(() -> PmpCodec.decode(cut(MAPPING, 15)))
        .isInstanceOf(BadAnswerException.class);
    assertThatThrownBy(() -> PmpCodec.decode(cut("0x0081000200000064", 7)))
        .isInstanceOf(BadAnswerException.class);
  }

  @Test
  void anAnswerMayBeLongerThanItsPartsUpToTheLimit() {
    assertThat(PmpCodec.decode(cut(MAPPING, PmpCodec.MAX_BYTES))).isEqualTo(decode(MAPPING));
    assertThatThrownBy(() -> PmpCodec.decode(cut(MAPPING, PmpCodec.MAX_BYTES + 1)))
        .hasMessageContaining("1101 bytes");
  }

  @Test
  void requestsOtherVersionsAndUnknownOperationsAreNoAnswers() {
    assertThatThrownBy(() -> decode("0x000200000bb80bb900001c20")).hasMessageContaining("request");
    assertThatThrownBy(() -> decode("0x0282000000000064")).hasMessageContaining("version 2");
    assertThatThrownBy(() -> decode("0x0083000000000064")).hasMessageContaining("operation 3");
  }
}
