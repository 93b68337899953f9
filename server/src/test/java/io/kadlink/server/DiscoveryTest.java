package io.kadlink.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.Discovery;
import io.kadlink.discovery.NodeMemory;
import io.kadlink.discovery.store.NodeStatistics;
import io.kadlink.discovery.table.TableRow;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.kadlink.server.admission.Slot;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.Echo;
import io.kadlink.server.testing.TestNetwork;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that know one bootnode, or nothing, and what discovery makes of it. */
class DiscoveryTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Test
  void sixServersThatKnowOneBootnodeMeetEachOther() {
    try (TestNetwork network = new TestNetwork()) {
      Server bootnode = network.server(options -> options.discovery(true).protocol(new Echo()));
      List<Server> servers = new ArrayList<>(List.of(bootnode));
      for (int i = 0; i < 5; i++) {
        servers.add(
            network.server(
                options ->
                    options.discovery(true).bootnodes(bootnode.enode()).protocol(new Echo())));
      }

      Await.until(
          "all know all",
          LIMIT,
          () -> servers.stream().allMatch(server -> server.peers().size() == 5));
      for (Server server : servers) {
        assertThat(server.discovery().orElseThrow().distinctNodesSeen()).isEqualTo(5);
      }
    }
  }

  @Test
  void dialedPeersStayWithinTheirShare() {
    try (TestNetwork network = new TestNetwork()) {
      Server bootnode =
          network.server(options -> options.discovery(true).protocol(new Echo()).dialedShare(0));
      for (int i = 0; i < 4; i++) {
        network.server(
            options ->
                options
                    .discovery(true)
                    .bootnodes(bootnode.enode())
                    .protocol(new Echo())
                    .dialedShare(0));
      }
      Server seeking =
          network.server(
              options ->
                  options
                      .discovery(true)
                      .bootnodes(bootnode.enode())
                      .protocol(new Echo())
                      .maxPeers(5)
                      .dialedShare(0.4));

      Await.until("it has its two dialed peers", LIMIT, () -> seeking.peers().size() == 2);
      Await.holds("and no more", Duration.ofSeconds(1), () -> seeking.peers().size() == 2);
      assertThat(seeking.peers())
          .allSatisfy(peer -> assertThat(((Session) peer).slot()).isEqualTo(Slot.DIALED));
    }
  }

  @Test
  void aServerWithoutListenerFindsPeersAndIsToldApart() {
    try (TestNetwork network = new TestNetwork()) {
      Server bootnode = network.server(options -> options.discovery(true).protocol(new Echo()));
      Server hidden =
          network.server(
              options ->
                  options
                      .discovery(true)
                      .listen(false)
                      .bootnodes(bootnode.enode())
                      .protocol(new Echo()));

      Await.until("it finds the bootnode", LIMIT, () -> hidden.peer(bootnode.id()).isPresent());
      assertThat(hidden.enode().tcpPort()).isZero();
      assertThat(hidden.enode().udpPort()).isNotZero();
      assertThat(hidden.record().tcpEndpoint()).isEmpty();
    }
  }

  @Test
  void howDialsEndIsRememberedOfTheNode(@TempDir Path folder) {
    try (TestNetwork network = new TestNetwork()) {
      Server bootnode = // that does not dial us itself
          network.server(options -> options.discovery(true).dialedShare(0).protocol(new Echo()));
      Server dialing =
          network.server(
              options ->
                  options
                      .discovery(true)
                      .bootnodes(bootnode.enode())
                      .nodeDatabase(folder.resolve("nodes.mv"))
                      .dialedShare(0)
                      .protocol(new Echo()));
      Enode there = bootnode.enode();
      Enode closed = // a port of the system's that nothing here listens on
          Enode.of(there.publicKey(), InetAddress.getLoopbackAddress(), 1, there.udpPort());
      Discovery discovery = dialing.discovery().orElseThrow();
      Await.until("they know each other", () -> Await.value(discovery.knows(bootnode.id())));

      assertThat(dialing.connect(closed)).failsWithin(LIMIT);
      assertThat(dialing.connect(there)).succeedsWithin(LIMIT);

      NodeMemory memory = discovery.memory().orElseThrow();
      Await.until(
          "both dials are noted",
          () -> {
            NodeStatistics noted =
                Await.value(memory.find(bootnode.id())).orElseThrow().statistics();
            return noted.dialsFailed() == 1 && noted.dialsSucceeded() == 1;
          });
    }
  }

  @Test
  void whatAProtocolPutsIntoTheRecordIsServed() {
    try (TestNetwork network = new TestNetwork()) {
      Echo announcing =
          new Echo() {
            @Override
            public void start(ProtocolContext context) {
              super.start(context);
              context.updateRecord(record -> record.entry("echo", Bytes.of(1)));
            }
          };
      Server server = network.server(options -> options.discovery(true).protocol(announcing));
      Await.value(announcing.context().updateRecord(record -> record.entry("late", Bytes.of(2))));

      assertThat(server.record().entry("echo")).contains(Bytes.of(1));
      assertThat(server.record().entry("late")).contains(Bytes.of(2));
      assertThat(server.record()).isEqualTo(server.discovery().orElseThrow().localRecord());
      assertThat(server.record().tcpEndpoint().orElseThrow().getPort())
          .isEqualTo(server.enode().tcpPort());

      Server asking =
          network.server(
              options -> options.discovery(true).bootnodes(server.enode()).protocol(new Echo()));
      Peer peer = network.peer(asking, server);
      Await.until(
          "its record comes with the peer or can be resolved",
          () ->
              peer.record().isPresent()
                  || Await.value(
                          asking.discovery().orElseThrow().resolve(server.record().publicKey()))
                      .flatMap(node -> node.record())
                      .isPresent());
    }
  }

  @Test
  void aServerWithTheSameProtocolsKeepsItsRecordOverARestart(@TempDir Path folder) {
    NodeKey key = NodeKey.generate();
    try (TestNetwork network = new TestNetwork()) {
      UnaryOperator<ServerBuilder> options =
          builder ->
              builder
                  .key(key)
                  .discovery(true)
                  .nodeDatabase(folder.resolve("nodes.mv"))
                  .protocol(
                      new Echo() {
                        @Override
                        public void start(ProtocolContext context) {
                          super.start(context);
                          context.updateRecord(record -> record.entry("echo", Bytes.of(1)));
                        }
                      });
      Server first = network.server(options);
      NodeRecord record = first.record();
      assertThat(record.entry("echo")).contains(Bytes.of(1));
      first.close();
      int tcp = first.enode().tcpPort();
      int udp = first.enode().udpPort();
      Server second =
          network.server(builder -> options.apply(builder).port(tcp).discoveryPort(udp));
      assertThat(second.record()).isEqualTo(record);
    }
  }

  @Test
  void nodesOfAPrivateNetworkAreLimitedWhenAskedFor() {
    int others = 12;
    try (TestNetwork network = new TestNetwork()) {
      Server limiting = network.server(options -> options.discovery(true).limitLan(true));
      for (int i = 0; i < others; i++) {
        network.server(options -> options.discovery(true).bootnodes(limiting.enode()));
      }
      Discovery discovery = limiting.discovery().orElseThrow();
      Await.until("all were seen", LIMIT, () -> discovery.distinctNodesSeen() == others);
      Await.value(discovery.tableSnapshot())
          .values()
          .forEach(
              rows ->
                  assertThat(
                          rows.stream()
                              .filter(row -> !row.replacement())
                              .collect(Collectors.groupingBy(TableRow::bucket))
                              .values())
                      .isNotEmpty()
                      .allSatisfy(bucket -> assertThat(bucket).hasSizeLessThanOrEqualTo(2)));
    }
  }
}
