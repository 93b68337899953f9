package io.kadlink.discovery;

import static io.kadlink.discovery.testing.LoopbackNodes.await;
import static io.kadlink.discovery.testing.LoopbackNodes.enode;
import static io.kadlink.discovery.testing.LoopbackNodes.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.testing.LoopbackNodes;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import java.nio.file.Files;
import java.nio.file.Path;
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
    DiscoveryOptions.Builder options =
        DiscoveryOptions.builder(key, nodes.eventLoop()).database(folder.resolve("nodes.mv"));
    for (DiscoveryService bootnode : bootnodes) {
      options.bootnode(enode(bootnode));
    }
    return get(DiscoveryService.start(options.build()));
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
  void aDamagedDatabaseIsSetAsideAndTheServiceStarts() throws Exception {
    Files.writeString(folder.resolve("nodes.mv"), "rubbish".repeat(10_000));
    start().close();
    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .anyMatch(name -> name.startsWith("nodes.mv.corrupt"));
    }
  }
}
