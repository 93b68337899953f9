package io.kadlink.protocols.eth.kzg;

import ethereum.ckzg4844.CKZG4844JNI;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.apache.tuweni.bytes.Bytes32;

/** What the KZG ceremony left to everybody: powers of a number that nobody knows. */
final class TrustedSetup {
  private static final String RESOURCE = "trusted_setup.txt";

  /**
   * SHA-256 of the file without its last line feed. With another setup anything could be proven, so
   * it is not left to whoever packs the file.
   */
  private static final Bytes32 EXPECTED =
      Bytes32.fromHexString("0xe695ba9905a832de98dc3567febe326b760382bfd77a9a6880ca51b602a7d7ff");

  /** Without tables that make proving faster and take up to many mebibytes: we verify. */
  private static final int NO_PRECOMPUTATION = 0;

  private TrustedSetup() {}

  static void load() {
    Bytes32 found = digest();
    if (!found.equals(EXPECTED)) {
      throw new IllegalStateException(RESOURCE + " has SHA-256 " + found + ", not " + EXPECTED);
    }
    CKZG4844JNI.loadTrustedSetupFromResource(RESOURCE, TrustedSetup.class, NO_PRECOMPUTATION);
  }

  private static Bytes32 digest() {
    try (InputStream in = TrustedSetup.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is not on the class path");
      }
      return Bytes32.wrap(MessageDigest.getInstance("SHA-256").digest(in.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has SHA-256
    }
  }
}
