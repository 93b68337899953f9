package io.kadlink.discovery;

import static io.kadlink.discovery.testing.LoopbackNodes.await;
import static io.kadlink.discovery.testing.LoopbackNodes.enode;
import static io.kadlink.discovery.testing.LoopbackNodes.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.table.TableRow;
import io.kadlink.discovery.testing.LoopbackNodes;
import io.kadlink.identity.NodeId;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a service tells those who watch its tables. */
class WatchingTablesTest {
  private final LoopbackNodes nodes = new LoopbackNodes();
  private final List<TableEvent> events = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    nodes.close();
  }

  private boolean told(DiscoveryVersion version, TableEvent.Kind kind, NodeId id) {
    return events.stream()
        .anyMatch(
            event ->
                event.version() == version && event.kind() == kind && event.node().id().equals(id));
  }

  @Test
  void aNodeThatProvesItselfAndItsNewRecordAreToldForEachVersionUntilNobodyWatches()
      throws Exception {
    DiscoveryService watched = nodes.start(0);
    AutoCloseable watching = watched.watchTables(events::add);
    DiscoveryService first = nodes.start(1, enode(watched));
    NodeId firstId = first.localRecord().id();
    for (DiscoveryVersion version : DiscoveryVersion.values()) {
      await("it is proven in " + version, () -> told(version, TableEvent.Kind.PROVEN, firstId));
      await( // whom it is going to tell of a new record
          "it has proven the other in " + version,
          () ->
              get(first.tableSnapshot()).getOrDefault(version, List.of()).stream()
                  .anyMatch(TableRow::proven));
    }

    long seq = get(first.updateRecord(builder -> builder.entry("kadlink", RLP.encodeInt(7)))).seq();
    await(
        "its new record is told",
        () ->
            events.stream()
                .anyMatch(
                    event ->
                        event.kind() == TableEvent.Kind.UPDATED
                            && event.node().record().filter(it -> it.seq() == seq).isPresent()));

    watching.close();
    get(watched.table()); // a turn of the loop later it is unwatched
    events.clear();
    DiscoveryService second = nodes.start(2, enode(watched));
    await("it is known", () -> get(watched.knows(second.localRecord().id())));
    assertThat(events).isEmpty();
  }
}
