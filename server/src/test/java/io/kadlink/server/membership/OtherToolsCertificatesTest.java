package io.kadlink.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.server.admission.Rule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Certificates and a list made by OpenSSL 3, as an organisation with a CA of its own has them. */
class OtherToolsCertificatesTest {
  private static final Instant THEN = Instant.parse("2027-01-01T00:00:00Z");

  @Test
  void aMemberCertifiedByOpensslIsOne() throws Exception {
    assertThat(judge("good.pem"))
        .isInstanceOfSatisfying(
            Verdict.Member.class,
            member -> {
              assertThat(member.membership().organisation()).isEqualTo("Vector Bank");
              assertThat(member.membership().subject()).isEqualTo("good node");
              assertThat(member.membership().serial()).isEqualTo("1001");
            });
  }

  @Test
  void aCertificateRevokedByOpensslIsRefused() throws Exception {
    assertThat(judge("revoked.pem"))
        .isInstanceOfSatisfying(
            Verdict.Stranger.class,
            stranger -> {
              assertThat(stranger.refusal().rule()).isEqualTo(Rule.CERTIFICATE_REVOKED);
              assertThat(stranger.refusal().why()).contains("key compromise");
            });
  }

  @Test
  void aChainWithACompressedKeyAndTheRootAtItsEndIsTaken() throws Exception {
    MemberChain chain = MemberChain.parse(bytes("below-chain.pem"), "below-chain.pem");

    assertThat(chain.length()).isEqualTo(2);
    assertThat(judge("below-chain.pem")).isInstanceOf(Verdict.Member.class);
  }

  private static Verdict judge(String file) throws MembershipException {
    Authorities authorities =
        Authorities.parse(bytes("ca.pem"), "ca.pem", Optional.of(bytes("crl.pem")), "crl.pem");
    MemberChain chain = MemberChain.parse(bytes(file), file);
    return authorities.judge(chain.node(), chain.element().value(), THEN);
  }

  private static byte[] bytes(String file) {
    try (InputStream in = OtherToolsCertificatesTest.class.getResourceAsStream("openssl/" + file)) {
      return Objects.requireNonNull(in, file).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
