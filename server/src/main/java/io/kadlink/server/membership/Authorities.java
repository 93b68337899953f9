package io.kadlink.server.membership;

import io.kadlink.identity.PublicKey;
import io.kadlink.server.admission.Rule;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXCertPathValidatorResult;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.tuweni.bytes.Bytes;
import org.bouncycastle.asn1.x500.X500Name;

/**
 * The organisations whose members are admitted, with what they have revoked: judges chains.
 *
 * <p>A chain is looked at from cheap to dear, so that nonsense costs little: size and form, whose
 * key it is over, whose names link it, the times in it, what it is for; only then signatures, by
 * PKIX (RFC 5280 §6: names, signatures, basic constraints, path length, key usage, name
 * constraints, unknown critical extensions), and last the revocation lists.
 *
 * <p><b>Revocation.</b> Where there is a list of an issuer, a certificate of this issuer counts
 * only while the newest such list is current; that it is signed by its issuer is checked. Issuers
 * without a list revoke nothing. Immutable and thread-safe; judging takes about a millisecond.
 */
public final class Authorities {
  /** How far the clocks of those who sign may be ahead of ours. */
  static final Duration CLOCK_DRIFT = Duration.ofMinutes(5);

  private final List<Organisation> organisations;
  private final List<RevocationList> lists;

  private Authorities(List<Organisation> organisations, List<RevocationList> lists) {
    this.organisations = organisations;
    this.lists = lists;
  }

  /**
   * Reads what PEM files hold.
   *
   * @param ca one or more CA certificates
   * @param crl lists of revoked certificates; empty when there is no such file
   * @throws MembershipException when they can't be used; the message names the place by {@code
   *     caName} or {@code crlName}
   */
  static Authorities parse(byte[] ca, String caName, Optional<byte[]> crl, String crlName)
      throws MembershipException {
    List<Organisation> organisations = Organisation.parseAll(ca, caName);
    List<RevocationList> lists =
        crl.isPresent() ? RevocationList.parseAll(crl.get(), crlName) : List.of();
    for (RevocationList list : lists) {
      List<Organisation> named = named(organisations, list.issuer());
      if (!named.isEmpty() && named.stream().noneMatch(o -> list.signedBy(o.certificate()))) {
        throw new MembershipException(
            crlName
                + ": the list of "
                + Certificate.name(list.issuer())
                + " is not signed by that CA");
      }
    }
    return new Authorities(organisations, lists);
  }

  /** What these authorities are, for people and tools. */
  public List<AuthorityStatus> status() {
    return organisations.stream()
        .map(
            each -> {
              Optional<RevocationList> list = newest(each.subject(), each.certificate());
              return new AuthorityStatus(
                  each.name(),
                  each.certificate().serialText(),
                  each.expires(),
                  list.map(RevocationList::issued),
                  list.flatMap(RevocationList::nextUpdate),
                  list.map(it -> it.entries().size()).orElse(0));
            })
        .toList();
  }

  /**
   * Whether the node with this key is a member.
   *
   * @param node proven by the handshake
   * @param shown the value of the {@value ChainCodec#NAME} element of its Hello
   */
  public Verdict judge(PublicKey node, Bytes shown, Instant now) {
    List<Certificate> chain = new ArrayList<>();
    try {
      for (Bytes der : ChainCodec.decode(shown)) {
        chain.add(Certificate.parse(der));
      }
    } catch (MembershipException e) {
      return Verdict.stranger(Rule.CERTIFICATE_MALFORMED, "it showed " + e.getMessage());
    }
    Certificate own = chain.getFirst();
    if (!own.certifies(node)) {
      return Verdict.stranger(
          Rule.CERTIFICATE_WRONG_KEY,
          "the certificate it showed, " + named(own) + ", is over another key than its own");
    }
    for (int i = 0; i + 1 < chain.size(); i++) {
      if (!chain.get(i).issuer().equals(chain.get(i + 1).subject())) {
        return Verdict.stranger(
            Rule.CERTIFICATE_INVALID,
            named(chain.get(i)) + " is not issued by the next one in the chain it showed");
      }
    }
    // An authority that is trusted itself ends the chain, though it shows more above.
    Optional<Verdict> verdict = Optional.empty();
    for (int length = 1; length <= chain.size(); length++) {
      List<Organisation> anchors = named(organisations, chain.get(length - 1).issuer());
      if (!anchors.isEmpty() && !(verdict.orElse(null) instanceof Verdict.Member)) {
        verdict = Optional.of(judge(chain.subList(0, length), anchors, now));
      }
    }
    return verdict.orElseGet(
        () ->
            Verdict.stranger(
                Rule.CERTIFICATE_FOREIGN,
                "its certificate is issued under "
                    + chain.getLast().issuerName()
                    + ", which is none of the organisations admitted here"));
  }

  private Verdict judge(List<Certificate> chain, List<Organisation> anchors, Instant now) {
    Optional<Verdict> untimely = untimely(chain, now);
    return untimely.isPresent() ? untimely.get() : verified(chain, anchors, now);
  }

  private static Optional<Verdict> untimely(List<Certificate> chain, Instant now) {
    for (Certificate each : chain) {
      if (now.isAfter(each.notAfter())) {
        return Optional.of(expired(each, now));
      }
      if (now.isBefore(each.notBefore())) {
        return Optional.of(
            Verdict.strangerNow(
                Rule.CERTIFICATE_NOT_YET_VALID,
                named(each) + " is valid only from " + each.notBefore() + ", and it is " + now));
      }
    }
    return Optional.empty();
  }

  private static Verdict expired(Certificate certificate, Instant now) {
    return Verdict.strangerNow(
        Rule.CERTIFICATE_EXPIRED,
        named(certificate) + " expired at " + certificate.notAfter() + ", and it is " + now);
  }

  private Verdict verified(List<Certificate> chain, List<Organisation> anchors, Instant now) {
    Certificate own = chain.getFirst();
    if (!own.isForNode()) {
      return Verdict.stranger(
          Rule.CERTIFICATE_INVALID, named(own) + " is not a certificate for a node");
    }
    for (Certificate each : chain) {
      if (!each.isForAuthentication()) {
        return Verdict.stranger(
            Rule.CERTIFICATE_INVALID,
            named(each) + " is for other purposes than to show who one is");
      }
    }
    Organisation organisation;
    try {
      organisation = anchor(chain, anchors, now);
    } catch (CertPathValidatorException e) {
      return Verdict.stranger(
          Rule.CERTIFICATE_INVALID, "its chain of certificates does not hold: " + e.getMessage());
    } catch (GeneralSecurityException | RuntimeException e) {
      return Verdict.stranger(
          Rule.CERTIFICATE_INVALID, "its chain of certificates can't be verified: " + e);
    }
    if (now.isAfter(organisation.expires())) {
      return expired(organisation.certificate(), now);
    }
    Instant holdsUntil = organisation.expires();
    Instant expires = holdsUntil;
    for (int i = 0; i < chain.size(); i++) {
      Certificate each = chain.get(i);
      Certificate issuer = i + 1 < chain.size() ? chain.get(i + 1) : organisation.certificate();
      expires = earlier(expires, each.notAfter());
      Revocation revocation = revocation(each, issuer, now);
      if (revocation.refusal().isPresent()) {
        return revocation.refusal().get();
      }
      holdsUntil = earlier(holdsUntil, earlier(each.notAfter(), revocation.knownUntil()));
    }
    return new Verdict.Member(
        new Membership(organisation.name(), own.commonName(), own.serialText(), expires),
        holdsUntil);
  }

  /** The organisation at the end of the path, which holds. */
  private static Organisation anchor(
      List<Certificate> chain, List<Organisation> anchors, Instant now)
      throws GeneralSecurityException {
    Set<TrustAnchor> trusted = new LinkedHashSet<>();
    for (Organisation each : anchors) {
      trusted.add(new TrustAnchor(each.certificate().x509(), null));
    }
    List<X509Certificate> path = chain.stream().map(Certificate::x509).toList();
    CertPath certPath =
        CertificateFactory.getInstance("X.509", Crypto.PROVIDER).generateCertPath(path);
    PKIXParameters parameters = new PKIXParameters(trusted);
    parameters.setDate(Date.from(now));
    parameters.setRevocationEnabled(false); // ours follows
    PKIXCertPathValidatorResult result =
        (PKIXCertPathValidatorResult)
            CertPathValidator.getInstance("PKIX", Crypto.PROVIDER).validate(certPath, parameters);
    X509Certificate anchor = result.getTrustAnchor().getTrustedCert();
    return anchors.stream()
        .filter(each -> each.certificate().x509().equals(anchor))
        .findFirst()
        .orElseThrow(() -> new CertPathValidatorException("no organisation at its end"));
  }

  /**
   * What lists say of one certificate.
   *
   * @param refusal when it is revoked, or nobody can tell
   * @param knownUntil when nobody can tell any more
   */
  private record Revocation(Optional<Verdict> refusal, Instant knownUntil) {}

  private Revocation revocation(Certificate certificate, Certificate issuer, Instant now) {
    boolean listed = lists.stream().anyMatch(list -> list.issuer().equals(issuer.subject()));
    Optional<RevocationList> newest = newest(issuer.subject(), issuer);
    if (newest.isEmpty()) {
      return listed
          ? unknown(certificate, "no list of its issuer is signed by that issuer")
          : new Revocation(Optional.empty(), Instant.MAX);
    }
    RevocationList list = newest.get();
    Optional<RevocationList.Entry> entry = list.entry(certificate.serial());
    if (entry.isPresent()) {
      return new Revocation(
          Optional.of(
              Verdict.stranger(
                  Rule.CERTIFICATE_REVOKED,
                  named(certificate) + " is revoked " + entry.get().why())),
          Instant.MAX);
    }
    if (!list.isCurrent(now)) {
      return unknown(
          certificate,
          list.nextUpdate()
              .filter(next -> !now.isBefore(next))
              .map(next -> "the revocation list of its issuer should have been renewed by " + next)
              .orElse("the revocation list of its issuer is of the future, " + list.issued()));
    }
    return new Revocation(Optional.empty(), list.nextUpdate().orElse(Instant.MAX));
  }

  private static Revocation unknown(Certificate certificate, String why) {
    return new Revocation(
        Optional.of(
            Verdict.strangerNow(
                Rule.REVOCATION_UNKNOWN,
                "nobody can tell whether " + named(certificate) + " is revoked: " + why)),
        Instant.MIN);
  }

  /** The newest list of this name signed by this issuer, or by an organisation of the name. */
  private Optional<RevocationList> newest(X500Name name, Certificate issuer) {
    List<Organisation> sameName = named(organisations, name);
    return lists.stream()
        .filter(list -> list.issuer().equals(name))
        .filter(list -> !sameName.isEmpty() || list.signedBy(issuer)) // those were, when read
        .max(Comparator.comparing(RevocationList::issued));
  }

  private static List<Organisation> named(List<Organisation> organisations, X500Name name) {
    return organisations.stream().filter(each -> each.subject().equals(name)).toList();
  }

  private static String named(Certificate certificate) {
    return "certificate " + certificate.serialText() + " of " + certificate.commonName();
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
