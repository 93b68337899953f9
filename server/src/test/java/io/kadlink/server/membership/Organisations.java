package io.kadlink.server.membership;

import io.kadlink.identity.PublicKey;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;

/** Authorities, their members and lists, all around one moment. */
final class Organisations {
  static final Instant NOW = Instant.parse("2030-06-01T12:00:00Z");
  static final Instant FROM = NOW.minus(Duration.ofDays(30));
  static final Instant UNTIL = NOW.plus(Duration.ofDays(300));
  static final SecureRandom RANDOM = new SecureRandom();

  private Organisations() {}

  static CertificateAuthority root(String name, KeyType type) throws MembershipException {
    return CertificateAuthority.root(name, type, FROM, UNTIL.plus(Duration.ofDays(1)), RANDOM);
  }

  static CertificateAuthority root(String name) throws MembershipException {
    return root(name, KeyType.P256);
  }

  static MemberChain member(CertificateAuthority authority, PublicKey node)
      throws MembershipException {
    return authority.issue(node, "node", FROM, UNTIL, RANDOM);
  }

  /** What these roots admit, with no list. */
  static Authorities admitting(CertificateAuthority... roots) throws MembershipException {
    return Authorities.parse(pem(roots), "ca.pem", Optional.empty(), "");
  }

  /** What this root admits, with these lists. */
  static Authorities admitting(CertificateAuthority root, Bytes list, Bytes... more)
      throws MembershipException {
    return Authorities.parse(
        pem(root),
        "ca.pem",
        Optional.of(ascii(Pem.write(Pem.REVOCATION_LIST, lists(list, more)))),
        "crl.pem");
  }

  private static List<Bytes> lists(Bytes first, Bytes... more) {
    List<Bytes> all = new ArrayList<>(List.of(first));
    all.addAll(List.of(more));
    return all;
  }

  static byte[] pem(CertificateAuthority... authorities) {
    return ascii(
        Pem.write(
            Pem.CERTIFICATE,
            Arrays.stream(authorities).map(each -> each.certificate().der()).toList()));
  }

  /** A list of an hour ago, due in a day, on which these serial numbers are. */
  static Bytes list(CertificateAuthority authority, BigInteger... revoked)
      throws MembershipException {
    return list(authority, NOW.plus(Duration.ofDays(1)), revoked);
  }

  static Bytes list(CertificateAuthority authority, Instant due, BigInteger... revoked)
      throws MembershipException {
    List<RevocationList.Entry> entries =
        Arrays.stream(revoked)
            .map(
                serial ->
                    new RevocationList.Entry(
                        serial,
                        NOW.minus(Duration.ofHours(2)),
                        RevocationReason.KEY_COMPROMISE.code()))
            .toList();
    return authority.revocationList(entries, BigInteger.ONE, NOW.minus(Duration.ofHours(1)), due);
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
