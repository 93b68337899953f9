package io.kadlink.server.membership;

import java.math.BigInteger;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * Which keys and signatures certificates may have: those that are not known to be weak and whose
 * verification has a bounded cost. Curves are named, never spelled out: decoding spelled-out ones
 * can be made to take seconds.
 */
final class Algorithms {
  /** Below this a key can be factored. */
  static final int MIN_RSA_BITS = 2048;

  /** Above this a signature is half of a Hello. */
  static final int MAX_RSA_BITS = 4096;

  /** Everyone uses 65537; long exponents make verification as dear as signing. */
  private static final int MAX_RSA_EXPONENT_BITS = 32;

  private static final Set<ASN1ObjectIdentifier> SIGNATURES =
      Set.of(
          X9ObjectIdentifiers.ecdsa_with_SHA256,
          X9ObjectIdentifiers.ecdsa_with_SHA384,
          X9ObjectIdentifiers.ecdsa_with_SHA512,
          PKCSObjectIdentifiers.sha256WithRSAEncryption,
          PKCSObjectIdentifiers.sha384WithRSAEncryption,
          PKCSObjectIdentifiers.sha512WithRSAEncryption,
          EdECObjectIdentifiers.id_Ed25519);

  private static final Set<ASN1ObjectIdentifier> CURVES =
      Set.of(
          SECObjectIdentifiers.secp256k1,
          SECObjectIdentifiers.secp256r1,
          SECObjectIdentifiers.secp384r1,
          SECObjectIdentifiers.secp521r1);

  private Algorithms() {}

  static void checkSignature(AlgorithmIdentifier algorithm) throws MembershipException {
    if (!SIGNATURES.contains(algorithm.getAlgorithm())) {
      throw new MembershipException(
          "a signature by algorithm " + algorithm.getAlgorithm() + ", which is not accepted");
    }
  }

  /** Whether this is a node's kind of key. */
  static boolean isSecp256k1(SubjectPublicKeyInfo key) {
    return X9ObjectIdentifiers.id_ecPublicKey.equals(key.getAlgorithm().getAlgorithm())
        && SECObjectIdentifiers.secp256k1.equals(key.getAlgorithm().getParameters());
  }

  /** A key that signs certificates or lists. */
  static void checkKey(SubjectPublicKeyInfo key) throws MembershipException {
    ASN1ObjectIdentifier algorithm = key.getAlgorithm().getAlgorithm();
    if (X9ObjectIdentifiers.id_ecPublicKey.equals(algorithm)) {
      ASN1Encodable curve = key.getAlgorithm().getParameters();
      if (!(curve instanceof ASN1ObjectIdentifier name) || !CURVES.contains(name)) {
        throw new MembershipException("a key on a curve that is not accepted");
      }
    } else if (PKCSObjectIdentifiers.rsaEncryption.equals(algorithm)) {
      checkRsa(key);
    } else if (!EdECObjectIdentifiers.id_Ed25519.equals(algorithm)) {
      throw new MembershipException("a key of algorithm " + algorithm + ", which is not accepted");
    }
  }

  private static void checkRsa(SubjectPublicKeyInfo key) throws MembershipException {
    RSAPublicKey rsa;
    try {
      rsa = RSAPublicKey.getInstance(key.parsePublicKey());
    } catch (java.io.IOException | RuntimeException e) {
      throw new MembershipException("a malformed RSA key", e);
    }
    int bits = rsa.getModulus().bitLength();
    BigInteger exponent = rsa.getPublicExponent();
    if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
      throw new MembershipException(
          "an RSA key of %d bits; %d to %d are accepted"
              .formatted(bits, MIN_RSA_BITS, MAX_RSA_BITS));
    }
    if (exponent.signum() <= 0 || exponent.bitLength() > MAX_RSA_EXPONENT_BITS) {
      throw new MembershipException("an RSA key with an exponent that is not accepted");
    }
  }
}
