package io.kadlink.server.membership;

import io.kadlink.identity.PublicKey;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * One that issues and revokes certificates: an organisation's root, or one below it. Holds its
 * private key in memory. Immutable.
 */
public final class CertificateAuthority {
  /** Nobody guesses one, and no two are the same. */
  private static final int SERIAL_BITS = 127;

  private final PrivateKey key;
  private final String signature;
  private final Certificate certificate;
  private final List<Certificate> below;

  /**
   * @param below what a chain needs between a node's certificate and the root: this one's own when
   *     it is no root, then those above it
   */
  private CertificateAuthority(
      PrivateKey key, String signature, Certificate certificate, List<Certificate> below) {
    this.key = key;
    this.signature = signature;
    this.certificate = certificate;
    this.below = List.copyOf(below);
  }

  /**
   * A fresh root of an organisation.
   *
   * @param organisation its name, as members' peers will be shown with it
   */
  public static CertificateAuthority root(
      String organisation, KeyType type, Instant from, Instant until, SecureRandom random)
      throws MembershipException {
    KeyPair pair = type.generate(random);
    X500Name name = name(organisation, "");
    SubjectPublicKeyInfo key = SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded());
    X509v3CertificateBuilder builder =
        new X509v3CertificateBuilder(
            name, serial(random), Date.from(from), Date.from(until), name, key);
    Certificate certificate =
        authority(builder, new BasicConstraints(true), key, key, pair.getPrivate(), type);
    return new CertificateAuthority(pair.getPrivate(), type.signature(), certificate, List.of());
  }

  /** A fresh authority of the same organisation below this one; it issues to nodes only. */
  public CertificateAuthority subordinate(
      String commonName, KeyType type, Instant from, Instant until, SecureRandom random)
      throws MembershipException {
    checkLife(until);
    KeyPair pair = type.generate(random);
    SubjectPublicKeyInfo subject = SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded());
    X509v3CertificateBuilder builder =
        new X509v3CertificateBuilder(
            certificate.subject(),
            serial(random),
            Date.from(from),
            Date.from(until),
            name(certificate.organisation(), commonName),
            subject);
    Certificate issued =
        authority(
            builder,
            new BasicConstraints(0),
            subject,
            certificate.holder().getSubjectPublicKeyInfo(),
            key,
            signature);
    List<Certificate> chain = new ArrayList<>(List.of(issued));
    chain.addAll(below);
    return new CertificateAuthority(pair.getPrivate(), type.signature(), issued, chain);
  }

  /** An authority with a key and certificates from elsewhere. */
  static CertificateAuthority of(PrivateKey key, Certificate certificate, List<Certificate> below)
      throws MembershipException {
    if (!certificate.isAuthority()) {
      throw new MembershipException(
          Certificate.name(certificate.subject()) + " is no CA certificate");
    }
    return new CertificateAuthority(
        key, signatureFor(certificate.holder().getSubjectPublicKeyInfo()), certificate, below);
  }

  /** The organisation it speaks for. */
  public String organisation() {
    return certificate.organisation();
  }

  /** When its own certificate expires. */
  public Instant expires() {
    return certificate.notAfter();
  }

  /** The serial number of its own certificate, in hex digits. */
  public String serial() {
    return certificate.serialText();
  }

  /** Whether it is below another one. */
  public boolean isSubordinate() {
    return !below.isEmpty();
  }

  Certificate certificate() {
    return certificate;
  }

  List<Certificate> below() {
    return below;
  }

  PrivateKey key() {
    return key;
  }

  /**
   * Certifies a node's key. What the node has to prove, it proves in each handshake.
   *
   * @param commonName whom the certificate names
   * @return the chain that the node is to show
   * @throws MembershipException when nobody would take it: too long, or longer valid than this
   *     authority
   */
  public MemberChain issue(
      PublicKey node, String commonName, Instant from, Instant until, SecureRandom random)
      throws MembershipException {
    checkLife(until);
    SubjectPublicKeyInfo subject =
        new SubjectPublicKeyInfo(
            new AlgorithmIdentifier(
                X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp256k1),
            Bytes.concatenate(Bytes.of(4), node.bytes()).toArrayUnsafe());
    X509v3CertificateBuilder builder =
        new X509v3CertificateBuilder(
            certificate.subject(),
            serial(random),
            Date.from(from),
            Date.from(until),
            name("", commonName),
            subject);
    try {
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          extensions()
              .createAuthorityKeyIdentifier(certificate.holder().getSubjectPublicKeyInfo()));
    } catch (CertIOException e) {
      throw new IllegalStateException("extensions of ours can be encoded", e);
    }
    List<Certificate> chain = new ArrayList<>(List.of(signed(builder, key, signature)));
    chain.addAll(below);
    return MemberChain.of(chain);
  }

  /** Certificates know whole seconds only. */
  private void checkLife(Instant until) throws MembershipException {
    if (until.truncatedTo(ChronoUnit.SECONDS).isAfter(expires())) {
      throw new MembershipException(
          "the certificate would outlive its CA, whose own expires at " + expires());
    }
  }

  /**
   * A signed list of what is revoked.
   *
   * @param number higher than that of the list before
   */
  Bytes revocationList(
      List<RevocationList.Entry> entries, BigInteger number, Instant now, Instant nextUpdate)
      throws MembershipException {
    X509v2CRLBuilder builder = new X509v2CRLBuilder(certificate.subject(), Date.from(now));
    builder.setNextUpdate(Date.from(nextUpdate));
    for (RevocationList.Entry entry : entries) {
      builder.addCRLEntry(entry.serial(), Date.from(entry.since()), entry.reason());
    }
    try {
      builder.addExtension(Extension.cRLNumber, false, new CRLNumber(number));
      X509CRLHolder list = builder.build(signer(key, signature));
      return Bytes.wrap(list.getEncoded());
    } catch (java.io.IOException e) {
      throw new IllegalStateException("a list of ours can be encoded", e);
    }
  }

  private static Certificate authority(
      X509v3CertificateBuilder builder,
      BasicConstraints constraints,
      SubjectPublicKeyInfo subject,
      SubjectPublicKeyInfo issuer,
      PrivateKey issuerKey,
      KeyType issuerType)
      throws MembershipException {
    return authority(builder, constraints, subject, issuer, issuerKey, issuerType.signature());
  }

  private static Certificate authority(
      X509v3CertificateBuilder builder,
      BasicConstraints constraints,
      SubjectPublicKeyInfo subject,
      SubjectPublicKeyInfo issuer,
      PrivateKey issuerKey,
      String issuerSignature)
      throws MembershipException {
    try {
      builder.addExtension(Extension.basicConstraints, true, constraints);
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      builder.addExtension(
          Extension.subjectKeyIdentifier, false, extensions().createSubjectKeyIdentifier(subject));
      if (!subject.equals(issuer)) {
        builder.addExtension(
            Extension.authorityKeyIdentifier,
            false,
            extensions().createAuthorityKeyIdentifier(issuer));
      }
    } catch (CertIOException e) {
      throw new IllegalStateException("extensions of ours can be encoded", e);
    }
    return signed(builder, issuerKey, issuerSignature);
  }

  private static Certificate signed(
      X509v3CertificateBuilder builder, PrivateKey key, String signature)
      throws MembershipException {
    try {
      return Certificate.parse(Bytes.wrap(builder.build(signer(key, signature)).getEncoded()));
    } catch (java.io.IOException e) {
      throw new IllegalStateException("a certificate of ours can be encoded", e);
    }
  }

  private static ContentSigner signer(PrivateKey key, String signature) throws MembershipException {
    try {
      return new JcaContentSignerBuilder(signature).setProvider(Crypto.PROVIDER).build(key);
    } catch (OperatorCreationException e) {
      throw new MembershipException("the CA's key can't sign: " + e.getMessage(), e);
    }
  }

  private static JcaX509ExtensionUtils extensions() {
    try {
      return new JcaX509ExtensionUtils();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-1, which key identifiers are made by", e);
    }
  }

  private static X500Name name(String organisation, String commonName) throws MembershipException {
    X500NameBuilder builder = new X500NameBuilder(BCStyle.INSTANCE);
    add(builder, BCStyle.O, organisation);
    add(builder, BCStyle.CN, commonName);
    return builder.build();
  }

  private static void add(X500NameBuilder builder, ASN1ObjectIdentifier attribute, String value)
      throws MembershipException {
    if (value.isEmpty()) {
      return;
    }
    if (value.length() > MAX_NAME_CHARS) {
      throw new MembershipException(
          "a name of %d characters; X.509 has at most %d"
              .formatted(value.length(), MAX_NAME_CHARS));
    }
    builder.addRDN(attribute, value);
  }

  /** RFC 5280 appendix A, ub-organization-name and ub-common-name. */
  static final int MAX_NAME_CHARS = 64;

  private static BigInteger serial(SecureRandom random) {
    return new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1);
  }

  private static String signatureFor(SubjectPublicKeyInfo key) {
    ASN1ObjectIdentifier algorithm = key.getAlgorithm().getAlgorithm();
    if (EdECObjectIdentifiers.id_Ed25519.equals(algorithm)) {
      return KeyType.ED25519.signature();
    }
    if (PKCSObjectIdentifiers.rsaEncryption.equals(algorithm)) {
      return KeyType.RSA2048.signature();
    }
    return SECObjectIdentifiers.secp384r1.equals(key.getAlgorithm().getParameters())
        ? KeyType.P384.signature()
        : KeyType.P256.signature();
  }
}
