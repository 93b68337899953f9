package io.kadlink.server.membership;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.junit.jupiter.api.Test;

/** Which keys certificates may have; looked at before any of them is decoded. */
class AlgorithmsTest {

  @Test
  void rsaKeysHave2048To4096Bits() throws IOException {
    assertTaken(rsa(2048, 17));
    assertTaken(rsa(4096, 17));
    assertRefused(rsa(2047, 17), "2047 bits");
    assertRefused(rsa(4097, 17), "4097 bits");
  }

  @Test
  void anRsaExponentHasAtMost32Bits() throws IOException {
    assertTaken(rsa(2048, 32));
    assertRefused(rsa(2048, 33), "exponent");
  }

  @Test
  void anRsaKeyThatIsNoneIsRefused() {
    assertRefused(
        new SubjectPublicKeyInfo(
            new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
            new byte[] {1, 2, 3}),
        "malformed RSA key");
  }

  @Test
  void aCurveIsNamedAndNotSpelledOut() {
    assertTaken(onCurve(SECObjectIdentifiers.secp256r1));
    assertTaken(onCurve(SECObjectIdentifiers.secp521r1));
    assertRefused(onCurve(SECNamedCurves.getByName("secp256k1")), "curve");
    assertRefused(onCurve(SECObjectIdentifiers.sect571r1), "curve");
    assertRefused(onCurve(DERNull.INSTANCE), "curve");
  }

  @Test
  void otherKeysAreRefused() {
    assertTaken(key(EdECObjectIdentifiers.id_Ed25519));
    assertRefused(key(EdECObjectIdentifiers.id_Ed448), "not accepted");
    assertRefused(key(X9ObjectIdentifiers.id_dsa), "not accepted");
  }

  private static SubjectPublicKeyInfo rsa(int bits, int exponentBits) throws IOException {
    return new SubjectPublicKeyInfo(
        new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
        new RSAPublicKey(
            BigInteger.ONE.shiftLeft(bits - 1).setBit(0),
            BigInteger.ONE.shiftLeft(exponentBits - 1).setBit(0)));
  }

  private static SubjectPublicKeyInfo onCurve(ASN1Encodable curve) {
    return new SubjectPublicKeyInfo(
        new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve), new byte[65]);
  }

  private static SubjectPublicKeyInfo key(ASN1ObjectIdentifier algorithm) {
    return new SubjectPublicKeyInfo(new AlgorithmIdentifier(algorithm), new byte[32]);
  }

  private static void assertTaken(SubjectPublicKeyInfo key) {
    assertThatCode(() -> Algorithms.checkKey(key)).doesNotThrowAnyException();
  }

  private static void assertRefused(SubjectPublicKeyInfo key, String why) {
    assertThatThrownBy(() -> Algorithms.checkKey(key))
        .isInstanceOf(MembershipException.class)
        .hasMessageContaining(why);
  }
}
