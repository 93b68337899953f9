package io.kadlink.identity;

import io.kadlink.identity.crypto.InvalidCurveInputException;
import io.kadlink.identity.crypto.Secp256k1;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.regex.Pattern;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/** A node's private key, held in memory. Its text never contains the secret. */
public final class NodeKey implements Signer {
  private static final Pattern HEX_DIGITS = Pattern.compile("[0-9a-fA-F]{64}");

  private final byte[] secret;
  private final PublicKey publicKey;

  private NodeKey(byte[] secret) {
    this.secret = secret;
    this.publicKey = PublicKey.ofComputed(Secp256k1.get().publicKey(secret));
  }

  /** A fresh key from {@code random}. */
  public static NodeKey generate(SecureRandom random) {
    byte[] secret = new byte[Secp256k1.SCALAR_BYTES];
    do {
      random.nextBytes(secret);
    } while (!Secp256k1.get().isValidPrivateKey(secret));
    return new NodeKey(secret);
  }

  /** A fresh key from the system's secure random source. */
  public static NodeKey generate() {
    return generate(new SecureRandom());
  }

  /**
   * The key with this secret.
   *
   * @param secret 32 bytes in {@code [1, n-1]}
   * @throws InvalidCurveInputException when it is out of range
   */
  public static NodeKey of(Bytes32 secret) {
    return new NodeKey(secret.toArray());
  }

  /**
   * The key written in {@code text}: 64 hex digits, white space around them and a leading {@code
   * 0x} ignored.
   *
   * @throws IllegalArgumentException saying what is wrong, without quoting the text
   */
  public static NodeKey parse(String text) {
    String digits = text.strip();
    if (digits.startsWith("0x")) {
      digits = digits.substring(2);
    }
    if (!HEX_DIGITS.matcher(digits).matches()) {
      throw new IllegalArgumentException("expected 64 hex digits");
    }
    Bytes32 secret = Bytes32.fromHexString(digits);
    if (!Secp256k1.get().isValidPrivateKey(secret.toArrayUnsafe())) {
      throw new IllegalArgumentException("the number is not a secp256k1 private key");
    }
    return of(secret);
  }

  /**
   * Reads a key file: 64 hex digits, white space around them and a leading {@code 0x} ignored.
   *
   * @throws NoSuchFileException when there is no such file
   * @throws IOException when the file can't be read or holds no key; the message names the file
   */
  public static NodeKey load(Path file) throws IOException {
    return KeyFile.read(file);
  }

  /**
   * The key in {@code file}; when there is no such file, a fresh key saved there (with the folders
   * above it). Of two processes that do this at once, both get the same key.
   *
   * @throws IOException when the file can't be read or written or holds no key; the message names
   *     the file
   */
  public static NodeKey loadOrCreate(Path file) throws IOException {
    try {
      return load(file);
    } catch (NoSuchFileException absent) {
      NodeKey key = generate();
      try {
        KeyFile.create(file, Bytes32.wrap(key.secret));
        return key;
      } catch (FileAlreadyExistsException createdMeanwhile) {
        return load(file);
      }
    }
  }

  /**
   * Writes 64 hex digits, readable and writable by the owner alone (mode 0600) from the start. The
   * file is replaced in one step, never seen half written.
   *
   * @throws IOException when it can't be written; the message names the file
   */
  public void save(Path file) throws IOException {
    KeyFile.write(file, Bytes32.wrap(secret));
  }

  @Override
  public PublicKey publicKey() {
    return publicKey;
  }

  public NodeId id() {
    return publicKey.id();
  }

  @Override
  public Signature sign(Bytes32 digest) {
    return new Signature(Bytes.wrap(Secp256k1.get().sign(digest.toArrayUnsafe(), secret)));
  }

  @Override
  public Bytes32 ecdhX(PublicKey peer) {
    return Bytes32.wrap(Secp256k1.get().ecdhX(secret, peer.bytes().toArrayUnsafe()));
  }

  @Override
  public Bytes ecdhCompressed(PublicKey peer) {
    return Bytes.wrap(Secp256k1.get().ecdhCompressed(secret, peer.bytes().toArrayUnsafe()));
  }

  /** Names the public key only. */
  @Override
  public String toString() {
    return "NodeKey[" + publicKey + "]";
  }
}
