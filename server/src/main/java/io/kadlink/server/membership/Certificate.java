package io.kadlink.server.membership;

import io.kadlink.identity.PublicKey;
import io.kadlink.identity.crypto.InvalidCurveInputException;
import io.kadlink.rlpx.wire.Printable;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.apache.tuweni.bytes.Bytes;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.jspecify.annotations.Nullable;

/**
 * One parsed X.509 certificate, its signature not verified. What is costly or dangerous to parse
 * has been looked at before it was: size, the outer DER header, algorithms, the number of
 * extensions.
 */
final class Certificate {
  /** A dozen are defined that matter to anyone. */
  static final int MAX_EXTENSIONS = 16;

  /** Real serial numbers have at most 20 bytes (RFC 5280 §4.1.2.2). */
  static final int MAX_SERIAL_BYTES = 20;

  private static final List<KeyPurposeId> AUTHENTICATION =
      List.of(
          KeyPurposeId.anyExtendedKeyUsage,
          KeyPurposeId.id_kp_clientAuth,
          KeyPurposeId.id_kp_serverAuth);

  private static final int SEQUENCE = 0x30;
  private static final int ONE_LENGTH_BYTE = 0x81;
  private static final int TWO_LENGTH_BYTES = 0x82;

  private final Bytes der;
  private final X509CertificateHolder holder;
  private final X509Certificate x509;
  private final Instant notBefore;
  private final Instant notAfter;
  private final @Nullable BasicConstraints constraints;
  private final @Nullable KeyUsage usages;
  private final @Nullable ExtendedKeyUsage purposes;
  private final String issuerName;
  private final String commonName;
  private final String organisation;

  /** Everything that can be malformed is read here. */
  private Certificate(Bytes der, X509CertificateHolder holder, X509Certificate x509) {
    this.der = der;
    this.holder = holder;
    this.x509 = x509;
    this.notBefore = holder.getNotBefore().toInstant();
    this.notAfter = holder.getNotAfter().toInstant();
    Extensions extensions = holder.getExtensions();
    this.usages = extensions == null ? null : KeyUsage.fromExtensions(extensions);
    this.purposes = extensions == null ? null : ExtendedKeyUsage.fromExtensions(extensions);
    this.constraints = extensions == null ? null : BasicConstraints.fromExtensions(extensions);
    this.issuerName = name(holder.getIssuer());
    this.commonName = attribute(holder.getSubject(), BCStyle.CN, name(holder.getSubject()));
    this.organisation = attribute(holder.getSubject(), BCStyle.O, commonName);
  }

  /**
   * @throws MembershipException when it is none, or one we don't take
   */
  static Certificate parse(Bytes der) throws MembershipException {
    checkHead(der);
    try {
      X509CertificateHolder holder = new X509CertificateHolder(der.toArrayUnsafe());
      if (!Bytes.wrap(holder.toASN1Structure().getEncoded(ASN1Encoding.DER)).equals(der)) {
        throw new MembershipException("not a certificate in DER");
      }
      checkContent(holder);
      CertificateFactory factory = CertificateFactory.getInstance("X.509", Crypto.PROVIDER);
      X509Certificate x509 =
          (X509Certificate)
              factory.generateCertificate(new ByteArrayInputStream(der.toArrayUnsafe()));
      if (x509 == null) {
        throw new MembershipException("not a certificate");
      }
      return new Certificate(der.copy(), holder, x509);
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new MembershipException("not a certificate", e);
    }
  }

  /** A sequence in definite form that is as long as it says, with nothing behind it. */
  private static void checkHead(Bytes der) throws MembershipException {
    int head = 4;
    int length = -1;
    if (der.size() > head && (der.get(0) & 0xff) == SEQUENCE) {
      if ((der.get(1) & 0xff) == TWO_LENGTH_BYTES) {
        length = ((der.get(2) & 0xff) << 8) | (der.get(3) & 0xff);
      } else if ((der.get(1) & 0xff) == ONE_LENGTH_BYTE) {
        head = 3;
        length = der.get(2) & 0xff;
      }
    }
    if (length != der.size() - head) {
      throw new MembershipException("not a certificate in DER");
    }
  }

  private static void checkContent(X509CertificateHolder holder) throws MembershipException {
    Extensions extensions = holder.getExtensions();
    if (extensions != null && extensions.getExtensionOIDs().length > MAX_EXTENSIONS) {
      throw new MembershipException("a certificate with over " + MAX_EXTENSIONS + " extensions");
    }
    BigInteger serial = holder.getSerialNumber();
    if (serial.signum() < 0 || serial.bitLength() > MAX_SERIAL_BYTES * Byte.SIZE) {
      throw new MembershipException("a certificate whose serial number is none");
    }
    Algorithms.checkSignature(holder.getSignatureAlgorithm());
    Algorithms.checkKey(holder.getSubjectPublicKeyInfo());
  }

  Bytes der() {
    return der;
  }

  X509CertificateHolder holder() {
    return holder;
  }

  X509Certificate x509() {
    return x509;
  }

  X500Name subject() {
    return holder.getSubject();
  }

  X500Name issuer() {
    return holder.getIssuer();
  }

  BigInteger serial() {
    return holder.getSerialNumber();
  }

  String serialText() {
    return text(serial());
  }

  /** As people and tools write it: pairs of hex digits. */
  static String text(BigInteger serial) {
    String digits = serial.toString(16).toLowerCase(Locale.ROOT);
    return digits.length() % 2 == 0 ? digits : "0" + digits;
  }

  Instant notBefore() {
    return notBefore;
  }

  Instant notAfter() {
    return notAfter;
  }

  /** Whether it says of itself that it may issue certificates. */
  boolean isAuthority() {
    return constraints != null && constraints.isCA() && permits(KeyUsage.keyCertSign);
  }

  /**
   * Whether it is one for a node that shows who it is, and for nothing that outranks one: a CA, or
   * a key that may sign certificates, is not (RFC 5280 §4.2.1.3, §4.2.1.9).
   */
  boolean isForNode() {
    boolean ca = constraints != null && constraints.isCA();
    boolean signsCertificates = usages != null && usages.hasUsages(KeyUsage.keyCertSign);
    return !ca && !signsCertificates && permits(KeyUsage.digitalSignature);
  }

  /**
   * Whether it may be shown to say who one is, to whoever dials or is dialed: it names no purpose,
   * any, or what TLS has for this (RFC 5280 §4.2.1.12).
   */
  boolean isForAuthentication() {
    return purposes == null || AUTHENTICATION.stream().anyMatch(purposes::hasKeyPurposeId);
  }

  /** Whether its key may be used like this: it says so, or says nothing. */
  boolean permits(int usage) {
    return usages == null || usages.hasUsages(usage);
  }

  /** Whether it certifies this node's key. */
  boolean certifies(PublicKey node) {
    if (!Algorithms.isSecp256k1(holder.getSubjectPublicKeyInfo())) {
      return false;
    }
    Bytes point = point();
    return switch (point.size()) {
      case 1 + PublicKey.BYTES -> point.get(0) == 4 && point.slice(1).equals(node.bytes());
      case 1 + PublicKey.BYTES / 2 -> point.equals(node.compressed());
      default -> false;
    };
  }

  /**
   * The node key that it certifies.
   *
   * @throws MembershipException when it certifies a key of another kind
   */
  PublicKey nodeKey() throws MembershipException {
    if (!Algorithms.isSecp256k1(holder.getSubjectPublicKeyInfo())) {
      throw new MembershipException("the certificate is over no secp256k1 key, so over no node's");
    }
    Bytes point = point();
    try {
      return point.size() == 1 + PublicKey.BYTES
          ? PublicKey.of(point.slice(1))
          : PublicKey.ofCompressed(point);
    } catch (InvalidCurveInputException e) {
      throw new MembershipException("the certificate's key is no point on secp256k1", e);
    }
  }

  private Bytes point() {
    return Bytes.wrap(holder.getSubjectPublicKeyInfo().getPublicKeyData().getBytes());
  }

  /** The organisation it names as its subject, else the common name, else all of it. */
  String organisation() {
    return organisation;
  }

  /** The common name of its subject, else all of it. */
  String commonName() {
    return commonName;
  }

  /** Who issued it, for messages to people. */
  String issuerName() {
    return issuerName;
  }

  private static String attribute(X500Name name, ASN1ObjectIdentifier type, String otherwise) {
    RDN[] found = name.getRDNs(type);
    return found.length == 0 || found[0].getFirst() == null
        ? otherwise
        : Printable.of(IETFUtils.valueToString(found[0].getFirst().getValue()));
  }

  /** A name for messages to people; fails for one that is malformed. */
  static String name(X500Name name) {
    return Printable.of(name.toString());
  }
}
