package io.kadlink.server.membership;

import static io.kadlink.server.membership.Organisations.FROM;
import static io.kadlink.server.membership.Organisations.NOW;
import static io.kadlink.server.membership.Organisations.RANDOM;
import static io.kadlink.server.membership.Organisations.UNTIL;
import static io.kadlink.server.membership.Organisations.admitting;
import static io.kadlink.server.membership.Organisations.ascii;
import static io.kadlink.server.membership.Organisations.list;
import static io.kadlink.server.membership.Organisations.member;
import static io.kadlink.server.membership.Organisations.pem;
import static io.kadlink.server.membership.Organisations.root;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.kadlink.server.admission.Rule;
import java.math.BigInteger;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is a member, and why the others are not. */
class AuthoritiesTest {
  private final PublicKey node = NodeKey.generate().publicKey();

  @ParameterizedTest
  @EnumSource(
      names = {"RSA3072", "RSA4096"},
      mode = EnumSource.Mode.EXCLUDE) // slow to make
  void aNodeCertifiedByAnOrganisationIsItsMember(KeyType type) throws Exception {
    CertificateAuthority bank = root("Bank A", type);
    MemberChain chain = member(bank, node);

    Verdict verdict = judge(admitting(bank), chain);

    assertThat(verdict)
        .isEqualTo(
            new Verdict.Member(new Membership("Bank A", "node", chain.serial(), UNTIL), UNTIL));
  }

  @Test
  void eachOfSeveralOrganisationsHasItsMembers() throws Exception {
    CertificateAuthority a = root("Bank A");
    CertificateAuthority b = root("Bank B", KeyType.ED25519);
    Authorities both = admitting(a, b);

    assertThat(organisation(judge(both, member(a, node)))).isEqualTo("Bank A");
    assertThat(organisation(judge(both, member(b, node)))).isEqualTo("Bank B");
  }

  @Test
  void twoOrganisationsOfOneNameAreToldApartByTheirKeys() throws Exception {
    CertificateAuthority one = root("Bank");
    CertificateAuthority other = root("Bank");
    CertificateAuthority third = root("Bank");

    assertThat(judge(admitting(one, other), member(other, node)))
        .isInstanceOf(Verdict.Member.class);
    assertRefused(
        judge(admitting(one, other), member(third, node)),
        Rule.CERTIFICATE_INVALID,
        "does not hold");
  }

  @Test
  void anAuthorityBelowTheRootMakesMembersOfTheOrganisation() throws Exception {
    CertificateAuthority bank = root("Bank A");
    CertificateAuthority branch = bank.subordinate("Branch", KeyType.P256, FROM, UNTIL, RANDOM);
    MemberChain chain = member(branch, node);

    assertThat(chain.length()).isEqualTo(2);
    assertThat(organisation(judge(admitting(bank), chain))).isEqualTo("Bank A");
    assertThat(organisation(judge(admitting(branch), chain)))
        .as("trusted itself, it needs no root")
        .isEqualTo("Bank A");
  }

  @Test
  void anAuthorityThatMayOnlyIssueToNodesCanMakeNoOther() throws Exception {
    CertificateAuthority bank = root("Bank A");
    CertificateAuthority branch = bank.subordinate("Branch", KeyType.P256, FROM, UNTIL, RANDOM);
    CertificateAuthority desk = branch.subordinate("Desk", KeyType.P256, FROM, UNTIL, RANDOM);

    assertRefused(
        judge(admitting(bank), member(desk, node)), Rule.CERTIFICATE_INVALID, "does not hold");
  }

  @Test
  void aMemberCanMakeNoMembers() throws Exception {
    CertificateAuthority bank = root("Bank A");
    KeyPair insider = KeyType.SECP256K1.generate(RANDOM);
    SubjectPublicKeyInfo key = SubjectPublicKeyInfo.getInstance(insider.getPublic().getEncoded());
    Bytes point = Bytes.wrap(key.getPublicKeyData().getBytes());
    MemberChain its = member(bank, PublicKey.of(point.slice(1)));
    X509v3CertificateBuilder builder =
        new X509v3CertificateBuilder(
            its.own().subject(),
            BigInteger.TWO,
            Date.from(FROM),
            Date.from(UNTIL),
            new X500Name("CN=friend"),
            member(bank, node).own().holder().getSubjectPublicKeyInfo());
    ContentSigner signer =
        new JcaContentSignerBuilder("SHA256withECDSA")
            .setProvider(Crypto.PROVIDER)
            .build(insider.getPrivate());
    Bytes friend = Bytes.wrap(builder.build(signer).getEncoded());

    assertRefused(
        judge(admitting(bank), chain(friend, its.own().der())),
        Rule.CERTIFICATE_INVALID,
        "does not hold");
  }

  @Test
  void aCertificateOfAnAuthorityIsNoneForANode() throws Exception {
    CertificateAuthority bank = root("Bank A");
    CertificateAuthority branch =
        bank.subordinate("Branch", KeyType.SECP256K1, FROM, UNTIL, RANDOM);
    PublicKey key = branch.certificate().nodeKey();

    assertRefused(
        admitting(bank).judge(key, chain(branch.certificate().der()), NOW),
        Rule.CERTIFICATE_INVALID,
        "not a certificate for a node");
  }

  @Test
  void aForeignCertificateIsRefusedNamingWhoseItIs() throws Exception {
    assertRefused(
        judge(admitting(root("Bank A")), member(root("Casino"), node)),
        Rule.CERTIFICATE_FOREIGN,
        "Casino");
  }

  @Test
  void anotherNodesCertificateIsRefused() throws Exception {
    CertificateAuthority bank = root("Bank A");

    assertRefused(
        judge(admitting(bank), member(bank, NodeKey.generate().publicKey())),
        Rule.CERTIFICATE_WRONG_KEY,
        "over another key");
  }

  @Test
  void aChangedByteIsRefusedWhereverItIs() throws Exception {
    CertificateAuthority bank = root("Bank A");
    Authorities authorities = admitting(bank);
    Bytes der = member(bank, node).own().der();
    Bytes whole = chain(der);

    for (int i = 0; i < der.size(); i++) {
      byte[] changed = whole.toArray();
      changed[whole.size() - der.size() + i] ^= 1;
      assertThat(authorities.judge(node, Bytes.wrap(changed), NOW))
          .as("byte " + i)
          .isInstanceOf(Verdict.Stranger.class);
    }
  }

  @Test
  void aCertificateCountsFromItsFirstToItsLastSecond() throws Exception {
    CertificateAuthority bank = root("Bank A");
    Authorities authorities = admitting(bank);
    Bytes shown = member(bank, node).element().value();

    assertThat(authorities.judge(node, shown, FROM)).isInstanceOf(Verdict.Member.class);
    assertThat(authorities.judge(node, shown, UNTIL)).isInstanceOf(Verdict.Member.class);
    assertRefused(
        authorities.judge(node, shown, UNTIL.plusSeconds(1)),
        Rule.CERTIFICATE_EXPIRED,
        UNTIL.toString());
    assertRefused(
        authorities.judge(node, shown, FROM.minusSeconds(1)),
        Rule.CERTIFICATE_NOT_YET_VALID,
        FROM.toString());
  }

  @Test
  void withAnAuthorityItsMembersExpire() throws Exception {
    Instant soon = NOW.plus(Duration.ofDays(1));
    CertificateAuthority shortLived =
        CertificateAuthority.root("Bank A", KeyType.P256, FROM, soon, RANDOM);
    CertificateAuthority longLived = root("Bank A");
    // a certificate can't outlive its authority unless the authority's own is replaced
    CertificateAuthority same =
        CertificateAuthority.of(longLived.key(), longLived.certificate(), List.of());
    assertThatThrownBy(() -> member(shortLived, node)).hasMessageContaining("outlive");

    Bytes shown = member(same, node).element().value();
    assertRefused(
        admitting(longLived).judge(node, shown, UNTIL.plus(Duration.ofDays(2))),
        Rule.CERTIFICATE_EXPIRED,
        "expired");
    Verdict.Member member =
        (Verdict.Member)
            admitting(shortLived)
                .judge(
                    node, shortLived.issue(node, "n", FROM, soon, RANDOM).element().value(), NOW);
    assertThat(member.membership().expires()).isEqualTo(soon);
  }

  @Test
  void aRevokedCertificateIsRefusedSayingSinceWhenAndWhy() throws Exception {
    CertificateAuthority bank = root("Bank A");
    MemberChain good = member(bank, node);
    MemberChain bad = member(bank, node);
    Authorities authorities = admitting(bank, list(bank, bad.own().serial()));

    assertThat(judge(authorities, good)).isInstanceOf(Verdict.Member.class);
    assertRefused(judge(authorities, bad), Rule.CERTIFICATE_REVOKED, "2030-06-01T10:00:00Z");
    assertRefused(judge(authorities, bad), Rule.CERTIFICATE_REVOKED, "key compromise");
  }

  @Test
  void withARevokedAuthorityGoItsMembers() throws Exception {
    CertificateAuthority bank = root("Bank A");
    CertificateAuthority branch = bank.subordinate("Branch", KeyType.P256, FROM, UNTIL, RANDOM);
    Authorities authorities = admitting(bank, list(bank, branch.certificate().serial()));

    assertRefused(judge(authorities, member(branch, node)), Rule.CERTIFICATE_REVOKED, "Branch");
  }

  @Test
  void anAuthorityBelowTheRootHasAListOfItsOwn() throws Exception {
    CertificateAuthority bank = root("Bank A");
    CertificateAuthority branch = bank.subordinate("Branch", KeyType.P256, FROM, UNTIL, RANDOM);
    CertificateAuthority impostor = bank.subordinate("Branch", KeyType.P256, FROM, UNTIL, RANDOM);
    MemberChain good = member(branch, node);
    MemberChain bad = member(branch, node);
    Authorities authorities = admitting(bank, list(bank), list(branch, bad.own().serial()));

    assertThat(judge(authorities, good)).isInstanceOf(Verdict.Member.class);
    assertRefused(judge(authorities, bad), Rule.CERTIFICATE_REVOKED, "revoked");
    assertRefused(judge(authorities, member(impostor, node)), Rule.REVOCATION_UNKNOWN, "signed by");
  }

  @Test
  void aListThatShouldHaveBeenRenewedLeavesNobodyKnown() throws Exception {
    CertificateAuthority bank = root("Bank A");
    MemberChain good = member(bank, node);
    MemberChain bad = member(bank, node);
    Instant due = NOW.plusSeconds(10);
    Authorities authorities = admitting(bank, list(bank, due, bad.own().serial()));
    Bytes shown = good.element().value();

    Verdict before = authorities.judge(node, shown, due.minusMillis(1));
    assertThat(before).isInstanceOf(Verdict.Member.class);
    assertThat(before.holdsUntil()).isEqualTo(due);
    assertRefused(authorities.judge(node, shown, due), Rule.REVOCATION_UNKNOWN, due.toString());
    assertRefused(
        authorities.judge(node, bad.element().value(), due), Rule.CERTIFICATE_REVOKED, "since");
  }

  @Test
  void ofTwoListsTheNewerCounts() throws Exception {
    CertificateAuthority bank = root("Bank A");
    MemberChain chain = member(bank, node);
    Bytes old = bank.revocationList(List.of(), BigInteger.ONE, FROM, NOW.plus(Duration.ofDays(1)));

    assertRefused(
        judge(admitting(bank, list(bank, chain.own().serial()), old), chain),
        Rule.CERTIFICATE_REVOKED,
        "revoked");
  }

  @Test
  void aListSignedByAnotherIsNotTaken() throws Exception {
    CertificateAuthority bank = root("Bank A");
    CertificateAuthority impostor = root("Bank A");

    assertThatThrownBy(() -> admitting(bank, list(impostor)))
        .isInstanceOf(MembershipException.class)
        .hasMessageContaining("crl.pem")
        .hasMessageContaining("not signed by that CA");
  }

  @Test
  void theListOfAnotherOrganisationSaysNothing() throws Exception {
    CertificateAuthority bank = root("Bank A");
    MemberChain chain = member(bank, node);

    assertThat(judge(admitting(bank, list(root("Bank B"), chain.own().serial())), chain))
        .isInstanceOf(Verdict.Member.class);
  }

  @Test
  void whatIsNoAuthorityIsNotTakenAsOne() throws Exception {
    MemberChain chain = member(root("Bank A"), node);

    assertThatThrownBy(
            () -> Authorities.parse(ascii(chain.toPem()), "members.pem", Optional.empty(), ""))
        .hasMessageContaining("members.pem")
        .hasMessageContaining("no CA certificate");
  }

  @Test
  void filesThatHoldSomethingElseAreNamed() throws Exception {
    CertificateAuthority bank = root("Bank A");

    assertThatThrownBy(() -> Authorities.parse(ascii("hello"), "x.pem", Optional.empty(), ""))
        .hasMessageContaining("x.pem");
    assertThatThrownBy(
            () ->
                Authorities.parse(
                    ascii("-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"),
                    "x.pem",
                    Optional.empty(),
                    ""))
        .hasMessageContaining("holds a PRIVATE KEY");
    assertThatThrownBy(
            () -> Authorities.parse(pem(bank), "ca.pem", Optional.of(pem(bank)), "y.pem"))
        .hasMessageContaining("y.pem holds a CERTIFICATE");
  }

  @Test
  void statusNamesEachOrganisationAndItsList() throws Exception {
    CertificateAuthority bank = root("Bank A");
    Instant due = NOW.plus(Duration.ofDays(1));

    assertThat(admitting(bank, list(bank, BigInteger.TWO)).status())
        .containsExactly(
            new AuthorityStatus(
                "Bank A",
                bank.serial(),
                bank.expires(),
                Optional.of(NOW.minus(Duration.ofHours(1))),
                Optional.of(due),
                1));
  }

  private Verdict judge(Authorities authorities, MemberChain chain) {
    return judge(authorities, chain.element().value());
  }

  private Verdict judge(Authorities authorities, Bytes shown) {
    return authorities.judge(node, shown, NOW);
  }

  private static Bytes chain(Bytes... certificates) throws MembershipException {
    return ChainCodec.encode(List.of(certificates)).value();
  }

  private static String organisation(Verdict verdict) {
    return ((Verdict.Member) verdict).membership().organisation();
  }

  private static void assertRefused(Verdict verdict, Rule rule, String why) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Stranger.class,
            stranger -> {
              assertThat(stranger.refusal().why()).contains(why);
              assertThat(stranger.refusal().rule()).isEqualTo(rule);
            });
  }
}
