package io.kadlink.server.membership;

import static io.kadlink.server.membership.Organisations.FROM;
import static io.kadlink.server.membership.Organisations.NOW;
import static io.kadlink.server.membership.Organisations.RANDOM;
import static io.kadlink.server.membership.Organisations.UNTIL;
import static io.kadlink.server.membership.Organisations.ascii;
import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.PublicKey;
import io.kadlink.server.admission.Rule;
import java.math.BigInteger;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a certificate says it is for, and what comes of that (RFC 5280 §4.2.1). */
class CertificatePurposeTest {
  private static final X500Name ROOT = new X500Name("O=Bank A");
  private static final X500Name BRANCH = new X500Name("CN=Branch");
  private static final ASN1ObjectIdentifier UNKNOWN = new ASN1ObjectIdentifier("1.2.3.4.5.6");
  private static final Said CA = critical(Extension.basicConstraints, new BasicConstraints(true));
  private static final Said SIGNS_CERTIFICATES =
      critical(Extension.keyUsage, new KeyUsage(KeyUsage.keyCertSign));
  private static final Said SIGNS =
      critical(Extension.keyUsage, new KeyUsage(KeyUsage.digitalSignature));

  /** An extension of a certificate. */
  private record Said(ASN1ObjectIdentifier what, boolean critical, ASN1Encodable value) {}

  private final KeyPair root = KeyType.P256.generate(RANDOM);
  private final KeyPair branch = KeyType.P256.generate(RANDOM);
  private final KeyPair node = KeyType.SECP256K1.generate(RANDOM);

  private static Said critical(ASN1ObjectIdentifier what, ASN1Encodable value) {
    return new Said(what, true, value);
  }

  private static Said purposes(boolean critical, KeyPurposeId... purposes) {
    return new Said(Extension.extendedKeyUsage, critical, new ExtendedKeyUsage(purposes));
  }

  private static List<List<Said>> membersCertificates() {
    return List.of(
        List.of(),
        List.of(SIGNS),
        List.of(critical(Extension.basicConstraints, new BasicConstraints(false))),
        List.of(purposes(false, KeyPurposeId.id_kp_clientAuth)),
        List.of(purposes(true, KeyPurposeId.id_kp_serverAuth)),
        List.of(purposes(true, KeyPurposeId.anyExtendedKeyUsage)),
        List.of(
            SIGNS, purposes(true, KeyPurposeId.id_kp_codeSigning, KeyPurposeId.id_kp_clientAuth)),
        List.of(new Said(UNKNOWN, false, DERNull.INSTANCE)));
  }

  private static List<List<Said>> certificatesForOtherThings() {
    return List.of(
        List.of(critical(Extension.keyUsage, new KeyUsage(KeyUsage.keyAgreement))),
        List.of(
            critical(
                Extension.keyUsage,
                new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyCertSign))),
        List.of(CA),
        List.of(CA, SIGNS),
        List.of(purposes(false, KeyPurposeId.id_kp_codeSigning)),
        List.of(purposes(true, KeyPurposeId.id_kp_OCSPSigning, KeyPurposeId.id_kp_timeStamping)),
        List.of(critical(UNKNOWN, DERNull.INSTANCE)));
  }

  @ParameterizedTest
  @MethodSource("membersCertificates")
  void aCertificateForANodeMakesAMember(List<Said> extensions) throws Exception {
    assertThat(judge(ofNode(ROOT, root, extensions))).isInstanceOf(Verdict.Member.class);
  }

  @ParameterizedTest
  @MethodSource("certificatesForOtherThings")
  void aCertificateForSomethingElseMakesNone(List<Said> extensions) throws Exception {
    assertInvalid(judge(ofNode(ROOT, root, extensions)));
  }

  @Test
  void anAuthorityBelowMakesMembersWhenItSaysThatItIsOne() throws Exception {
    Said clients = purposes(false, KeyPurposeId.id_kp_clientAuth);
    assertThat(judgeBelow(CA)).isInstanceOf(Verdict.Member.class);
    assertThat(judgeBelow(CA, SIGNS_CERTIFICATES)).isInstanceOf(Verdict.Member.class);
    assertThat(judgeBelow(CA, clients)).isInstanceOf(Verdict.Member.class);
  }

  @Test
  void anAuthorityBelowMakesNoneWhenItIsNoneOrForOtherThings() throws Exception {
    assertInvalid(judgeBelow());
    assertInvalid(judgeBelow(SIGNS_CERTIFICATES));
    assertInvalid(judgeBelow(CA, SIGNS));
    assertInvalid(judgeBelow(CA, purposes(false, KeyPurposeId.id_kp_codeSigning)));
    assertInvalid(judgeBelow(CA, purposes(true, KeyPurposeId.id_kp_clientAuth)));
    assertInvalid(judgeBelow(CA, critical(UNKNOWN, DERNull.INSTANCE)));
  }

  private Verdict judgeBelow(Said... extensions) throws Exception {
    Bytes authority =
        certificate(BRANCH, branch.getPublic().getEncoded(), ROOT, root, List.of(extensions));
    return judge(ofNode(BRANCH, branch, List.of()), authority);
  }

  private Bytes ofNode(X500Name issuer, KeyPair issuerKey, List<Said> extensions) throws Exception {
    X500Name name = new X500Name("CN=node");
    return certificate(name, node.getPublic().getEncoded(), issuer, issuerKey, extensions);
  }

  private static Bytes certificate(
      X500Name subject, byte[] key, X500Name issuer, KeyPair issuerKey, List<Said> extensions)
      throws Exception {
    X509v3CertificateBuilder builder =
        new X509v3CertificateBuilder(
            issuer,
            BigInteger.TWO,
            Date.from(FROM),
            Date.from(UNTIL),
            subject,
            SubjectPublicKeyInfo.getInstance(key));
    for (Said each : extensions) {
      builder.addExtension(each.what, each.critical, each.value);
    }
    var signer = new JcaContentSignerBuilder("SHA256withECDSA").setProvider(Crypto.PROVIDER);
    return Bytes.wrap(builder.build(signer.build(issuerKey.getPrivate())).getEncoded());
  }

  private Verdict judge(Bytes... chain) throws Exception {
    Bytes anchor =
        certificate(
            ROOT, root.getPublic().getEncoded(), ROOT, root, List.of(CA, SIGNS_CERTIFICATES));
    Authorities authorities =
        Authorities.parse(
            ascii(Pem.write(Pem.CERTIFICATE, List.of(anchor))), "ca.pem", Optional.empty(), "");
    List<Bytes> shown = new ArrayList<>(Arrays.asList(chain));
    return authorities.judge(nodeKey(), ChainCodec.encode(shown).value(), NOW);
  }

  private PublicKey nodeKey() {
    SubjectPublicKeyInfo key = SubjectPublicKeyInfo.getInstance(node.getPublic().getEncoded());
    return PublicKey.of(Bytes.wrap(key.getPublicKeyData().getBytes()).slice(1));
  }

  private static void assertInvalid(Verdict verdict) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Stranger.class,
            stranger -> assertThat(stranger.refusal().rule()).isEqualTo(Rule.CERTIFICATE_INVALID));
  }
}
