package io.kadlink.discovery;

import static io.kadlink.discovery.testing.LoopbackNodes.await;
import static io.kadlink.discovery.testing.LoopbackNodes.enode;
import static io.kadlink.discovery.testing.LoopbackNodes.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.testing.LoopbackNodes;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a service knows after it was stopped and started again with its node database. */
class RememberingTest {
  private final LoopbackNodes nodes = new LoopbackNodes();
  private final NodeKey key = NodeKey.generate();
  @TempDir private Path folder;

  @AfterEach
  void close() {
    nodes.close();
  }

  private DiscoveryService start(DiscoveryService... bootnodes) {
    return start(
        options -> {
          for (DiscoveryService bootnode : bootnodes) {
            options.bootnode(enode(bootnode));
          }
          return options;
        });
  }

  private DiscoveryService start(UnaryOperator<DiscoveryOptions.Builder> change) {
    DiscoveryOptions.Builder options =
        DiscoveryOptions.builder(key, nodes.eventLoop()).database(folder.resolve("nodes.mv"));
    return get(DiscoveryService.start(change.apply(options).build()));
  }

  @Test
  void itFindsItsWayBackWithoutABootnode() {
    DiscoveryService friend = nodes.start(30303);
    DiscoveryService first = start(friend);
    await("they know each other", () -> get(first.knows(friend.localRecord().id())));
    first.close();
    DiscoveryService second = start();
    await("it found back", () -> get(second.knows(friend.localRecord().id())));
    second.close();
  }

  @Test
  void aDialerHasItsFirstCandidatesFromTheDatabase() {
    DiscoveryService friend = nodes.start(30303);
    DiscoveryService first = start(friend);
    await("they know each other", () -> get(first.knows(friend.localRecord().id())));
    first.close();
    friend.close(); // nobody answers: only the database can know it
    DiscoveryService second = start();
    assertThat(get(second.nodes().pull(5)))
        .extracting(Node::id)
        .containsExactly(friend.localRecord().id());
    second.close();
  }

  @Test
  void aPullThatWaitsEndsWithTheService() {
    DiscoveryService alone = start();
    var pull = alone.nodes().pull(1).toCompletableFuture();
    assertThat(get(alone.table())).isEmpty(); // a turn later the pull still waits
    assertThat(pull).isNotDone();
    alone.close();
    assertThat(get(pull)).isEmpty();
    assertThat(get(alone.nodes().pull(1))).isEmpty();
  }

  @Test
  void theSequenceNumberOfItsRecordGoesOnWhereItWas() {
    DiscoveryService first = start();
    NodeRecord changed =
        get(first.updateRecord(builder -> builder.entry("kadlink", RLP.encodeInt(7))));
    first.close();
    DiscoveryService second = start();
    assertThat(second.localRecord().seq()).isEqualTo(changed.seq() + 1);
    second.close();
  }

  @Test
  void withTheSameEntriesTheRecordStaysTheSame() {
    UnaryOperator<DiscoveryOptions.Builder> options =
        builder -> builder.recordEntries(record -> record.entry("kadlink", RLP.encodeInt(7)));
    DiscoveryService first = start(options);
    NodeRecord record = first.localRecord();
    InetSocketAddress address = first.localAddress();
    first.close();
    DiscoveryService second = start(builder -> options.apply(builder.bindAddress(address)));
    assertThat(second.localRecord()).isEqualTo(record);
    second.close();
  }

  @Test
  void anEndpointThatOthersSawIsKnownAtTheNextStartOnTheSamePort() throws Exception {
    InetAddress seen = InetAddress.getByName("20.1.1.1");
    DiscoveryService first = start(options -> anywhere(options, 0));
    int port = first.localAddress().getPort();
    assertThat(first.localRecord().udpEndpoint().orElseThrow().getAddress())
        .isEqualTo(InetAddress.getLoopbackAddress());
    NodeRecord record = get(first.updateRecord(builder -> builder.endpoint(seen, 0, port)));
    first.close();
    DiscoveryService second = start(options -> anywhere(options, port));
    assertThat(second.localRecord()).isEqualTo(record);
    second.close();
    DiscoveryService elsewhere = start(options -> anywhere(options, 0));
    assertThat(elsewhere.localRecord().udpEndpoint().orElseThrow().getAddress())
        .isEqualTo(InetAddress.getLoopbackAddress());
    elsewhere.close();
    InetAddress fixed = InetAddress.getByName("20.2.2.2");
    DiscoveryService told = start(options -> anywhere(options, port).advertisedAddress(fixed));
    assertThat(told.localRecord().udpEndpoint().orElseThrow().getAddress()).isEqualTo(fixed);
    told.close();
  }

  private static DiscoveryOptions.Builder anywhere(DiscoveryOptions.Builder options, int port) {
    return options
        .bindAddress(new InetSocketAddress(port))
        .fallbackAddress(InetAddress.getLoopbackAddress());
  }

  @Test
  void aDamagedDatabaseIsSetAsideAndTheServiceStarts() throws Exception {
    Files.writeString(folder.resolve("nodes.mv"), "rubbish".repeat(10_000));
    start().close();
    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .anyMatch(name -> name.startsWith("nodes.mv.corrupt"));
    }
  }
}
