package io.kadlink.server.membership;

import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.wire.HelloElement;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;

/** A chain of certificates as a node shows it: its own first, the root left out. Immutable. */
public final class MemberChain {
  private final List<Certificate> certificates;
  private final HelloElement element;

  private MemberChain(List<Certificate> certificates, HelloElement element) {
    this.certificates = certificates;
    this.element = element;
  }

  static MemberChain of(List<Certificate> certificates) throws MembershipException {
    return new MemberChain(
        List.copyOf(certificates),
        ChainCodec.encode(certificates.stream().map(Certificate::der).toList()));
  }

  /** The chain in a PEM file, its signatures not verified. */
  public static MemberChain read(Path file) throws MembershipException {
    return parse(Pem.read(file, Pem.MAX_CERTIFICATES_FILE_BYTES), file.toString());
  }

  /** The chain in PEM text; a root at its end, which readers know anyway, is left out. */
  static MemberChain parse(byte[] pem, String what) throws MembershipException {
    List<Certificate> certificates = new ArrayList<>();
    try {
      for (Bytes der : Pem.blocks(pem, Pem.CERTIFICATE, what)) {
        Certificate certificate = Certificate.parse(der);
        boolean root = certificate.subject().equals(certificate.issuer());
        if (certificates.isEmpty() || !root) {
          certificates.add(certificate);
        }
      }
      return of(certificates);
    } catch (MembershipException e) {
      String message = String.valueOf(e.getMessage());
      throw message.startsWith(what) ? e : new MembershipException(what + ": " + message, e);
    }
  }

  /** What the node puts into its Hello. */
  public HelloElement element() {
    return element;
  }

  /** The node it is for. */
  public PublicKey node() throws MembershipException {
    return certificates.getFirst().nodeKey();
  }

  /** Whom the node's certificate names. */
  public String subject() {
    return certificates.getFirst().commonName();
  }

  /** The serial number of the node's certificate, in hex digits. */
  public String serial() {
    return certificates.getFirst().serialText();
  }

  /** When the first of them expires. */
  public Instant expires() {
    return certificates.stream()
        .map(Certificate::notAfter)
        .min(java.util.Comparator.naturalOrder())
        .orElseThrow();
  }

  /** How many certificates it has. */
  public int length() {
    return certificates.size();
  }

  Certificate own() {
    return certificates.getFirst();
  }

  /** As a PEM file, for a node's operator. */
  public String toPem() {
    return Pem.write(Pem.CERTIFICATE, certificates.stream().map(Certificate::der).toList());
  }
}
