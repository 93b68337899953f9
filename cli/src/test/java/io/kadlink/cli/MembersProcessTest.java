package io.kadlink.cli;

import static io.kadlink.cli.CommandProcesses.stdout;
import static io.kadlink.cli.Eventually.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.testnet.RpcClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes as processes, with keys and certificates as an operator makes them. */
@Timeout(120)
class MembersProcessTest {

  @TempDir Path dir;
  private CommandProcesses nodes;

  @BeforeEach
  void begin() {
    nodes = new CommandProcesses(dir, "node");
  }

  @AfterEach
  void end() {
    nodes.end();
  }

  @Test
  void aMemberIsAPeerUntilItsCertificateIsRevoked() throws Exception {
    kadlink("cert", "ca", file("bank"), "--organisation", "Bank A");
    certify("alice");
    certify("bob");

    Process alice =
        launch(
            "alice",
            "--rpc-port",
            "0",
            "--membership-ca",
            file("bank/ca.pem"),
            "--membership-crl",
            file("bank/crl.pem"));
    String enode = stdout(alice).readLine();
    stdout(launch("bob", "--static-nodes", enode)).readLine();
    RpcClient rpc =
        new RpcClient(nodes.numberInLog("alice", "JSON-RPC on http://127\\.0\\.0\\.1:(\\d+)"));

    until("bob is a peer", CommandProcesses.LIMIT, () -> rpc.call("admin_peers").size() == 1);
    JsonNode bob = rpc.call("admin_peers").get(0);
    assertThat(bob.at("/kadlink/organisation").asText()).isEqualTo("Bank A");
    JsonNode membership = rpc.call("kadlink_membership");
    assertThat(membership.path("required").asBoolean()).isTrue();
    assertThat(membership.at("/peers/Bank A").asInt()).isEqualTo(1);
    assertThat(membership.at("/own/subject").asText()).isEqualTo("alice");

    kadlink("cert", "revoke", file("bob.pem"), "--ca", file("bank"));

    assertThat(rpc.call("kadlink_reloadMembership").at("/authorities/0/revoked").asInt())
        .isEqualTo(1);
    until("bob is gone", CommandProcesses.LIMIT, () -> rpc.call("admin_peers").isEmpty());
    until(
        "the reason why is told",
        CommandProcesses.LIMIT,
        () -> rpc.call("kadlink_dialReasons").toString().contains("is revoked since"));
    until(
        "bob knows it, too",
        CommandProcesses.LIMIT,
        () -> Files.readString(dir.resolve("bob.log")).contains("null node identity"));
  }

  private void certify(String name) {
    kadlink("key", "generate", file(name + ".key"));
    kadlink(
        "cert",
        "issue",
        "--key-file",
        file(name + ".key"),
        "--ca",
        file("bank"),
        "--name",
        name,
        "--out",
        file(name + ".pem"));
  }

  private Process launch(String name, String... more) throws IOException {
    List<String> words =
        new java.util.ArrayList<>(
            List.of(
                "--port",
                "0",
                "--discovery",
                "none",
                "--key-file",
                file(name + ".key"),
                "--membership-cert",
                file(name + ".pem")));
    words.addAll(List.of(more));
    return nodes.launch(List.of("-Xmx256m"), name, words.toArray(String[]::new));
  }

  private String file(String name) {
    return dir.resolve(name).toString();
  }

  private static void kadlink(String... words) {
    CommandLineFixture command = new CommandLineFixture();
    assertThat(command.run(words)).as(command.err()).isZero();
  }
}
