package io.kadlink.server.membership;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.x509.Extension;
import org.jspecify.annotations.Nullable;

/**
 * An authority in a folder:
 *
 * <ul>
 *   <li>{@value #CERTIFICATE_FILE}: its certificate, for the {@code --membership-ca} of others
 *   <li>{@value #KEY_FILE}: its private key, readable by its owner alone
 *   <li>{@value #LIST_FILE}: its revocation list, for their {@code --membership-crl}
 *   <li>{@value #CHAIN_FILE}: where it is below another one, itself and those up to the root
 * </ul>
 */
public final class AuthorityDirectory {
  public static final String CERTIFICATE_FILE = "ca.pem";
  public static final String KEY_FILE = "ca.key";
  public static final String LIST_FILE = "crl.pem";
  public static final String CHAIN_FILE = "chain.pem";

  private static final String LOCK_FILE = ".lock";

  private final Path folder;
  private final CertificateAuthority authority;

  private AuthorityDirectory(Path folder, CertificateAuthority authority) {
    this.folder = folder;
    this.authority = authority;
  }

  /**
   * Writes a fresh authority with an empty list.
   *
   * @param password encrypts the key when there is one
   * @throws MembershipException when there is one in {@code folder} already
   */
  public static AuthorityDirectory create(
      Path folder,
      CertificateAuthority authority,
      Optional<char[]> password,
      Instant now,
      Duration listLasts)
      throws MembershipException {
    for (String name : List.of(CERTIFICATE_FILE, KEY_FILE, LIST_FILE, CHAIN_FILE)) {
      if (Files.exists(folder.resolve(name))) {
        throw new MembershipException(
            folder.resolve(name) + " exists already; a CA is never overwritten");
      }
    }
    AuthorityDirectory directory = new AuthorityDirectory(folder, authority);
    AuthorityKeyFile.write(folder.resolve(KEY_FILE), authority.key(), password);
    if (authority.isSubordinate()) {
      Draft.write(
          folder.resolve(CHAIN_FILE),
          Pem.write(Pem.CERTIFICATE, authority.below().stream().map(Certificate::der).toList()));
    }
    directory.writeList(List.of(), BigInteger.ONE, now, now.plus(listLasts));
    Draft.write(
        folder.resolve(CERTIFICATE_FILE),
        Pem.write(Pem.CERTIFICATE, List.of(authority.certificate().der())));
    return directory;
  }

  /** Reads the authority in a folder. */
  public static AuthorityDirectory open(Path folder, Optional<char[]> password)
      throws MembershipException {
    Path certificateFile = folder.resolve(CERTIFICATE_FILE);
    List<Certificate> certificates = certificates(certificateFile);
    Certificate certificate = certificates.getFirst();
    List<Certificate> below =
        Files.exists(folder.resolve(CHAIN_FILE))
            ? certificates(folder.resolve(CHAIN_FILE))
            : List.of();
    CertificateAuthority authority =
        CertificateAuthority.of(
            AuthorityKeyFile.read(folder.resolve(KEY_FILE), password), certificate, below);
    if (!keyMatches(authority)) {
      throw new MembershipException(
          folder.resolve(KEY_FILE) + " is not the key of the certificate in " + certificateFile);
    }
    return new AuthorityDirectory(folder, authority);
  }

  private static List<Certificate> certificates(Path file) throws MembershipException {
    byte[] pem = Pem.read(file, Pem.MAX_CERTIFICATES_FILE_BYTES);
    List<Certificate> certificates = new ArrayList<>();
    for (Bytes der : Pem.blocks(pem, Pem.CERTIFICATE, file.toString())) {
      certificates.add(Certificate.parse(der));
    }
    return certificates;
  }

  private static boolean keyMatches(CertificateAuthority authority) throws MembershipException {
    try {
      Bytes list =
          authority.revocationList(List.of(), BigInteger.ONE, Instant.EPOCH, Instant.EPOCH);
      byte[] pem =
          Pem.write(Pem.REVOCATION_LIST, List.of(list))
              .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
      return RevocationList.parseAll(pem, "a list").getFirst().signedBy(authority.certificate());
    } catch (RuntimeException e) {
      return false;
    }
  }

  /** What can issue. */
  public CertificateAuthority authority() {
    return authority;
  }

  /** How a revocation went. */
  public enum Outcome {
    REVOKED,
    /** It was on the list before; the list is as it was. */
    KNOWN_ALREADY
  }

  /**
   * Puts a certificate on the list.
   *
   * @param serial in hex digits
   * @param listLasts when the list after this one is due at the latest
   */
  public Outcome revoke(String serial, RevocationReason reason, Instant now, Duration listLasts)
      throws MembershipException {
    BigInteger number;
    try {
      number = new BigInteger(serial.replace(":", ""), 16);
    } catch (NumberFormatException e) {
      throw new MembershipException("'" + serial + "' is no serial number in hex digits", e);
    }
    return locked(
        () -> {
          RevocationList list = readList();
          if (list.entry(number).isPresent()) {
            return Outcome.KNOWN_ALREADY;
          }
          List<RevocationList.Entry> entries = new ArrayList<>(list.entries());
          entries.add(
              new RevocationList.Entry(number, now.truncatedTo(ChronoUnit.SECONDS), reason.code()));
          writeList(entries, next(list), now, now.plus(listLasts));
          return Outcome.REVOKED;
        });
  }

  /**
   * Puts a node's certificate on the list.
   *
   * @throws MembershipException when another authority has issued it
   */
  public Outcome revoke(MemberChain chain, RevocationReason reason, Instant now, Duration listLasts)
      throws MembershipException {
    if (!issued(chain.own())) {
      throw new MembershipException(
          "certificate "
              + chain.serial()
              + " of "
              + chain.subject()
              + " is not issued by this CA, but by "
              + chain.own().issuerName());
    }
    return revoke(chain.serial(), reason, now, listLasts);
  }

  /** The same list with a new date. */
  public void renewList(Instant now, Duration listLasts) throws MembershipException {
    locked(
        () -> {
          RevocationList list = readList();
          writeList(list.entries(), next(list), now, now.plus(listLasts));
          return Outcome.KNOWN_ALREADY;
        });
  }

  /** How many certificates are on the list. */
  public int revoked() throws MembershipException {
    return readList().entries().size();
  }

  /** When the list has to be renewed. */
  public Optional<Instant> listDue() throws MembershipException {
    return readList().nextUpdate();
  }

  private boolean issued(Certificate certificate) {
    if (!certificate.issuer().equals(authority.certificate().subject())) {
      return false;
    }
    try {
      certificate.x509().verify(authority.certificate().x509().getPublicKey(), Crypto.PROVIDER);
      return true;
    } catch (java.security.GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }

  private RevocationList readList() throws MembershipException {
    Path file = folder.resolve(LIST_FILE);
    RevocationList list =
        RevocationList.parseAll(Pem.read(file, Pem.MAX_LISTS_FILE_BYTES), file.toString())
            .getFirst();
    if (!list.signedBy(authority.certificate())) {
      throw new MembershipException(file + " is not signed by this CA");
    }
    return list;
  }

  private static BigInteger next(RevocationList list) {
    @Nullable Extension number = list.holder().getExtension(Extension.cRLNumber);
    return number == null
        ? BigInteger.ONE
        : ASN1Integer.getInstance(number.getParsedValue()).getValue().add(BigInteger.ONE);
  }

  private void writeList(
      List<RevocationList.Entry> entries, BigInteger number, Instant now, Instant due)
      throws MembershipException {
    Draft.write(
        folder.resolve(LIST_FILE),
        Pem.write(
            Pem.REVOCATION_LIST, List.of(authority.revocationList(entries, number, now, due))));
  }

  private interface Change {
    Outcome make() throws MembershipException;
  }

  /** Of two processes that change the list at once, one waits: no revocation is lost. */
  private Outcome locked(Change change) throws MembershipException {
    try (FileChannel channel =
            FileChannel.open(
                folder.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (!lock.isValid()) {
        throw new MembershipException("can't lock " + folder);
      }
      return change.make();
    } catch (IOException e) {
      throw new MembershipException("can't lock " + folder + ": " + e, e);
    }
  }
}
