package io.kadlink.server.membership;

import java.security.Provider;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * The provider of certificates, paths and signatures: the JDK's own has no secp256k1. Not added to
 * the process's list of providers, which is not ours.
 */
final class Crypto {
  static final Provider PROVIDER = new BouncyCastleProvider();

  private Crypto() {}
}
