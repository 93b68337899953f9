package io.kadlink.server.membership;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;

/** Kinds of keys that an authority of ours can have, each with the signature it makes. */
public enum KeyType {
  P256("SHA256withECDSA", "EC", "secp256r1"),
  P384("SHA384withECDSA", "EC", "secp384r1"),
  SECP256K1("SHA256withECDSA", "EC", "secp256k1"),
  ED25519("Ed25519", "Ed25519", ""),
  RSA2048("SHA256withRSA", "RSA", "2048"),
  RSA3072("SHA256withRSA", "RSA", "3072"),
  RSA4096("SHA256withRSA", "RSA", "4096");

  private final String signature;
  private final String algorithm;
  private final String parameter;

  KeyType(String signature, String algorithm, String parameter) {
    this.signature = signature;
    this.algorithm = algorithm;
    this.parameter = parameter;
  }

  String signature() {
    return signature;
  }

  KeyPair generate(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm, Crypto.PROVIDER);
      if (algorithm.equals("EC")) {
        generator.initialize(new ECGenParameterSpec(parameter), random);
      } else if (algorithm.equals("RSA")) {
        generator.initialize(Integer.parseInt(parameter), random);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the provider makes no keys of type " + this, e);
    }
  }
}
