package io.kadlink.server.membership;

import java.io.IOException;
import java.math.BigInteger;
import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertException;
import org.bouncycastle.cert.X509CRLEntryHolder;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A list of what one authority has revoked (RFC 5280 §5), whole and of that authority alone: lists
 * with critical extensions, which delta and indirect ones have, are not taken. Immutable.
 */
final class RevocationList {
  private final X509CRLHolder holder;
  private final Map<BigInteger, Entry> revoked;
  private final Instant issued;
  private final Optional<Instant> nextUpdate;

  /**
   * One revoked certificate.
   *
   * @param reason as RFC 5280 §5.3.1 numbers them
   */
  record Entry(BigInteger serial, Instant since, int reason) {
    String why() {
      return "since " + since + reasonText().map(text -> " (" + text + ")").orElse("");
    }

    private Optional<String> reasonText() {
      return switch (reason) {
        case CRLReason.keyCompromise -> Optional.of("key compromise");
        case CRLReason.cACompromise -> Optional.of("CA compromise");
        case CRLReason.affiliationChanged -> Optional.of("affiliation changed");
        case CRLReason.superseded -> Optional.of("superseded");
        case CRLReason.cessationOfOperation -> Optional.of("cessation of operation");
        case CRLReason.certificateHold -> Optional.of("on hold");
        case CRLReason.privilegeWithdrawn -> Optional.of("privilege withdrawn");
        default -> Optional.empty();
      };
    }
  }

  private RevocationList(X509CRLHolder holder, Map<BigInteger, Entry> revoked) {
    this.holder = holder;
    this.revoked = revoked;
    this.issued = holder.getThisUpdate().toInstant();
    this.nextUpdate = Optional.ofNullable(holder.getNextUpdate()).map(java.util.Date::toInstant);
  }

  /** The lists in a PEM file, their signatures not verified. */
  static List<RevocationList> parseAll(byte[] pem, String what) throws MembershipException {
    List<RevocationList> lists = new ArrayList<>();
    for (Bytes der : Pem.blocks(pem, Pem.REVOCATION_LIST, what)) {
      lists.add(parse(der, what));
    }
    return List.copyOf(lists);
  }

  private static RevocationList parse(Bytes der, String what) throws MembershipException {
    try {
      X509CRLHolder holder = new X509CRLHolder(der.toArrayUnsafe());
      String whose = what + ", list of " + Certificate.name(holder.getIssuer());
      Algorithms.checkSignature(holder.toASN1Structure().getSignatureAlgorithm());
      for (Object oid : holder.getCriticalExtensionOIDs()) {
        throw new MembershipException(
            whose + ": it has the critical extension " + oid + ", as delta and indirect lists do");
      }
      Map<BigInteger, Entry> revoked = new LinkedHashMap<>();
      for (Object each : holder.getRevokedCertificates()) {
        Entry entry = entry((X509CRLEntryHolder) each, whose);
        revoked.put(entry.serial(), entry);
      }
      return new RevocationList(holder, revoked);
    } catch (IOException | RuntimeException e) {
      throw new MembershipException(what + " holds a malformed revocation list", e);
    }
  }

  private static Entry entry(X509CRLEntryHolder holder, String whose) throws MembershipException {
    int reason = CRLReason.unspecified;
    if (holder.hasExtensions()) {
      for (Object oid : holder.getCriticalExtensionOIDs()) {
        throw new MembershipException(
            whose + ": an entry has the critical extension " + (ASN1ObjectIdentifier) oid);
      }
      @Nullable Extension extension = holder.getExtension(Extension.reasonCode);
      if (extension != null) {
        reason = CRLReason.getInstance(extension.getParsedValue()).getValue().intValue();
      }
    }
    return new Entry(holder.getSerialNumber(), holder.getRevocationDate().toInstant(), reason);
  }

  X500Name issuer() {
    return holder.getIssuer();
  }

  Instant issued() {
    return issued;
  }

  /** When a newer one should be there; empty: it says nothing of that. */
  Optional<Instant> nextUpdate() {
    return nextUpdate;
  }

  /** Whether it is neither of the future nor past its time. */
  boolean isCurrent(Instant now) {
    return !issued.isAfter(now.plus(Authorities.CLOCK_DRIFT))
        && nextUpdate.map(now::isBefore).orElse(true);
  }

  Optional<Entry> entry(BigInteger serial) {
    return Optional.ofNullable(revoked.get(serial));
  }

  /** In the order of the list. */
  List<Entry> entries() {
    return List.copyOf(revoked.values());
  }

  X509CRLHolder holder() {
    return holder;
  }

  /** Whether this authority has signed it, and may. */
  boolean signedBy(Certificate authority) {
    if (!authority.permits(KeyUsage.cRLSign)) {
      return false;
    }
    PublicKey key = authority.x509().getPublicKey();
    try {
      return holder.isSignatureValid(
          new JcaContentVerifierProviderBuilder().setProvider(Crypto.PROVIDER).build(key));
    } catch (CertException | OperatorCreationException | RuntimeException e) {
      return false; // a signature of another kind than the key
    }
  }
}
