package io.kadlink.server.membership;

import io.kadlink.identity.PublicKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files that say who is a member. They may change while a node runs.
 *
 * @param ca CA certificates of the organisations whose members are admitted, and nobody else;
 *     empty: everyone is
 * @param crl their revocation lists; empty: nothing is revoked. Needs {@code ca}
 * @param certificate the chain that this node shows; empty: none
 */
public record MembershipFiles(Optional<Path> ca, Optional<Path> crl, Optional<Path> certificate) {

  /** Everyone is admitted, nothing is shown. */
  public static final MembershipFiles NONE =
      new MembershipFiles(Optional.empty(), Optional.empty(), Optional.empty());

  public MembershipFiles {
    if (crl.isPresent() && ca.isEmpty()) {
      throw new IllegalArgumentException(
          "a file of revocation lists says nothing without the CA certificates it belongs to");
    }
  }

  /** Whether there is any. */
  public boolean isNone() {
    return equals(NONE);
  }

  /**
   * What they hold.
   *
   * @param authorities empty: everyone is admitted
   * @param own empty: nothing is shown
   */
  public record Content(Optional<Authorities> authorities, Optional<MemberChain> own) {
    static final Content EMPTY = new Content(Optional.empty(), Optional.empty());
  }

  /**
   * Reads them. Blocks.
   *
   * @param self the node whose chain {@code certificate} has to be
   * @throws MembershipException when one of them can't be used; the message names it
   */
  public Content read(PublicKey self) throws MembershipException {
    Optional<Authorities> authorities = Optional.empty();
    if (ca.isPresent()) {
      Optional<byte[]> lists = Optional.empty();
      if (crl.isPresent()) {
        lists = Optional.of(Pem.read(crl.get(), Pem.MAX_LISTS_FILE_BYTES));
      }
      authorities =
          Optional.of(
              Authorities.parse(
                  Pem.read(ca.get(), Pem.MAX_CERTIFICATES_FILE_BYTES),
                  ca.get().toString(),
                  lists,
                  crl.map(Path::toString).orElse("")));
    }
    Optional<MemberChain> own = Optional.empty();
    if (certificate.isPresent()) {
      MemberChain chain = MemberChain.read(certificate.get());
      if (!chain.own().certifies(self)) {
        throw new MembershipException(
            certificate.get() + ": the certificate is over another key than this node's");
      }
      own = Optional.of(chain);
    }
    return new Content(authorities, own);
  }

  /**
   * Equal to an earlier one as long as no file was written. Blocks for a moment.
   *
   * @param files time and size of each; nothing for one that is not there
   */
  public record Stamp(List<String> files) {}

  /** How the files are at this moment. */
  public Stamp stamp() {
    List<String> stamps = new ArrayList<>();
    Stream.of(ca, crl, certificate).flatMap(Optional::stream).forEach(f -> stamps.add(stamp(f)));
    return new Stamp(List.copyOf(stamps));
  }

  private static String stamp(Path file) {
    try {
      FileTime time = Files.getLastModifiedTime(file);
      return time + "/" + Files.size(file);
    } catch (IOException absent) {
      return "";
    }
  }
}
