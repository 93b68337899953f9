package io.kadlink.protocols.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.NodeId;
import io.kadlink.protocols.pubsub.wire.Message;
import io.kadlink.protocols.pubsub.wire.MessageId;
import io.kadlink.protocols.pubsub.wire.Topic;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.MemoryNetwork;
import io.kadlink.server.testing.MemoryNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fifty nodes in one thread on virtual time, everything in production but the sockets. */
class SimulatedNetworkTest {
  private static final int NODES = 50;
  private static final int MESSAGES = 100;
  private static final Topic TOPIC = new Topic(1337, "weather");

  /** A node and what its subscriber got. */
  private record Station(PubSub pubSub, MemoryNode node, List<MessageId> got) {}

  private final List<Station> stations = new ArrayList<>();
  private final Set<Long> linked = new LinkedHashSet<>();
  private MemoryNetwork network = new MemoryNetwork(0);
  private Random random = new Random(0);

  private void build(long seed, PubSubOptions options, int linksPerNode) {
    network = new MemoryNetwork(seed);
    random = new Random(seed);
    for (int i = 0; i < NODES; i++) {
      PubSub pubSub = new PubSub(options);
      stations.add(new Station(pubSub, network.node(pubSub.protocol()), new ArrayList<>()));
    }
    for (int i = 0; i < NODES; i++) {
      link(i, (i + 1) % NODES); // nobody is cut off from the start
      for (int more = 1; more < linksPerNode; more++) {
        link(i, random.nextInt(NODES));
      }
    }
  }

  private void link(int a, int b) {
    if (a != b && linked.add(pair(a, b))) {
      network.link(stations.get(a).node(), stations.get(b).node());
    }
  }

  private void unlink(int a, int b) {
    if (linked.remove(pair(a, b))) {
      network.unlink(
          stations.get(a).node(), stations.get(b).node(), DisconnectReason.NETWORK_ERROR);
    }
  }

  private static long pair(int a, int b) {
    return (long) Math.min(a, b) * NODES + Math.max(a, b);
  }

  private void subscribe(int from, int to) {
    for (Station station : stations.subList(from, to)) {
      station.pubSub().subscribe(TOPIC, message -> station.got().add(message.id()));
    }
  }

  private void advance(Duration time) {
    network.loop().advance(time);
  }

  private MessageId publish(Station station, int number) {
    CompletionStage<Published> published =
        station.pubSub().publish(TOPIC, Bytes.ofUnsignedInt(number));
    network.loop().runDue();
    return Await.value(published).id();
  }

  private static void assertEachGotEachOnce(List<Station> stations, Set<MessageId> published) {
    for (Station station : stations) {
      assertThat(station.got()).as(station.node().id().shortForm()).doesNotHaveDuplicates();
      assertThat(new HashSet<>(station.got())).isEqualTo(published);
    }
  }

  private void assertNobodyIsAccused() {
    for (Station station : stations) {
      assertThat(station.node().violations()).isEmpty();
      for (Fault fault : Fault.values()) {
        assertThat(
                station
                    .node()
                    .metrics()
                    .counter("kadlink.pubsub.faults", "kind", fault.tag())
                    .count())
            .as(fault.tag())
            .isZero();
      }
    }
  }

  private Map<NodeId, List<NodeId>> meshes() {
    Map<NodeId, List<NodeId>> meshes = new LinkedHashMap<>();
    for (Station station : stations) {
      CompletionStage<List<NodeId>> mesh = station.pubSub().mesh(TOPIC);
      network.loop().runDue();
      meshes.put(station.node().id(), Await.value(mesh));
    }
    return meshes;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theMeshesFormWithinTheirBoundsAndBothEndsAgree(long seed) {
    build(seed, PubSubOptions.defaults(), 8);
    subscribe(0, NODES);
    advance(Duration.ofSeconds(10));
    for (int round = 0; round < 20; round++) {
      Map<NodeId, List<NodeId>> meshes = meshes();
      meshes.forEach(
          (id, mesh) -> {
            assertThat(mesh).hasSizeBetween(4, 12);
            mesh.forEach(other -> assertThat(meshes.get(other)).contains(id));
          });
      advance(Duration.ofSeconds(1));
    }
    assertNobodyIsAccused();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void allMessagesReachAllSubscribersOnce(boolean flood) {
    build(4, PubSubOptions.builder().floodPublish(flood).build(), 6);
    subscribe(0, NODES - 10); // ten only publish
    advance(Duration.ofSeconds(5));
    Set<MessageId> published = new HashSet<>();
    for (int i = 0; i < MESSAGES; i++) {
      published.add(publish(stations.get(random.nextInt(NODES)), i));
      advance(Duration.ofMillis(100));
    }
    advance(Duration.ofSeconds(5));
    assertThat(published).hasSize(MESSAGES);
    assertEachGotEachOnce(stations.subList(0, NODES - 10), published);
    for (Station station : stations.subList(NODES - 10, NODES)) {
      assertThat(station.got()).isEmpty();
    }
    assertNobodyIsAccused();
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 6})
  void allMessagesReachAllSubscribersOnceWhileAFifthOfTheSessionsIsLost(long seed) {
    build(seed, PubSubOptions.builder().floodPublish(false).build(), 7);
    subscribe(0, NODES);
    advance(Duration.ofSeconds(5));
    int lost = 0;
    int sessions = linked.size();
    Set<MessageId> published = new HashSet<>();
    for (int i = 0; i < MESSAGES; i++) {
      published.add(publish(stations.get(random.nextInt(NODES)), i));
      advance(Duration.ofMillis(15)); // the message is on its way
      if (lost < sessions / 5) {
        List<Long> all = new ArrayList<>(linked);
        for (int k = 0; k < 3; k++) {
          long pair = all.remove(random.nextInt(all.size()));
          unlink((int) (pair / NODES), (int) (pair % NODES));
          lost++;
        }
      }
      advance(Duration.ofMillis(185));
    }
    advance(Duration.ofSeconds(10));
    assertThat(lost).isGreaterThanOrEqualTo(sessions / 5);
    assertEachGotEachOnce(stations, published);
  }

  @Test
  void allMessagesReachAllSubscribersOnceWhileSessionsComeAndGo() {
    build(7, PubSubOptions.builder().floodPublish(false).build(), 6);
    subscribe(0, NODES);
    advance(Duration.ofSeconds(5));
    Set<MessageId> published = new HashSet<>();
    for (int i = 0; i < MESSAGES; i++) {
      published.add(publish(stations.get(random.nextInt(NODES)), i));
      advance(Duration.ofMillis(15));
      for (int k = 0; k < 4; k++) {
        List<Long> all = new ArrayList<>(linked);
        long pair = all.get(random.nextInt(all.size()));
        unlink((int) (pair / NODES), (int) (pair % NODES));
        link(random.nextInt(NODES), random.nextInt(NODES));
      }
      advance(Duration.ofMillis(185));
    }
    advance(Duration.ofSeconds(10));
    assertEachGotEachOnce(stations, published);
    for (Station station : stations) {
      assertThat(station.node().violations()).isEmpty();
    }
  }

  @Test
  void aMeshThatIsInPiecesIsBridgedByGossip() {
    build(8, PubSubOptions.builder().degrees(1, 1, 1, 0).floodPublish(false).build(), 6);
    subscribe(0, NODES);
    advance(Duration.ofSeconds(5));
    Set<MessageId> published = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      published.add(publish(stations.get(random.nextInt(NODES)), i));
      advance(Duration.ofMillis(300));
    }
    advance(Duration.ofSeconds(20));
    assertEachGotEachOnce(stations, published);
    double recovered =
        stations.stream()
            .mapToDouble(s -> s.node().metrics().counter("kadlink.pubsub.recovered").count())
            .sum();
    assertThat(recovered).isGreaterThan(20.0 * NODES / 4);
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    List<List<MessageId>> runs = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      stations.clear();
      linked.clear();
      build(9, PubSubOptions.defaults(), 5);
      subscribe(0, NODES);
      List<MessageId> order = new ArrayList<>();
      stations.getLast().pubSub().subscribe(TOPIC, (Message message) -> order.add(message.id()));
      advance(Duration.ofSeconds(3));
      for (int i = 0; i < 20; i++) {
        publish(stations.get(random.nextInt(NODES)), i);
      }
      advance(Duration.ofSeconds(5));
      runs.add(order);
    }
    assertThat(runs.get(0)).hasSize(20).isEqualTo(runs.get(1));
  }
}
