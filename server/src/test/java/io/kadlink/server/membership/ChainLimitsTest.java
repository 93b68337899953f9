package io.kadlink.server.membership;

import static io.kadlink.server.membership.Organisations.FROM;
import static io.kadlink.server.membership.Organisations.NOW;
import static io.kadlink.server.membership.Organisations.RANDOM;
import static io.kadlink.server.membership.Organisations.UNTIL;
import static io.kadlink.server.membership.Organisations.member;
import static io.kadlink.server.membership.Organisations.root;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.RlpxOptions;
import io.kadlink.server.admission.Rule;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused before anything is verified, on both sides of each limit. */
class ChainLimitsTest {
  private static final PublicKey NODE = NodeKey.generate().publicKey();

  @Test
  void aChainFitsTheHelloThatCarriesIt() {
    int heads = 3 + 1 + ChainCodec.NAME.length() + 3;

    assertThat(ChainCodec.MAX_CHAIN_BYTES + heads)
        .isLessThanOrEqualTo(RlpxOptions.MAX_ELEMENTS_BYTES);
  }

  @Test
  void aChainHasAtMostFifteenHundredBytes() throws Exception {
    // two heads of 3 bytes and that of the list
    Bytes one = Bytes.repeat((byte) 1, 800);
    Bytes fits = Bytes.repeat((byte) 1, ChainCodec.MAX_CHAIN_BYTES - 9 - 800);
    Bytes over = Bytes.repeat((byte) 1, ChainCodec.MAX_CHAIN_BYTES - 9 - 800 + 1);

    assertThat(ChainCodec.encode(List.of(one, fits)).value().size())
        .isEqualTo(ChainCodec.MAX_CHAIN_BYTES);
    assertThatThrownBy(() -> ChainCodec.encode(List.of(one, over)))
        .hasMessageContaining("1501 bytes");
  }

  @Test
  void aChainHasOneToThreeCertificates() throws Exception {
    assertThat(ChainCodec.decode(copies(3))).hasSize(3);
    assertThatThrownBy(() -> ChainCodec.decode(copies(4))).hasMessageContaining("more than 3");
    assertThatThrownBy(() -> ChainCodec.decode(copies(0))).hasMessageContaining("without");
    assertThatThrownBy(() -> ChainCodec.decode(copies(700))).hasMessageContaining("more than 3");
  }

  private static Bytes copies(int count) {
    return RLP.encodeList(
        list -> Collections.nCopies(count, Bytes.of(1)).forEach(list::writeValue));
  }

  @Test
  void aCertificateHasAtMostOneKibibyte() throws Exception {
    int most = ChainCodec.MAX_CERTIFICATE_BYTES;

    assertThat(ChainCodec.encode(List.of(Bytes.repeat((byte) 1, most)))).isNotNull();
    assertThatThrownBy(() -> ChainCodec.encode(List.of(Bytes.repeat((byte) 1, most + 1))))
        .hasMessageContaining("1025 bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "80", "01", "c1c0", "c28101", "f8", "c2c101", "c401020304ff"})
  void whatIsNoListOfCertificatesIsMalformed(String hex) throws Exception {
    Verdict verdict =
        Organisations.admitting(root("Bank A")).judge(NODE, Bytes.fromHexString(hex), NOW);

    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Stranger.class,
            it -> assertThat(it.refusal().rule()).isEqualTo(Rule.CERTIFICATE_MALFORMED));
  }

  @Test
  void bytesBehindACertificateAreNotPassedOver() throws Exception {
    Bytes der = member(root("Bank A"), NODE).own().der();
    Certificate.parse(der);

    assertThatThrownBy(() -> Certificate.parse(Bytes.concatenate(der, Bytes.of(0))))
        .hasMessageContaining("DER");
    assertThatThrownBy(() -> Certificate.parse(der.slice(0, der.size() - 1)))
        .hasMessageContaining("DER");
    assertThatThrownBy(() -> Certificate.parse(Bytes.EMPTY)).hasMessageContaining("DER");
  }

  @Test
  void aSixteenthExtensionIsTakenAndASeventeenthIsNot() throws Exception {
    Certificate.parse(certificate(16, BigInteger.ONE, "SHA256withECDSA"));

    assertThatThrownBy(() -> Certificate.parse(certificate(17, BigInteger.ONE, "SHA256withECDSA")))
        .hasMessageContaining("over 16 extensions");
  }

  @Test
  void aSerialNumberHasAtMostTwentyBytes() throws Exception {
    BigInteger most = BigInteger.ONE.shiftLeft(160).subtract(BigInteger.ONE);
    Certificate.parse(certificate(0, most, "SHA256withECDSA"));

    assertThatThrownBy(
            () -> Certificate.parse(certificate(0, most.add(BigInteger.ONE), "SHA256withECDSA")))
        .hasMessageContaining("serial");
    assertThatThrownBy(
            () -> Certificate.parse(certificate(0, BigInteger.valueOf(-1), "SHA256withECDSA")))
        .hasMessageContaining("serial");
  }

  @Test
  void aWeakSignatureIsNotTaken() throws Exception {
    assertThatThrownBy(() -> Certificate.parse(certificate(0, BigInteger.ONE, "SHA1withECDSA")))
        .hasMessageContaining("not accepted");
  }

  @Test
  void aNameHasAtMostSixtyFourCharacters() throws Exception {
    root("x".repeat(64));

    assertThatThrownBy(() -> root("x".repeat(65))).hasMessageContaining("at most 64");
  }

  @Test
  void aNameThatIsNoTextIsMalformed() throws Exception {
    byte[] der = member(root("Bank A"), NODE).own().der().toArray();
    int name = new String(der, StandardCharsets.ISO_8859_1).indexOf("Bank A");
    der[name] = (byte) 0xe0; // begins a character of three bytes

    assertThatThrownBy(() -> Certificate.parse(Bytes.wrap(der)))
        .isInstanceOf(MembershipException.class);
  }

  /** Self-signed, with so many extensions. */
  private static Bytes certificate(int extensions, BigInteger serial, String signature)
      throws Exception {
    KeyPair pair = KeyType.P256.generate(RANDOM);
    X500Name name = new X500Name("CN=x");
    X509v3CertificateBuilder builder =
        new X509v3CertificateBuilder(
            name,
            serial,
            Date.from(FROM),
            Date.from(UNTIL),
            name,
            SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()));
    for (int i = 0; i < extensions; i++) {
      builder.addExtension(
          new ASN1ObjectIdentifier("1.3.6.1.4.1.55555." + i),
          false,
          new DEROctetString(new byte[1]));
    }
    return Bytes.wrap(
        builder
            .build(
                new JcaContentSignerBuilder(signature)
                    .setProvider(Crypto.PROVIDER)
                    .build(pair.getPrivate()))
            .getEncoded());
  }
}
