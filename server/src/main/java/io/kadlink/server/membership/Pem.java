package io.kadlink.server.membership;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;

/** PEM files (RFC 7468): blocks of one type each, with any text between them. */
final class Pem {
  static final String CERTIFICATE = "CERTIFICATE";
  static final String REVOCATION_LIST = "X509 CRL";

  /** A thousand organisations. */
  static final int MAX_CERTIFICATES_FILE_BYTES = 1024 * 1024;

  /** Some 400,000 revoked certificates. */
  static final int MAX_LISTS_FILE_BYTES = 16 * 1024 * 1024;

  private Pem() {}

  /** What a file held when it was read. */
  static byte[] read(Path file, int maxBytes) throws MembershipException {
    byte[] content;
    try (InputStream in = Files.newInputStream(file)) {
      content = in.readNBytes(maxBytes + 1);
    } catch (NoSuchFileException e) {
      throw new MembershipException("there is no file " + file, e);
    } catch (IOException e) {
      throw new MembershipException("can't read " + file + ": " + e, e);
    }
    if (content.length > maxBytes) {
      throw new MembershipException(file + " has over " + maxBytes + " bytes");
    }
    return content;
  }

  /**
   * The blocks of this type, in their order; at least one.
   *
   * @throws MembershipException when there is none, or a block of another type
   */
  static List<Bytes> blocks(byte[] content, String type, String what) throws MembershipException {
    List<Bytes> blocks = new ArrayList<>();
    try (PemReader reader =
        new PemReader(
            new BufferedReader(
                new InputStreamReader(
                    new ByteArrayInputStream(content), StandardCharsets.UTF_8)))) {
      for (PemObject block = reader.readPemObject();
          block != null;
          block = reader.readPemObject()) {
        if (!block.getType().equals(type)) {
          throw new MembershipException(
              what + " holds a " + block.getType() + " where only a " + type + " belongs");
        }
        blocks.add(Bytes.wrap(block.getContent()));
      }
    } catch (IOException | RuntimeException e) {
      throw new MembershipException(what + " is no PEM file: " + e.getMessage(), e);
    }
    if (blocks.isEmpty()) {
      throw new MembershipException(what + " holds no block of PEM with a " + type);
    }
    return blocks;
  }

  /** One block after the other. */
  static String write(String type, List<Bytes> contents) {
    StringWriter text = new StringWriter();
    try (PemWriter writer = new PemWriter(text)) {
      for (Bytes content : contents) {
        writer.writeObject(new PemObject(type, content.toArrayUnsafe()));
      }
    } catch (IOException e) {
      throw new IllegalStateException("a string can be written to", e);
    }
    return text.toString();
  }
}
