package io.kadlink.cli;

import static io.kadlink.cli.Eventually.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kadlink.cli.rpc.AccessApi;
import io.kadlink.cli.rpc.AdminApi;
import io.kadlink.cli.rpc.RpcMethods;
import io.kadlink.cli.rpc.RpcServer;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.Server;
import io.kadlink.server.admission.Subject;
import io.kadlink.server.reputation.Behaviour;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code peers}, {@code why} and {@code ban} against a running node with one peer. */
class AccessCommandsTest {
  private Server node;
  private Server other;
  private RpcServer rpc;
  private int rpcPort;

  /** Says nothing. */
  private static final class Mute implements Protocol {
    @Override
    public String name() {
      return "mute";
    }

    @Override
    public int version() {
      return 1;
    }

    @Override
    public int messageCount() {
      return 1;
    }

    @Override
    public void message(Peer peer, int code, Bytes payload) throws ProtocolViolation {}
  }

  private static Server server() {
    return Server.builder().host("127.0.0.1").port(0).discovery(false).protocol(new Mute()).start();
  }

  @BeforeEach
  void start() throws Exception {
    node = server();
    other = server();
    RpcMethods methods = new RpcMethods();
    new AccessApi(node).addTo(methods);
    new AdminApi(node, "kadlink", 1, Map::of, peer -> Optional.empty()).addTo(methods);
    rpc = RpcServer.start(0, methods);
    rpcPort = rpc.port();
    other.connect(node.enode()).toCompletableFuture().get(20, TimeUnit.SECONDS);
    until(() -> node.peers().size() == 1);
  }

  @AfterEach
  void stop() {
    rpc.close();
    other.close();
    node.close();
  }

  private String run(int expected, String... args) {
    CommandLineFixture command = new CommandLineFixture();
    String[] all = Arrays.copyOf(args, args.length + 2);
    all[args.length] = "--rpc-port";
    all[args.length + 1] = String.valueOf(rpcPort);
    assertThat(command.run(all)).as(String.join(" ", args)).isEqualTo(expected);
    return command.out() + command.err();
  }

  private JsonNode json(String... args) throws Exception {
    return new ObjectMapper().readTree(run(0, args));
  }

  @Test
  void peersShowsWhoIsConnectedInGethsShapeAndMore() throws Exception {
    node.addTrustedNode(other.id());
    node.peers().getFirst().report(Behaviour.SLOW_ANSWER, "a test");

    assertThat(run(0, "peers")).contains(other.id().shortForm(), "accepted", "kadlink/", "1 peers");
    JsonNode peer = json("peers", "--json").get(0);
    assertThat(List.of("enode", "id", "name", "caps", "network", "protocols", "kadlink"))
        .allMatch(peer::has);
    assertThat(peer.at("/network/localAddress").asText())
        .isEqualTo("127.0.0.1:" + node.enode().tcpPort());
    assertThat(peer.at("/network/trusted").asBoolean()).isTrue();
    assertThat(peer.at("/network/static").asBoolean()).isFalse();
    assertThat(peer.at("/network/inbound").asBoolean()).isTrue();
    assertThat(peer.at("/kadlink/score").asInt()).isBetween(50, 99);
  }

  @Test
  void whyTellsOfAPeerOfABannedNodeAndOfAStranger() throws Exception {
    assertThat(run(0, "why", other.enode().toString())).contains("it dialed us");
    assertThat(run(0, "why")).contains(other.id().shortForm(), "it is a peer");
    assertThat(run(1, "why", node.id().toString())).contains("this node itself");
    assertThat(run(1, "why", "ab".repeat(32))).contains("did not come");
    assertThat(run(1, "why", "10.0.0.1")).contains("must be a node");

    node.peers().getFirst().report(Behaviour.PROTOCOL_BREACH, "a lie");
    until(() -> node.peers().isEmpty());
    assertThat(run(1, "why", other.id().toString()))
        .contains("kept away until", "a lie", "score", "after 1 reports");
    JsonNode all = json("why", "--json");
    assertThat(all.get(0).path("why").asText()).contains("a lie");
  }

  @Test
  void banKeepsAwayUntilItIsLifted() throws Exception {
    assertThat(run(0, "ban", "127.0.0.1", "--for", "1h", "--why", "too loud"))
        .contains("127.0.0.1 is kept away for 1h");
    until(() -> node.peers().isEmpty());
    assertThat(run(0, "ban")).contains("127.0.0.1  until 2", "by operator: too loud", "1 kept");
    assertThat(json("ban", "--json").get(0).path("by").asText()).isEqualTo("operator");

    assertThat(run(0, "ban", "127.0.0.1", "--lift")).contains("may come again");
    assertThat(run(1, "ban", "127.0.0.1", "--lift")).contains("was not banned");
    other.connect(node.enode()).toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @Test
  void watchShowsPeersAndReasonsAtOneLook() throws Exception {
    node.access().deny(Subject.parse("ab".repeat(32)), Optional.empty(), "too loud");
    until(() -> node.access().denied().size() == 1);
    assertThat(run(0, "watch", "--once"))
        .contains("1 peers: 0 dialed, 1 accepted; 2 nodes known; 1 kept away")
        .contains(other.id().shortForm())
        .contains("1  it is kept away: too loud");
  }

  @Test
  void badUsageAndASilentPortAreSaid() {
    assertThat(run(2, "ban", "nonsense")).contains("neither a node");
    assertThat(run(2, "ban", "--for", "1h")).contains("Whom?");
    rpc.close();
    assertThat(run(1, "peers")).contains("No node answers on JSON-RPC port");
    rpcPort = 70_000;
    assertThat(run(2, "peers")).contains("1 to 65535");
  }
}
