package io.kadlink.discovery.store;

import static io.kadlink.discovery.DiscoveryVersion.V4;
import static io.kadlink.discovery.DiscoveryVersion.V5;
import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.testing.VirtualTime;
import io.kadlink.identity.NodeId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class NodeDatabaseTest {
  private static final Duration INTERVAL = DatabaseOptions.DEFAULT_COMMIT_INTERVAL;

  private final VirtualTime time = new VirtualTime();
  private final NodeStore store = NodeStore.inMemory();
  private NodeDatabase database = database(Runnable::run, 1_000);

  private NodeDatabase database(Executor writer, int maxNodes) {
    DatabaseOptions options =
        new DatabaseOptions(
            maxNodes,
            DatabaseOptions.DEFAULT_EXPIRE_AFTER,
            DatabaseOptions.DEFAULT_SWEEP_PERIOD,
            INTERVAL);
    return new NodeDatabase(store, time, writer, options, new SimpleMeterRegistry());
  }

  private Optional<StoredNode> find(NodeId id) {
    List<Optional<StoredNode>> answers = new ArrayList<>();
    database.find(id, answers::add);
    time.pass(Duration.ZERO);
    assertThat(answers).hasSize(1);
    return answers.get(0);
  }

  private List<StoredNode> seeds(int max) {
    List<List<StoredNode>> answers = new ArrayList<>();
    database.seeds(max, new SplittableRandom(1), answers::add);
    time.pass(Duration.ZERO);
    assertThat(answers).hasSize(1);
    return answers.get(0);
  }

  /** As an earlier run left it. */
  private void storedBefore(int number, Consumer<NodeUpdate> event) {
    NodeUpdate update = new NodeUpdate();
    event.accept(update);
    store.apply(Nodes.contact(number).id(), update);
  }

  @Test
  void whatHappenedToANodeAddsUp() {
    Contact contact = Nodes.contactWithRecord(1, 5);
    Instant start = time.now();
    database.answeredPing(V4, contact);
    database.failedFindNode(V4, contact.id());
    database.failedFindNode(V4, contact.id());
    time.pass(Duration.ofMinutes(1));
    database.missedPing(V4, contact.id());
    time.pass(Duration.ofMinutes(1));
    database.missedPing(V4, contact.id());
    database.dialed(contact.id(), true);
    database.dialed(contact.id(), false);
    database.dialed(contact.id(), false);

    StoredNode node = find(contact.id()).orElseThrow();

    assertThat(node.contact()).isEqualTo(contact);
    assertThat(node.firstSeen()).isEqualTo(start);
    assertThat(node.lastSeen()).isEqualTo(start);
    assertThat(node.lastPong()).contains(start);
    assertThat(node.statistics())
        .isEqualTo(new NodeStatistics(new Behaviour(1, 2, 2, 2), Behaviour.NONE, 1, 2));
  }

  @Test
  void anAnswerEndsARowOfFailures() {
    Contact contact = Nodes.contact(1);
    database.answeredPing(V4, contact);
    database.missedPing(V4, contact.id());
    database.failedFindNode(V4, contact.id());
    time.pass(INTERVAL);
    database.missedPing(V4, contact.id());
    database.answeredPing(V4, contact);
    database.missedPing(V4, contact.id());
    database.answeredFindNode(V4, contact.id());

    assertThat(find(contact.id()).orElseThrow().statistics().v4())
        .isEqualTo(new Behaviour(2, 3, 1, 0));
  }

  @Test
  void theRecordWithTheHighestSequenceNumberWins() {
    Contact contact = Nodes.contactWithRecord(1, 5);
    database.answeredPing(V4, contact);
    time.pass(INTERVAL);
    database.updateRecord(Nodes.record(1, 4));
    assertThat(find(contact.id()).orElseThrow().record()).contains(Nodes.record(1, 5));
    database.updateRecord(Nodes.record(1, 7));
    database.updateRecord(Nodes.record(1, 6));
    assertThat(find(contact.id()).orElseThrow().record()).contains(Nodes.record(1, 7));
    database.answeredPing(V4, Nodes.contact(1));
    assertThat(find(contact.id()).orElseThrow().record()).contains(Nodes.record(1, 7));
    database.updateRecord(Nodes.record(1, -1)); // the greatest unsigned number
    assertThat(find(contact.id()).orElseThrow().record()).contains(Nodes.record(1, -1));
  }

  @Test
  void aNodeIsWhereItLastShowedLife() {
    database.answeredPing(V4, Nodes.contact(1));
    Contact moved = Nodes.contact(1, 99, 1, 2, 3);
    time.pass(Duration.ofMinutes(1));
    database.seen(moved);

    StoredNode node = find(moved.id()).orElseThrow();

    assertThat(node.udp()).isEqualTo(moved.udp());
    assertThat(node.lastSeen()).isEqualTo(time.now());
    assertThat(node.lastPong()).contains(time.now().minus(Duration.ofMinutes(1)));
  }

  @Test
  void aNodeThatNeverShowedLifeIsNotKept() {
    Contact contact = Nodes.contact(1);
    database.missedPing(V4, contact.id());
    database.failedFindNode(V4, contact.id());
    database.dialed(contact.id(), false);
    database.updateRecord(Nodes.record(1, 1));

    assertThat(find(contact.id())).isEmpty();
    assertThat(database.stats().nodes()).isZero();
  }

  @Test
  void silenceInOneVersionIsNotHeldAgainstANodeThatSpeaksTheOther() {
    Contact contact = Nodes.contact(1);
    database.answeredPing(V4, contact);
    for (int i = 0; i < 5; i++) {
      database.missedPing(V5, contact.id());
      database.failedFindNode(V5, contact.id());
    }

    NodeStatistics statistics = find(contact.id()).orElseThrow().statistics();

    assertThat(statistics.v4()).isEqualTo(new Behaviour(1, 0, 0, 0));
    assertThat(statistics.v5()).isEqualTo(new Behaviour(0, 5, 5, 5));
    assertThat(statistics.consecutiveFailures()).isZero();
  }

  @Test
  void aNodeThatSpeaksBothFailsAsOftenAsInTheBetterOne() {
    Contact contact = Nodes.contact(1);
    database.answeredPing(V4, contact);
    database.answeredPing(V5, contact);
    database.missedPing(V4, contact.id());
    database.missedPing(V4, contact.id());
    database.missedPing(V5, contact.id());
    assertThat(find(contact.id()).orElseThrow().statistics().consecutiveFailures()).isEqualTo(1);
  }

  @Test
  void manyUpdatesOfANodeAreWrittenOnce() {
    Contact one = Nodes.contact(1);
    Contact two = Nodes.contact(2);
    for (int i = 0; i < 10_000; i++) {
      database.answeredPing(V4, one);
      database.answeredPing(V4, two);
    }
    assertThat(database.stats().waiting()).isEqualTo(2);
    assertThat(database.stats().batches()).isZero();
    time.pass(INTERVAL);
    assertThat(database.stats().waiting()).isZero();
    assertThat(database.stats().batches()).isEqualTo(1);
    assertThat(find(one.id()).orElseThrow().statistics().v4().pingsAnswered()).isEqualTo(10_000);
  }

  @Test
  void aWriterThatHangsCostsABoundedAmountOfMemoryAndHoldsNobodyUp() {
    Deque<Runnable> disk = new ArrayDeque<>();
    database = database(disk::add, 10_000);
    for (int i = 0; i < NodeDatabase.MAX_WAITING; i++) {
      database.answeredPing(V4, Nodes.contact(i));
    }
    assertThat(database.stats().dropped()).isZero();
    database.answeredPing(V4, Nodes.contact(NodeDatabase.MAX_WAITING));
    assertThat(database.stats().dropped()).isEqualTo(1);
    assertThat(database.stats().waiting()).isEqualTo(NodeDatabase.MAX_WAITING);
    assertThat(disk).hasSize(1);

    drain(disk);
    assertThat(store.size()).isEqualTo(NodeDatabase.MAX_WAITING);
    assertThat(database.stats().waiting()).isZero();
    database.answeredPing(V4, Nodes.contact(NodeDatabase.MAX_WAITING));
    time.pass(INTERVAL);
    drain(disk);
    assertThat(store.size()).isEqualTo(NodeDatabase.MAX_WAITING + 1);
  }

  private void drain(Deque<Runnable> disk) {
    while (!disk.isEmpty()) {
      disk.remove().run();
      time.pass(INTERVAL);
    }
  }

  @Test
  void questionsBeyondTheBoundFindNothingAndAreAnsweredOnce() {
    Deque<Runnable> disk = new ArrayDeque<>();
    database = database(disk::add, 10_000);
    database.answeredPing(V4, Nodes.contact(1));
    List<Optional<StoredNode>> answers = new ArrayList<>();
    for (int i = 0; i <= NodeDatabase.MAX_QUESTIONS; i++) {
      database.find(Nodes.contact(1).id(), answers::add);
    }
    time.pass(Duration.ZERO);
    assertThat(answers).containsExactly(Optional.empty());
    drain(disk);
    assertThat(answers).hasSize(NodeDatabase.MAX_QUESTIONS + 1);
    assertThat(answers.subList(1, answers.size())).allMatch(Optional::isPresent);
  }

  @Test
  void nodesSilentForADayAreForgottenOnceWeAreConnected() {
    storedBefore(1, update -> update.answeredPing(V4, Nodes.contact(1), time.now().toEpochMilli()));
    time.pass(Duration.ofHours(30));
    assertThat(seeds(10)).hasSize(1);

    database.answeredPing(V4, Nodes.contact(2));
    time.pass(Duration.ofMinutes(61));

    assertThat(find(Nodes.contact(1).id())).isEmpty();
    assertThat(find(Nodes.contact(2).id())).isPresent();
    assertThat(database.stats().expired()).isEqualTo(1);

    time.pass(Duration.ofHours(22));
    assertThat(find(Nodes.contact(2).id())).isPresent();
    time.pass(Duration.ofHours(2));
    assertThat(find(Nodes.contact(2).id())).isEmpty();
  }

  @Test
  void aClockSetForwardMakesNobodyOldAndOneSetBackKeepsNobodyForEver() {
    for (int days : new int[] {2, -4}) {
      database.answeredPing(V4, Nodes.contact(1));
      time.pass(INTERVAL);
      time.setClock(Duration.ofDays(days));
      database.answeredPing(V4, Nodes.contact(2));
      time.pass(Duration.ofHours(3));
      assertThat(find(Nodes.contact(1).id())).as("set by %s days", days).isPresent();
      assertThat(seeds(10)).hasSize(2);
    }
    time.setClock(Duration.ofDays(2));
    time.pass(Duration.ofDays(3));
    assertThat(find(Nodes.contact(1).id())).isEmpty();
    assertThat(find(Nodes.contact(2).id())).isEmpty();
  }

  @Test
  void beyondTheBoundThoseWorthLeastGo() {
    database = database(Runnable::run, 32);
    for (int i = 0; i < 32; i++) {
      if (i == 20) {
        database.seen(Nodes.contact(i));
      } else {
        database.answeredPing(V4, Nodes.contact(i));
      }
      time.pass(Duration.ofSeconds(1));
    }
    database.missedPing(V4, Nodes.contact(30).id());
    time.pass(INTERVAL);
    assertThat(store.size()).isEqualTo(32);

    database.answeredPing(V4, Nodes.contact(32));
    time.pass(INTERVAL);

    assertThat(store.size()).isEqualTo(30);
    assertThat(database.stats().evicted()).isEqualTo(3);
    assertThat(find(Nodes.contact(20).id())).isEmpty();
    assertThat(find(Nodes.contact(30).id())).isEmpty();
    assertThat(find(Nodes.contact(0).id())).isEmpty();
    assertThat(find(Nodes.contact(1).id())).isPresent();
  }

  @Test
  void seedsAnsweredAPingInTheLastFiveDays() {
    storedBefore(1, update -> update.answeredPing(V4, Nodes.contact(1), time.now().toEpochMilli()));
    storedBefore(2, update -> update.seen(Nodes.contact(2), time.now().toEpochMilli()));
    time.pass(NodeDatabase.SEED_MAX_AGE);
    assertThat(seeds(10)).extracting(StoredNode::contact).containsExactly(Nodes.contact(1));
    time.pass(Duration.ofMillis(1));
    assertThat(seeds(10)).isEmpty();
  }

  @Test
  void aVersionIsNotSeededWithNodesThatNeverAnsweredInIt() {
    database.answeredPing(V4, Nodes.contact(1));
    database.missedPing(V5, Nodes.contact(1).id());
    database.answeredPing(V4, Nodes.contact(2)); // never asked in v5
    database.answeredPing(V5, Nodes.contact(3));
    database.missedPing(V5, Nodes.contact(3).id());
    List<StoredNode> drawn = new ArrayList<>();
    database.seeds(V5, 10, new SplittableRandom(1), drawn::addAll);
    time.pass(Duration.ZERO);
    assertThat(drawn)
        .extracting(StoredNode::contact)
        .containsExactlyInAnyOrder(Nodes.contact(2), Nodes.contact(3));
    assertThat(seeds(10)).hasSize(3);
  }

  @Test
  void formerPeersAreNodesThatADialHasReached() {
    for (int i = 1; i <= 3; i++) {
      database.answeredPing(V4, Nodes.contact(i));
    }
    database.dialed(Nodes.contact(1).id(), true);
    database.dialed(Nodes.contact(1).id(), false);
    database.dialed(Nodes.contact(2).id(), false);
    List<StoredNode> drawn = new ArrayList<>();
    database.formerPeers(10, new SplittableRandom(1), drawn::addAll);
    time.pass(Duration.ZERO);
    assertThat(drawn).extracting(StoredNode::contact).containsExactly(Nodes.contact(1));
  }

  @Test
  void seedsAreARandomSample() {
    for (int i = 0; i < 500; i++) {
      database.answeredPing(V4, Nodes.contact(i));
    }
    List<NodeId> first = seeds(30).stream().map(StoredNode::id).toList();
    assertThat(first).hasSize(30).doesNotHaveDuplicates();
    assertThat(seeds(30)).extracting(StoredNode::id).isEqualTo(first);

    List<StoredNode> other = new ArrayList<>();
    database.seeds(30, new SplittableRandom(2), other::addAll);
    time.pass(Duration.ZERO);
    assertThat(other).extracting(StoredNode::id).hasSize(30).isNotEqualTo(first);
  }

  @Test
  void oneNetworkDoesNotFillASample() {
    for (int i = 0; i < 100; i++) {
      database.answeredPing(V4, Nodes.contact(i, 50, 1, 1, i));
    }
    assertThat(seeds(10)).hasSize(NodeStore.MAX_SEEDS_PER_SUBNET);
    for (int i = 0; i < 100; i++) {
      database.answeredPing(V4, Nodes.contact(i, 10, 1, 1, i));
    }
    assertThat(seeds(10)).hasSize(10);
  }

  @Test
  void ourOwnRecordIsStoredAtOnceForEachId() {
    database.storeLocalRecord(Nodes.record(1, 3));
    database.storeLocalRecord(Nodes.record(2, 8));
    time.pass(Duration.ZERO);
    assertThat(store.localRecord(Nodes.contact(1).id())).contains(Nodes.record(1, 3));
    assertThat(store.localRecord(Nodes.contact(2).id())).contains(Nodes.record(2, 8));
    assertThat(store.localRecord(Nodes.contact(3).id())).isEmpty();
  }

  @Test
  void pagesHoldEverythingNotedBeforeOnceInTheOrderOfIds() {
    for (int i = 0; i < 50; i++) {
      database.answeredPing(V4, Nodes.contactWithRecord(i, 1));
    }
    List<StoredNode> all = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    Optional<NodeId> after = Optional.empty();
    for (int i = 0; i < 4; i++) {
      List<StoredNode> page = new ArrayList<>();
      database.page(after, 20, page::addAll);
      time.pass(Duration.ZERO);
      sizes.add(page.size());
      all.addAll(page);
      after = Optional.of(all.get(all.size() - 1).id());
    }
    assertThat(sizes).containsExactly(20, 20, 10, 0);
    assertThat(all).hasSize(50).allMatch(node -> node.record().isPresent());
    assertThat(all).extracting(node -> node.id().toString()).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void aStoreInMemoryThatFailsIsSwitchedOff() {
    database.answeredPing(V4, Nodes.contact(1));
    time.pass(INTERVAL);
    store.abandon();
    database.answeredPing(V4, Nodes.contact(1));
    time.pass(INTERVAL);

    assertThat(database.stats().working()).isFalse();
    assertThat(find(Nodes.contact(1).id())).isEmpty();
    assertThat(seeds(10)).isEmpty();
    database.answeredPing(V4, Nodes.contact(2));
    time.pass(INTERVAL);
    assertThat(database.close().toCompletableFuture()).isDone();
  }

  @Test
  void closingWritesWhatWaits() {
    Deque<Runnable> disk = new ArrayDeque<>();
    database = database(disk::add, 1_000);
    database.answeredPing(V4, Nodes.contact(1));
    var closed = database.close().toCompletableFuture();
    assertThat(closed).isNotDone();
    drain(disk);
    assertThat(closed).isDone();
    assertThat(database.stats().nodes()).isEqualTo(1);
    assertThat(database.stats().working()).isFalse();
    assertThat(find(Nodes.contact(1).id())).isEmpty();
    assertThat(database.close().toCompletableFuture()).isNotDone();
    drain(disk);
  }
}
