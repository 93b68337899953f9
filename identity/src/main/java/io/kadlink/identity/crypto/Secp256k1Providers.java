package io.kadlink.identity.crypto;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Picks the secp256k1 provider once: native where its library loads, Bouncy Castle elsewhere. */
final class Secp256k1Providers {
  private static final Logger LOG = LoggerFactory.getLogger(Secp256k1Providers.class);

  static final Secp256k1 BEST = choose(System.getProperty(Secp256k1.PROVIDER_PROPERTY, ""));

  private Secp256k1Providers() {}

  static Secp256k1 choose(String name) {
    return switch (name) {
      case "bouncycastle" -> new BouncyCastleSecp256k1();
      case "native" -> loadNative();
      case "" -> nativeOrBouncyCastle();
      default ->
          throw new IllegalArgumentException(
              "no secp256k1 provider \"" + name + "\"; there are \"native\" and \"bouncycastle\"");
    };
  }

  private static Secp256k1 nativeOrBouncyCastle() {
    try {
      return loadNative();
    } catch (IllegalStateException e) {
      LOG.warn("{}; using Bouncy Castle, which is slower", e.getMessage());
      return new BouncyCastleSecp256k1();
    }
  }

  private static Secp256k1 loadNative() {
    try {
      return new NativeSecp256k1();
    } catch (RuntimeException | LinkageError e) {
      throw new IllegalStateException("the native secp256k1 library does not load: " + e, e);
    }
  }
}
