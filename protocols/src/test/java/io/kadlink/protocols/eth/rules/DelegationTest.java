package io.kadlink.protocols.eth.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.TransactionPayload.Authorization;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.Test;

/** The authorization in block 12 of the chain of geth's conformance suite, and what came of it. */
class DelegationTest {
  private static final Bytes DELEGATE =
      Bytes.fromHexString("0x4dc5e971f8b11ace4f21d40b0ede74a07940f356");

  private static Authorization authorization(int yParity, String s) {
    return new Authorization(
        UInt256.valueOf(3503995874084926L),
        DELEGATE,
        0,
        yParity,
        UInt256.fromHexString("0xb1374c6ae2e6a067776f1cf11b547c3f0d6658b92e131c31d50d19b0468506fe"),
        UInt256.fromHexString(s));
  }

  @Test
  void whoSignedIsRecovered() {
    String s = "0x78843e0f436d58049f084c8057701c490bd8b3e6cd7dc018c5d5ef26c4f8fed3";
    assertThat(Delegation.authority(authorization(0, s)))
        .contains(Bytes.fromHexString("0xeda8645ba6948855e3b3cd596bbb07596d59c603"));
    assertThat(Delegation.authority(authorization(2, s))).isEmpty();
    assertThat(Delegation.authority(authorization(0, "0xff" + s.substring(4)))).isEmpty();
  }

  @Test
  void theCodeOfAnAccountThatHasDelegatedIsKnown() {
    Bytes code = Bytes.concatenate(Bytes.fromHexString("0xef0100"), DELEGATE);
    assertThat(Delegation.isDelegation(code)).isTrue();
    assertThat(Delegation.isDelegation(code.slice(1))).isFalse();
    assertThat(Delegation.isDelegation(Bytes.concatenate(code, Bytes.of(0)))).isFalse();
  }
}
