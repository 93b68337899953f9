package io.kadlink.server.membership;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.bouncycastle.asn1.x500.X500Name;

/**
 * An authority that can make nodes members: the trust anchor of its members' chains.
 *
 * @param name for people
 * @param certificate may issue certificates; whoever lists it stands for it, so its own signature,
 *     if it is a root, says nothing more
 */
record Organisation(String name, Certificate certificate) {

  /** The organisations in a PEM file. */
  static List<Organisation> parseAll(byte[] pem, String what) throws MembershipException {
    List<Organisation> organisations = new ArrayList<>();
    for (Bytes der : Pem.blocks(pem, Pem.CERTIFICATE, what)) {
      Certificate certificate;
      try {
        certificate = Certificate.parse(der);
      } catch (MembershipException e) {
        throw new MembershipException(
            what + ", certificate " + (organisations.size() + 1) + ": " + e.getMessage(), e);
      }
      if (!certificate.isAuthority()) {
        throw new MembershipException(
            what
                + ": "
                + Certificate.name(certificate.subject())
                + " is no CA certificate, so it can't make members");
      }
      organisations.add(new Organisation(certificate.organisation(), certificate));
    }
    return List.copyOf(organisations);
  }

  X500Name subject() {
    return certificate.subject();
  }

  Instant expires() {
    return certificate.notAfter();
  }
}
