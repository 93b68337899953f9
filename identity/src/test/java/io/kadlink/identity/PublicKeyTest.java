package io.kadlink.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.crypto.InvalidCurveInputException;
import io.kadlink.identity.crypto.Keccak256;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

class PublicKeyTest {
  private static final NodeKey KEY = NodeKey.generate();
  private static final NodeKey PEER = NodeKey.generate();
  private static final Bytes32 DIGEST = Bytes32.wrap(Keccak256.hash(new byte[] {7}));

  @Test
  void bothFormsLeadBackToTheSameKey() {
    PublicKey key = KEY.publicKey();

    assertThat(PublicKey.of(key.bytes())).isEqualTo(key).hasSameHashCodeAs(key);
    assertThat(PublicKey.ofCompressed(key.compressed())).isEqualTo(key);
    assertThat(key.compressed().size()).isEqualTo(33);
    assertThat(key).hasToString(key.bytes().toUnprefixedHexString());
    assertThat(key).isNotEqualTo(PEER.publicKey());
  }

  @Test
  void theIdIsTheHashOfTheKey() {
    assertThat(KEY.id().bytes().toArray())
        .isEqualTo(Keccak256.hash(KEY.publicKey().bytes().toArray()));
    assertThat(KEY.id()).isEqualTo(KEY.publicKey().id());
  }

  @Test
  void aSignatureNamesItsSigner() {
    Signature signature = KEY.sign(DIGEST);

    assertThat(PublicKey.recover(DIGEST, signature)).isEqualTo(KEY.publicKey());
    assertThat(KEY.publicKey().verify(DIGEST, signature.withoutRecoveryId())).isTrue();
    assertThat(PEER.publicKey().verify(DIGEST, signature.withoutRecoveryId())).isFalse();
    assertThat(Bytes.concatenate(signature.r(), signature.s()))
        .isEqualTo(signature.withoutRecoveryId());
    assertThat(signature.recoveryId()).isBetween(0, 1);
  }

  @Test
  void bothSidesShareOneSecret() {
    assertThat(KEY.ecdhX(PEER.publicKey())).isEqualTo(PEER.ecdhX(KEY.publicKey()));
    assertThat(KEY.ecdhCompressed(PEER.publicKey()).slice(1))
        .isEqualTo(PEER.ecdhX(KEY.publicKey()));
  }

  @Test
  void whatIsNoPointIsRefused() {
    Bytes bytes = KEY.publicKey().bytes();
    for (Bytes bad :
        new Bytes[] {Bytes.EMPTY, bytes.slice(1), Bytes.wrap(new byte[64]), bytes.not()}) {
      assertThatThrownBy(() -> PublicKey.of(bad)).isInstanceOf(InvalidCurveInputException.class);
      assertThatThrownBy(() -> PublicKey.ofCompressed(bad))
          .isInstanceOf(InvalidCurveInputException.class);
    }
  }

  @Test
  void whatIsNoSignatureIsRefused() {
    Bytes bytes = KEY.sign(DIGEST).bytes();

    assertThatThrownBy(() -> new Signature(bytes.slice(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PublicKey.recover(DIGEST, new Signature(Bytes.wrap(new byte[65]))))
        .isInstanceOf(InvalidCurveInputException.class);
    assertThatThrownBy(
            () ->
                PublicKey.recover(
                    DIGEST, new Signature(Bytes.concatenate(bytes.slice(0, 64), Bytes.of(27)))))
        .isInstanceOf(InvalidCurveInputException.class);
  }

  @Test
  void aSecretOutOfRangeIsNoKey() {
    assertThatThrownBy(() -> NodeKey.of(Bytes32.ZERO))
        .isInstanceOf(InvalidCurveInputException.class);
    assertThatThrownBy(() -> NodeKey.of(Bytes32.ZERO.not()))
        .isInstanceOf(InvalidCurveInputException.class);
  }
}
