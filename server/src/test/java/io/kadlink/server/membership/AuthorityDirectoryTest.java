package io.kadlink.server.membership;

import static io.kadlink.server.membership.Organisations.FROM;
import static io.kadlink.server.membership.Organisations.NOW;
import static io.kadlink.server.membership.Organisations.RANDOM;
import static io.kadlink.server.membership.Organisations.UNTIL;
import static io.kadlink.server.membership.Organisations.member;
import static io.kadlink.server.membership.Organisations.root;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An authority in a folder: kept, opened again, and revoking. */
class AuthorityDirectoryTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Optional<char[]> NO_PASSWORD = Optional.empty();

  @TempDir Path dir;
  private final PublicKey node = NodeKey.generate().publicKey();

  @ParameterizedTest
  @EnumSource(
      names = {"RSA3072", "RSA4096"},
      mode = EnumSource.Mode.EXCLUDE) // slow to make
  void anAuthorityOpenedAgainIssuesForTheSameOrganisation(KeyType type) throws Exception {
    create(root("Bank A", type), NO_PASSWORD);

    MemberChain chain = member(AuthorityDirectory.open(dir, NO_PASSWORD).authority(), node);

    assertThat(judge(chain)).isInstanceOf(Verdict.Member.class);
  }

  @Test
  void theKeyIsForItsOwnerAlone() throws Exception {
    create(root("Bank A"), NO_PASSWORD);

    assertThat(mode("ca.key")).isEqualTo("rw-------");
    assertThat(mode("ca.pem")).isEqualTo("rw-r--r--");
    assertThat(mode("crl.pem")).isEqualTo("rw-r--r--");
  }

  @Test
  void aKeyWithAPasswordOpensWithThisPasswordAlone() throws Exception {
    create(root("Bank A"), Optional.of("secret".toCharArray()));

    assertThat(dir.resolve("ca.key")).content().contains("ENCRYPTED PRIVATE KEY");
    AuthorityDirectory.open(dir, Optional.of("secret".toCharArray()));
    assertThatThrownBy(() -> AuthorityDirectory.open(dir, Optional.of("Secret".toCharArray())))
        .isInstanceOf(MembershipException.class)
        .hasMessageContaining("password");
    assertThatThrownBy(() -> AuthorityDirectory.open(dir, NO_PASSWORD))
        .hasMessageContaining("encrypted");
  }

  @Test
  void aKeyInTheFormOfOtherToolsIsRead() throws Exception {
    CertificateAuthority bank = root("Bank A");
    create(bank, NO_PASSWORD);
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(bank.key()); // "EC PRIVATE KEY"
    }
    Files.writeString(dir.resolve("ca.key"), text.toString());

    assertThat(text.toString()).contains("EC PRIVATE KEY");
    assertThat(AuthorityDirectory.open(dir, NO_PASSWORD).authority().organisation())
        .isEqualTo("Bank A");
  }

  @Test
  void anotherAuthoritysKeyIsNoticed() throws Exception {
    create(root("Bank A"), NO_PASSWORD);
    AuthorityKeyFile.write(dir.resolve("ca.key"), root("Bank A").key(), NO_PASSWORD);

    assertThatThrownBy(() -> AuthorityDirectory.open(dir, NO_PASSWORD))
        .hasMessageContaining("not the key of the certificate");
  }

  @Test
  void anAuthorityIsNeverOverwritten() throws Exception {
    create(root("Bank A"), NO_PASSWORD);

    assertThatThrownBy(() -> create(root("Bank B"), NO_PASSWORD))
        .hasMessageContaining("exists already");
    assertThat(AuthorityDirectory.open(dir, NO_PASSWORD).authority().organisation())
        .isEqualTo("Bank A");
  }

  @Test
  void oneBelowAnotherRemembersTheChain() throws Exception {
    CertificateAuthority bank = root("Bank A");
    create(bank.subordinate("Branch", KeyType.ED25519, FROM, UNTIL, RANDOM), NO_PASSWORD);

    MemberChain chain = member(AuthorityDirectory.open(dir, NO_PASSWORD).authority(), node);

    assertThat(chain.length()).isEqualTo(2);
    assertThat(Organisations.admitting(bank).judge(node, chain.element().value(), NOW))
        .isInstanceOf(Verdict.Member.class);
  }

  @Test
  void nothingOutlivesTheAuthorityThatIssuesIt() throws Exception {
    CertificateAuthority bank = root("Bank A");
    Instant last = bank.expires();

    bank.issue(node, "n", FROM, last.plusMillis(999), RANDOM);
    bank.subordinate("Branch", KeyType.P256, FROM, last, RANDOM);
    assertThatThrownBy(() -> bank.issue(node, "n", FROM, last.plusSeconds(1), RANDOM))
        .hasMessageContaining("outlive");
    assertThatThrownBy(
            () -> bank.subordinate("Branch", KeyType.P256, FROM, last.plusSeconds(1), RANDOM))
        .hasMessageContaining("outlive");
  }

  @Test
  void whatIsRevokedStaysOnTheList() throws Exception {
    AuthorityDirectory bank = create(root("Bank A"), NO_PASSWORD);
    MemberChain first = member(bank.authority(), node);
    MemberChain second = member(bank.authority(), node);
    MemberChain third = member(bank.authority(), node);

    bank.revoke(first, RevocationReason.SUPERSEDED, NOW, DAY);
    AuthorityDirectory.open(dir, NO_PASSWORD)
        .revoke(second.serial().toUpperCase(), RevocationReason.UNSPECIFIED, NOW, DAY);
    bank.renewList(NOW, DAY);

    assertThat(judge(first)).isInstanceOf(Verdict.Stranger.class);
    assertThat(judge(second)).isInstanceOf(Verdict.Stranger.class);
    assertThat(judge(third)).isInstanceOf(Verdict.Member.class);
    assertThat(bank.revoked()).isEqualTo(2);
    assertThat(bank.revoke(first, RevocationReason.UNSPECIFIED, NOW, DAY))
        .isEqualTo(AuthorityDirectory.Outcome.KNOWN_ALREADY);
    assertThat(bank.revoked()).isEqualTo(2);
  }

  @Test
  void ofRevocationsAtOnceNoneIsLost() throws Exception {
    AuthorityDirectory bank = create(root("Bank A"), NO_PASSWORD);
    CompletableFuture<?>[] all = new CompletableFuture<?>[8];
    for (int i = 0; i < all.length; i++) {
      String serial = Integer.toHexString(0x100 + i);
      all[i] =
          CompletableFuture.runAsync(
              () -> {
                try {
                  bank.revoke(serial, RevocationReason.UNSPECIFIED, NOW, DAY);
                } catch (MembershipException e) {
                  throw new IllegalStateException(e);
                }
              });
    }
    CompletableFuture.allOf(all).join();

    assertThat(bank.revoked()).isEqualTo(all.length);
  }

  @Test
  void anothersCertificateIsNotRevoked() throws Exception {
    AuthorityDirectory bank = create(root("Bank A"), NO_PASSWORD);
    MemberChain foreign = member(root("Bank A"), node);

    assertThatThrownBy(() -> bank.revoke(foreign, RevocationReason.UNSPECIFIED, NOW, DAY))
        .hasMessageContaining("not issued by this CA");
    assertThatThrownBy(() -> bank.revoke("xyz", RevocationReason.UNSPECIFIED, NOW, DAY))
        .hasMessageContaining("no serial number");
  }

  @Test
  void filesThatAreTooLongAreNotRead() throws Exception {
    Path file = dir.resolve("long.pem");
    Files.write(file, new byte[Pem.MAX_CERTIFICATES_FILE_BYTES]);
    assertThat(Pem.read(file, Pem.MAX_CERTIFICATES_FILE_BYTES)).hasSize(1024 * 1024);
    assertThatThrownBy(() -> MemberChain.read(file)).hasMessageContaining("holds no block");

    Files.write(file, new byte[Pem.MAX_CERTIFICATES_FILE_BYTES + 1]);
    assertThatThrownBy(() -> MemberChain.read(file)).hasMessageContaining("over 1048576 bytes");
  }

  private AuthorityDirectory create(CertificateAuthority authority, Optional<char[]> password)
      throws MembershipException {
    return AuthorityDirectory.create(dir, authority, password, NOW, DAY);
  }

  private Verdict judge(MemberChain chain) throws MembershipException {
    MembershipFiles files =
        new MembershipFiles(
            Optional.of(dir.resolve("ca.pem")),
            Optional.of(dir.resolve("crl.pem")),
            Optional.empty());
    return files
        .read(node)
        .authorities()
        .orElseThrow()
        .judge(node, chain.element().value(), NOW.plusSeconds(1));
  }

  private String mode(String file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve(file)));
  }
}
