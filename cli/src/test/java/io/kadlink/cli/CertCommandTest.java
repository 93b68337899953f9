package io.kadlink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kadlink.identity.NodeKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kadlink cert}: an organisation, its members, and what becomes of them. */
class CertCommandTest {
  @TempDir Path dir;
  private final NodeKey node = NodeKey.generate();
  private Path ca;
  private Path crl;
  private Path chain;

  @BeforeEach
  void name() {
    ca = dir.resolve("bank/ca.pem");
    crl = dir.resolve("bank/crl.pem");
    chain = dir.resolve("alice.pem");
  }

  @Test
  void aNodeIsCertifiedVerifiedRevokedAndRefused() throws Exception {
    JsonNode made = json(0, "cert", "ca", path("bank"), "--organisation", "Bank A");
    assertThat(made.path("organisation").asText()).isEqualTo("Bank A");
    assertThat(made.path("certificate").asText()).isEqualTo(ca.toString());

    JsonNode issued =
        json(0, "cert", "issue", publicKey(), "--ca", path("bank"), "--out", chain.toString());
    assertThat(issued.path("nodeId").asText()).isEqualTo(node.id().toString());
    assertThat(issued.path("certificates").asInt()).isEqualTo(1);
    assertThat(issued.path("helloBytes").asInt()).isBetween(250, 500);

    JsonNode member = verify(0);
    assertThat(member.path("member").asBoolean()).isTrue();
    assertThat(member.path("organisation").asText()).isEqualTo("Bank A");
    assertThat(member.path("serial")).isEqualTo(issued.path("serial"));

    JsonNode revoked =
        json(
            0,
            "cert",
            "revoke",
            chain.toString(),
            "--ca",
            path("bank"),
            "--reason",
            "key_compromise");
    assertThat(revoked.path("outcome").asText()).isEqualTo("revoked");
    assertThat(revoked.path("revoked").asInt()).isEqualTo(1);

    JsonNode stranger = verify(1);
    assertThat(stranger.path("member").asBoolean()).isFalse();
    assertThat(stranger.path("rule").asText()).isEqualTo("certificate_revoked");
    assertThat(stranger.path("why").asText()).contains("key compromise");
    assertThat(
            json(0, "cert", "revoke", chain.toString(), "--ca", path("bank"))
                .path("outcome")
                .asText())
        .isEqualTo("was revoked before");
  }

  @Test
  void aPersonReadsOneLineWhyANodeIsNoMember() {
    run(0, "cert", "ca", path("bank"), "--organisation", "Bank A");
    run(0, "cert", "ca", path("casino"), "--organisation", "Casino");
    run(0, "cert", "issue", publicKey(), "--ca", path("casino"), "--out", chain.toString());

    CommandLineFixture verify =
        run(1, "cert", "verify", chain.toString(), "--membership-ca", ca.toString());

    assertThat(verify.out()).isEmpty();
    assertThat(verify.err().strip().lines()).singleElement().asString().contains("Casino");
  }

  @Test
  void aCertificateIsVerifiedForANodeAndAtATime() {
    run(0, "cert", "ca", path("bank"), "--organisation", "Bank A");
    run(
        0,
        "cert",
        "issue",
        publicKey(),
        "--ca",
        path("bank"),
        "--valid",
        "1h",
        "--out",
        chain.toString());
    String[] verify = {"cert", "verify", chain.toString(), "--membership-ca", ca.toString()};

    run(0, verify);
    assertThat(run(1, with(verify, "--at", "2099-01-01T00:00:00Z")).err()).contains("expired at");
    assertThat(run(1, with(verify, "--at", "2020-01-01T00:00:00Z")).err()).contains("only from");
    String other = NodeKey.generate().publicKey().toString();
    assertThat(run(1, with(verify, "--node", other)).err()).contains("another key");
  }

  @Test
  void aCaBelowAnotherIssuesForTheOrganisation() throws Exception {
    run(0, "cert", "ca", path("bank"), "--organisation", "Bank A", "--key-type", "ed25519");
    json(0, "cert", "ca", path("branch"), "--issuer", path("bank"));
    JsonNode issued =
        json(0, "cert", "issue", publicKey(), "--ca", path("branch"), "--out", chain.toString());

    assertThat(issued.path("certificates").asInt()).isEqualTo(2);
    assertThat(verify(0).path("organisation").asText()).isEqualTo("Bank A");
  }

  @Test
  void aKeyWithAPasswordNeedsIt() throws IOException {
    Path password = Files.writeString(dir.resolve("password"), "open sesame\n");
    String[] issue = {
      "cert", "issue", publicKey(), "--ca", path("bank"), "--out", chain.toString()
    };
    run(
        0,
        "cert",
        "ca",
        path("bank"),
        "--organisation",
        "Bank A",
        "--password-file",
        password.toString());

    assertThat(run(1, issue).err()).contains("encrypted");
    assertThat(chain).doesNotExist();
    run(0, with(issue, "--password-file", password.toString()));
  }

  @Test
  void theNodesKeyFileNamesItToo() throws Exception {
    Path key = dir.resolve("nodekey");
    node.save(key);
    run(0, "cert", "ca", path("bank"), "--organisation", "Bank A");

    JsonNode issued =
        json(
            0,
            "cert",
            "issue",
            "--key-file",
            key.toString(),
            "--ca",
            path("bank"),
            "--out",
            chain.toString());

    assertThat(issued.path("nodeId").asText()).isEqualTo(node.id().toString());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file("bank/ca.key"))))
        .isEqualTo("rw-------");
  }

  @Test
  void nothingIsOverwritten() throws IOException {
    run(0, "cert", "ca", path("bank"), "--organisation", "Bank A");
    String before = Files.readString(ca);
    assertThat(run(1, "cert", "ca", path("bank"), "--organisation", "Bank B").err())
        .contains("exists already");
    assertThat(ca).hasContent(before);

    Files.writeString(chain, "precious");
    assertThat(
            run(1, "cert", "issue", publicKey(), "--ca", path("bank"), "--out", chain.toString())
                .err())
        .contains("exists already");
    assertThat(chain).hasContent("precious");
  }

  @Test
  void aListIsRenewedWithoutARevocation() throws Exception {
    run(0, "cert", "ca", path("bank"), "--organisation", "Bank A", "--crl-valid", "1d");
    String before = Files.readString(crl);

    JsonNode renewed =
        json(0, "cert", "revoke", "--renew", "--ca", path("bank"), "--crl-valid", "60d");

    assertThat(crl).content().isNotEqualTo(before);
    assertThat(renewed.path("revoked").asInt()).isZero();
    assertThat(renewed.has("crlDue")).isTrue();
  }

  @Test
  void whatIsMissingIsBadUsage() {
    run(2, "cert");
    run(2, "cert", "ca", path("bank"));
    run(2, "cert", "ca", path("bank"), "--organisation", "A", "--issuer", path("bank"));
    run(2, "cert", "issue", "--ca", path("bank"), "--out", chain.toString());
    run(2, "cert", "revoke", "--ca", path("bank"));
    run(2, "cert", "verify", chain.toString());
  }

  @Test
  void aFileThatCanNotBeUsedIsNamed() throws IOException {
    Path none = dir.resolve("none.pem");
    assertThat(run(1, "cert", "verify", none.toString(), "--membership-ca", ca.toString()).err())
        .contains(none.toString());
    assertThat(run(1, "cert", "issue", publicKey(), "--ca", path("no"), "--out", "x").err())
        .contains(path("no"));
    Files.writeString(chain, "hello");
    assertThat(run(1, "cert", "verify", chain.toString(), "--membership-ca", ca.toString()).err())
        .contains(chain.toString());
    assertThat(run(1, "node", "--data-dir", path("data"), "--membership-crl", crl.toString()).err())
        .contains("--membership-ca");
  }

  private JsonNode verify(int expected) throws IOException {
    return json(
        expected,
        "cert",
        "verify",
        chain.toString(),
        "--membership-ca",
        ca.toString(),
        "--membership-crl",
        crl.toString());
  }

  private String publicKey() {
    return node.publicKey().toString();
  }

  private String path(String name) {
    return file(name).toString();
  }

  private Path file(String name) {
    return dir.resolve(name);
  }

  private static String[] with(String[] words, String... more) {
    return java.util.stream.Stream.concat(
            java.util.Arrays.stream(words), java.util.Arrays.stream(more))
        .toArray(String[]::new);
  }

  private static JsonNode json(int expected, String... words) throws IOException {
    return new ObjectMapper().readTree(run(expected, with(words, "--json")).out());
  }

  private static CommandLineFixture run(int expected, String... words) {
    CommandLineFixture kadlink = new CommandLineFixture();
    assertThat(kadlink.run(words))
        .as(String.join(" ", words) + ": " + kadlink.err())
        .isEqualTo(expected);
    return kadlink;
  }
}
