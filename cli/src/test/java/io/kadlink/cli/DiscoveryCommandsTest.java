package io.kadlink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code ping}, {@code resolve} and {@code lookup} against real services on loopback. */
class DiscoveryCommandsTest {
  private static LoopbackNetwork network;

  private final CommandLineFixture kadlink = new CommandLineFixture();

  @BeforeAll
  static void start() throws Exception {
    network = new LoopbackNetwork(6).settle();
  }

  @AfterAll
  static void stop() {
    network.close();
  }

  private JsonNode json() throws Exception {
    return new ObjectMapper().readTree(kadlink.out());
  }

  /** Where nobody listens. */
  private static Enode nobody() {
    Enode node = network.enode(1);
    return Enode.of(NodeKey.generate().publicKey(), node.udpEndpoint().getAddress(), 0, 9);
  }

  @Test
  void pingTellsTheRoundTrip() throws Exception {
    assertThat(kadlink.run("ping", "v4", network.node(2).localRecord().toString(), "--json"))
        .isZero();
    assertThat(json().get("milliseconds").asDouble()).isPositive();
    assertThat(json().get("nodeId").asText()).isEqualTo(network.enode(2).id().toString());
  }

  @Test
  void pingV5MakesASessionAndTellsTheRoundTrip() throws Exception {
    assertThat(kadlink.run("ping", "v5", network.enode(2).toString(), "--json"))
        .as(kadlink.err())
        .isZero();
    assertThat(json().get("milliseconds").asDouble()).isPositive();
  }

  @Test
  void talkPrintsWhatTheHandlerOfTheProtocolAnswers() throws Exception {
    network
        .node(1)
        .answerTalk(
            "echo",
            (from, request) ->
                CompletableFuture.completedFuture(Bytes.concatenate(request, Bytes.of(0xff))))
        .toCompletableFuture()
        .get();
    String node = network.node(1).localRecord().toString();
    assertThat(kadlink.run("talk", node, "echo", "0x0102", "--json")).as(kadlink.err()).isZero();
    assertThat(json().get("response").asText()).isEqualTo("0x0102ff");

    CommandLineFixture unknown = new CommandLineFixture();
    assertThat(unknown.run("talk", node, "nothing", "01", "--json")).isZero();
    assertThat(new ObjectMapper().readTree(unknown.out()).get("bytes").asInt()).isZero();
    assertThat(new CommandLineFixture().run("talk", node, "echo", "xyz")).isEqualTo(2);
    CommandLineFixture large = new CommandLineFixture();
    assertThat(large.run("talk", node, "echo", "00".repeat(1280))).isEqualTo(1);
    assertThat(large.err().lines()).hasSize(1);
  }

  @Test
  void aTalkListenerAnswersRequestsOfItsProtocolWithThemselves() throws Exception {
    try (TalkListener listener =
        TalkListener.start("echo", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      String node = listener.record().toString();
      assertThat(kadlink.run("talk", node, "echo", "0x0102", "--json")).as(kadlink.err()).isZero();
      assertThat(json().get("response").asText()).isEqualTo("0x0102");

      CommandLineFixture unknown = new CommandLineFixture();
      assertThat(unknown.run("talk", node, "other", "0x0102", "--json")).isZero();
      assertThat(new ObjectMapper().readTree(unknown.out()).get("bytes").asInt()).isZero();

      CommandLineFixture second = new CommandLineFixture();
      String port = Integer.toString(listener.record().udpEndpoint().orElseThrow().getPort());
      assertThat(second.run("talk", "--listen", "echo", "--port", port)).isEqualTo(1);
      assertThat(second.err()).contains("can't be opened");
    }
  }

  @Test
  void talkEitherAsksOrListens() {
    String node = network.enode(1).toString();
    assertThat(kadlink.run("talk")).isEqualTo(2);
    assertThat(kadlink.run("talk", node, "echo")).isEqualTo(2);
    assertThat(kadlink.run("talk", "--port", "7")).isEqualTo(2);
    assertThat(kadlink.run("talk", node, "echo", "00", "--listen", "echo")).isEqualTo(2);
    assertThat(kadlink.run("talk", "--listen", "\u20ac")).isEqualTo(1);
    assertThat(kadlink.err()).contains("made of bytes");
  }

  @Test
  void resolveAndLookupWorkByV5Alone() throws Exception {
    String bootnode = network.bootnode().toString();
    String key = network.enode(4).publicKey().toString();
    assertThat(kadlink.run("resolve", key, "--bootnodes", bootnode, "--discovery", "v5", "--json"))
        .as(kadlink.err())
        .isZero();
    assertThat(json().get("enr").asText()).isEqualTo(network.node(4).localRecord().toString());
    CommandLineFixture lookup = new CommandLineFixture();
    assertThat(lookup.run("lookup", "random", "--bootnodes", bootnode, "--discovery", "v5"))
        .as(lookup.err())
        .isZero();
    assertThat(lookup.out()).containsPattern("queries +[1-9]").contains("enr:");
  }

  @Test
  void resolvePrintsTheNewestRecordThatTheNodeItselfGives() throws Exception {
    NodeRecord old = network.node(3).localRecord();
    NodeRecord changed =
        network
            .node(3)
            .updateRecord(record -> record.entry("x", RLP.encodeString("changed")))
            .toCompletableFuture()
            .get();
    assertThat(kadlink.run("resolve", old.toString(), "--discovery", "v4", "--json")).isZero();
    assertThat(json().get("enr").asText()).isEqualTo(changed.toString());
    assertThat(json().get("source").asText()).isEqualTo("the node itself");
  }

  @Test
  void aPublicKeyIsLookedForThroughTheBootnodes() throws Exception {
    Enode wanted = network.enode(4);
    assertThat(
            kadlink.run(
                "resolve",
                wanted.publicKey().toString(),
                "--bootnodes",
                network.bootnode().toString(),
                "--discovery",
                "v4",
                "--json"))
        .as(kadlink.err())
        .isZero();
    assertThat(json().get("enode").asText()).isEqualTo(wanted.toString());
    assertThat(json().get("source").asText()).isEqualTo("a lookup");
    assertThat(json().get("enr").asText()).startsWith("enr:");
  }

  @Test
  void whoIsNowhereIsNotResolved() {
    assertThat(kadlink.run("resolve", nobody().toString(), "--timeout", "2s")).isEqualTo(1);
    assertThat(kadlink.err()).contains("No record from");
    assertThat(kadlink.err().lines()).hasSize(1);
    assertThat(kadlink.out()).isEmpty();
    assertThat(kadlink.run("resolve", nobody().publicKey().toString())).isEqualTo(2);
  }

  @Test
  void lookupReportsTheNearestNodesAndWhatItTook() throws Exception {
    assertThat(
            kadlink.run(
                "lookup",
                network.enode(5).toString(),
                "--bootnodes",
                network.bootnode().toString(),
                "--discovery",
                "v4",
                "--json"))
        .as(kadlink.err())
        .isZero();
    // The nodes of earlier commands, gone by now, are still told of, and are asked in vain.
    int answers = json().get("queries").asInt() - json().get("timeouts").asInt();
    assertThat(answers).as("each node answers once").isEqualTo(6);
    assertThat(json().get("hops").asInt()).isBetween(0, 3);
    assertThat(json().get("nodes")).hasSize(6);
    assertThat(json().at("/nodes/0/nodeId").asText()).isEqualTo(network.enode(5).id().toString());
    assertThat(json().at("/nodes/0/distance").asInt()).isZero();
    assertThat(json().at("/nodes/0/enode").asText()).isEqualTo(network.enode(5).toString());
  }

  @Test
  void aLookupWithoutAnAnsweringBootnodeFails() {
    assertThat(
            kadlink.run("lookup", "random", "--bootnodes", nobody().toString(), "--timeout", "1s"))
        .isEqualTo(1);
    assertThat(kadlink.err()).contains("None of the bootnodes answered within 1.0s");
    assertThat(kadlink.run("lookup", "random")).isEqualTo(2);
  }

  @Test
  void aTargetThatNamesNobodyIsRefused() {
    assertThat(kadlink.run("ping", "v4", "enode://12@1.2.3.4:5")).isEqualTo(1);
    assertThat(kadlink.err()).contains("public key");
    String noAddress = NodeRecord.builder().sign(NodeKey.generate()).toString();
    CommandLineFixture other = new CommandLineFixture();
    assertThat(other.run("ping", "v5", noAddress)).isEqualTo(1);
    assertThat(other.err()).contains("nowhere");
    assertThat(new CommandLineFixture().run("ping", "v4", noAddress, "--timeout", "x"))
        .isEqualTo(2);
  }
}
