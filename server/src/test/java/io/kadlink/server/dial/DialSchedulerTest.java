package io.kadlink.server.dial;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.Node;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.admission.Cidr;
import io.kadlink.server.testing.ManualLoop;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Scenarios told round by round, on virtual time: who is dialed, when, and why not. */
class DialSchedulerTest {
  private static final int SLOTS = 3;

  private final World world = new World();
  private final DialScheduler scheduler =
      new DialScheduler(world, DialOptions.DEFAULT, SLOTS, new SplittableRandom(1));

  @Test
  void discoveryIsAskedWhileThereAreFreeSlots() {
    world.start(scheduler);
    assertThat(world.pulls).isEqualTo(1);

    scheduler.found(nodes(1, 2, 3, 4));
    assertThat(world.takeDialed()).containsExactly(1, 2, 3);
    assertThat(world.pulls).as("all slots are spoken for").isEqualTo(1);

    // One fails: its slot goes to the next candidate, and then there is none left to try.
    world.fails(1, "connection refused");
    assertThat(world.takeDialed()).containsExactly(4);
    world.fails(2, "connection refused");
    world.pass(Duration.ofSeconds(1));
    assertThat(world.pulls).isEqualTo(2);
  }

  @Test
  void connectedPeersKeepTheirSlotUntilTheyAreLost() {
    world.start(scheduler);
    scheduler.found(nodes(1, 2, 3));
    world.takeDialed();
    world.connects(1, 2, 3);
    world.pass(Duration.ofMinutes(5));
    assertThat(world.pulls).isEqualTo(1);

    world.loses(1, Duration.ofMinutes(5));
    world.pass(Duration.ofSeconds(1));
    assertThat(world.pulls).isEqualTo(2);
    scheduler.found(nodes(4));
    assertThat(world.takeDialed()).containsExactly(4);
  }

  @Test
  void aNodeIsNotDialedTwiceWithinItsHistory() {
    world.start(scheduler);
    scheduler.found(nodes(1));
    world.takeDialed();
    world.fails(1, "connection refused");

    world.pass(Duration.ofSeconds(20));
    scheduler.found(nodes(1));
    world.pass(Duration.ofSeconds(14));
    assertThat(world.takeDialed()).isEmpty();
    // Its history ends after 35 s; it was remembered, so discovery need not find it again.
    world.pass(Duration.ofSeconds(1));
    assertThat(world.takeDialed()).containsExactly(1);
  }

  @ParameterizedTest
  @EnumSource(Setback.class)
  void howLongANodeIsLeftAloneDependsOnWhatCameBetweenAndHowOften(Setback setback) {
    world.start(scheduler);
    scheduler.found(nodes(1));
    for (int times = 1; times <= 12; times++) {
      assertThat(world.takeDialed()).containsExactly(1);
      world.refuses(1, setback);
      Duration wait = setback.backOff(times);
      assertThat(notBefore(1)).contains(world.loop.now().plus(wait));
      scheduler.found(nodes(1));
      world.pass(wait.minusMillis(1));
      assertThat(world.takeDialed()).isEmpty();
      world.pass(Duration.ofMillis(1));
    }
    assertThat(setback.backOff(12)).isEqualTo(setback.backOff(13));
  }

  @Test
  void aGoodWhileAsAPeerMakesTheNextSetbackTheFirst() {
    world.start(scheduler);
    scheduler.found(nodes(1));
    for (int i = 0; i < 3; i++) {
      world.refuses(1, Setback.FULL);
    }
    world.pass(Duration.ofHours(1));
    world.connects(1);
    world.loses(1, Duration.ofMinutes(1));
    assertThat(notBefore(1)).contains(world.loop.now().plus(Setback.LOST.backOff(1)));

    world.connects(1);
    world.pass(Duration.ofHours(1));
    world.loses(1, Duration.ofSeconds(1));
    assertThat(notBefore(1)).contains(world.loop.now().plus(Setback.LOST.backOff(2)));
  }

  private Optional<Instant> notBefore(int number) {
    return Objects.requireNonNull(scheduler.reasons().get(id(number))).notBefore();
  }

  @Test
  void eachReasonToDisconnectHasItsMeaning() {
    for (DisconnectReason reason : DisconnectReason.values()) {
      assertThat(Setback.of(Optional.of(reason))).isNotEqualTo(Setback.UNREACHABLE);
    }
    assertThat(Setback.of(Optional.empty())).isEqualTo(Setback.UNREACHABLE);
    assertThat(Setback.of(Optional.of(DisconnectReason.TOO_MANY_PEERS))).isEqualTo(Setback.FULL);
    assertThat(Setback.of(Optional.of(DisconnectReason.SUBPROTOCOL_ERROR)))
        .isEqualTo(Setback.INCOMPATIBLE);
  }

  @Test
  void aTrustedNodeTakesNoSlotAndIsTriedAsOftenAsItsSetbacksAllow() {
    world.start(scheduler);
    scheduler.found(nodes(1, 2, 3));
    world.takeDialed();
    world.connects(1, 2, 3);
    scheduler.addTrusted(DialTarget.of(enode(10)));
    assertThat(world.takeDialed()).containsExactly(10);
    world.refuses(10, Setback.FULL);
    world.pass(Setback.FULL.backOff(1).minusMillis(1));
    assertThat(world.takeDialed()).isEmpty();
    world.pass(Duration.ofMillis(1));
    assertThat(world.takeDialed()).containsExactly(10);

    scheduler.removeTrusted(id(10));
    world.refuses(10, Setback.FULL);
    world.pass(Duration.ofHours(1));
    assertThat(world.takeDialed()).isEmpty();
  }

  @Test
  void aStaticNodeOfWhichOnlyTheKeyIsKnownIsLookedForEverMoreSeldom() {
    world.start(scheduler);
    scheduler.addStatic(DialTarget.of(key(10)));
    world.pass(Duration.ofSeconds(200));
    assertThat(world.takeDialed()).isEmpty();
    assertThat(world.resolutions).containsExactly(0L, 10L, 30L, 70L, 150L);
    assertThat(why(10)).contains("nobody knows where it is");

    world.pass(Duration.ofHours(8));
    int before = world.resolutions.size();
    world.pass(Duration.ofHours(4));
    assertThat(world.resolutions.size() - before).as("once an hour").isEqualTo(4);

    world.whereabouts = Optional.of(node(10, 30303));
    world.pass(Duration.ofHours(1));
    assertThat(world.takeDialed()).contains(10);
  }

  @Test
  void aStaticNodeThatMovedIsFoundAndDialedAtItsNewPlace() {
    world.start(scheduler);
    scheduler.addStatic(DialTarget.of(enode(10)));
    assertThat(world.takeDialed()).containsExactly(10);
    world.whereabouts =
        Optional.of(
            new Node(key(10), new InetSocketAddress("10.0.0.77", 30303), 30303, Optional.empty()));
    world.fails(10, "connection refused");
    world.pass(Duration.ofMillis(1));
    assertThat(world.takeDialed()).containsExactly(77);
    assertThat(world.resolutions).hasSize(1);
  }

  @Test
  void aStaticNodeThatRefusesUsIsWhereWeThinkAndNotLookedFor() {
    world.start(scheduler);
    scheduler.addStatic(DialTarget.of(enode(10)));
    world.refuses(10, Setback.FULL);
    world.pass(Duration.ofMinutes(5));
    assertThat(world.resolutions).isEmpty();
  }

  @Test
  void theHistoryIsBounded() {
    DialHistory history = new DialHistory();
    for (int i = 0; i <= DialHistory.MAX; i++) {
      history.dialed(id(i), Instant.EPOCH, Duration.ofSeconds(1));
    }
    assertThat(history.until(id(0))).isEqualTo(Instant.MIN);
    assertThat(history.until(id(1))).isEqualTo(Instant.EPOCH.plusSeconds(1));
  }

  @Test
  void discoveryIsAskedEverMoreSeldomWhenItFindsNothingNew() {
    world.start(scheduler);
    world.connected.add(1);
    world.foundAtEachPull = nodes(1);
    scheduler.found(nodes(1));
    int before = world.pulls;
    world.pass(Duration.ofMinutes(1));
    assertThat(world.pulls - before).isBetween(10, 20);
  }

  @Test
  void peersOurselvesAndOccupiedNodesAreNotDialed() {
    world.start(scheduler);
    world.connected.add(1);
    scheduler.found(nodes(1, 0, 2));

    assertThat(world.takeDialed()).containsExactly(2);
    assertThat(scheduler.reasons()).doesNotContainKeys(id(1), id(0));
  }

  @Test
  void noMoreThanSixteenDialsArePending() {
    DialScheduler wide =
        new DialScheduler(world, DialOptions.DEFAULT, 100, new SplittableRandom(1));
    world.start(wide);
    wide.found(nodes(IntStream.rangeClosed(1, 40).toArray()));
    assertThat(world.takeDialed()).hasSize(16);

    world.fails(1, "connection refused");
    assertThat(world.takeDialed()).containsExactly(17);
  }

  @Test
  void staticNodesAreDialedFirstAndTakeNoSlot() {
    world.start(scheduler);
    scheduler.addStatic(DialTarget.of(enode(10)));
    scheduler.addStatic(DialTarget.of(enode(11)));
    assertThat(world.takeDialed()).containsExactly(10, 11);

    scheduler.found(nodes(1, 2, 3, 4));
    assertThat(world.takeDialed()).containsExactly(1, 2, 3);
  }

  @Test
  void aStaticNodeIsRedialedAtFibonacciIntervals() {
    world.start(scheduler);
    scheduler.addStatic(DialTarget.of(enode(10)));
    List<Long> waits = new ArrayList<>();
    for (int attempt = 0; attempt < 12; attempt++) {
      assertThat(world.takeDialed()).containsExactly(10);
      world.fails(10, "connection refused");
      waits.add(world.secondsUntilNextDial());
    }
    // Each with up to a fifth more, so that nodes cut off together come back one by one.
    long[] base = {1, 2, 3, 5, 8, 13, 21, 34, 55, 60, 60, 60};
    for (int i = 0; i < base.length; i++) {
      assertThat(waits.get(i)).isBetween(base[i], base[i] + base[i] / 5 + 1);
    }
  }

  @Test
  void aStaticNodeLostAfterAWhileIsRedialedAtOnceAndOneLostAtOnceIsNot() {
    world.start(scheduler);
    scheduler.addStatic(DialTarget.of(enode(10)));
    world.takeDialed();
    world.connects(10);

    world.loses(10, Duration.ofSeconds(30));
    assertThat(world.takeDialed()).containsExactly(10);
    world.connects(10);
    world.loses(10, Duration.ofSeconds(1));
    assertThat(world.takeDialed()).isEmpty();
    world.pass(Duration.ofSeconds(2));
    assertThat(world.takeDialed()).containsExactly(10);
  }

  @Test
  void aRemovedStaticNodeIsForgotten() {
    world.start(scheduler);
    scheduler.addStatic(DialTarget.of(enode(10)));
    world.takeDialed();
    scheduler.removeStatic(id(10));
    world.fails(10, "connection refused");
    world.pass(Duration.ofMinutes(5));

    assertThat(world.takeDialed()).isEmpty();
  }

  @Test
  void nodesOutsideThePermittedNetworksAreNotDialed() {
    world.permitted = Optional.of(Cidr.parse("192.168.0.0/16"));
    world.start(scheduler);
    scheduler.found(nodes(1));

    assertThat(world.takeDialed()).isEmpty();
    assertThat(why(1)).contains("outside the permitted networks");
  }

  @Test
  void aNodeThatTheFilterObjectsToIsNotDialedAndTheReasonKept() {
    world.unwanted.add(id(1));
    world.start(scheduler);
    scheduler.found(nodes(1));
    assertThat(world.takeDialed()).isEmpty();
    assertThat(why(1)).contains("it is on another chain");
  }

  @Test
  void aNodeWithoutTcpPortIsDialedOnlyWhenThereIsAWayAround() {
    world.start(scheduler);
    scheduler.found(List.of(node(1, 0)));
    assertThat(world.takeDialed()).isEmpty();
    assertThat(why(1)).contains("announces no TCP port");

    world.detours = true;
    world.offered.add(1);
    scheduler.found(List.of(node(1, 0)));
    assertThat(world.takeDialed()).containsExactly(1);
  }

  @Test
  void aNodeThatMayAnnounceAWayAroundLaterIsTriedAgainSoon() {
    world.detours = true;
    world.start(scheduler);
    scheduler.found(List.of(node(1, 0)));
    assertThat(world.takeDialed()).isEmpty();

    world.pass(DialOptions.DEFAULT.recordAgain());
    assertThat(world.takeDialed()).containsExactly(1);
  }

  @Test
  void theReasonIsTheLatestAndGoesWhenThereIsASession() {
    world.start(scheduler);
    scheduler.found(nodes(1));
    world.fails(1, "connection refused");
    assertThat(why(1)).isEqualTo("connection refused");
    scheduler.refused(key(1), "we refused its connection: all slots are taken");
    assertThat(why(1)).startsWith("we refused its connection");

    world.connected.add(1);
    scheduler.connected(id(1));
    assertThat(scheduler.reasons()).isEmpty();
    world.loses(1, Duration.ofMinutes(1));
    assertThat(why(1)).isEqualTo("it was lost");
  }

  @Test
  void whoFindsNoSlotIsTold() {
    world.start(scheduler);
    scheduler.found(nodes(1, 2, 3, 4));

    assertThat(why(4)).isEqualTo("all 3 slots for dialed peers are taken");
  }

  @Test
  void reasonsAreKeptForTheLatestNodesOnly() {
    DialReasons reasons = new DialReasons();
    DialHistory history = new DialHistory();
    PublicKey first = key(1);
    reasons.put(first, "long ago", Instant.EPOCH);
    for (int i = 0; i < DialReasons.MAX; i++) {
      reasons.put(key(1000 + i), "later", Instant.EPOCH);
    }
    assertThat(reasons.with(history, Instant.EPOCH))
        .hasSize(DialReasons.MAX)
        .doesNotContainKey(first.id());
  }

  @Test
  void nothingIsDialedBeforeTheStart() {
    scheduler.addStatic(DialTarget.of(enode(10)));
    world.connected.add(1);
    scheduler.connected(id(1));
    assertThat(world.takeDialed()).isEmpty();
    assertThat(world.pulls).isZero();

    world.start(scheduler);
    assertThat(world.takeDialed()).containsExactly(10);
    assertThat(world.pulls).isEqualTo(1);
  }

  @Test
  void nothingIsDialedAfterTheStop() {
    world.start(scheduler);
    scheduler.addStatic(DialTarget.of(enode(10)));
    world.takeDialed();
    scheduler.stop();
    world.fails(10, "connection refused");
    scheduler.found(nodes(1, 2));
    world.pass(Duration.ofMinutes(5));

    assertThat(world.takeDialed()).isEmpty();
  }

  private String why(int number) {
    return Objects.requireNonNull(scheduler.reasons().get(id(number))).why();
  }

  private static List<Node> nodes(int... numbers) {
    return IntStream.of(numbers).mapToObj(number -> node(number, 30303)).toList();
  }

  private static Node node(int number, int tcpPort) {
    InetSocketAddress udp = new InetSocketAddress("10.0.0." + number, 30303);
    return new Node(key(number), udp, tcpPort, Optional.empty());
  }

  private static Enode enode(int number) {
    return new Enode(key(number), "10.0.0." + number, 30303, 30303);
  }

  /** Number 0 is this node itself. */
  private static PublicKey key(int number) {
    return NodeKey.of(Bytes32.leftPad(Bytes.ofUnsignedInt(number + 1L))).publicKey();
  }

  private static NodeId id(int number) {
    return key(number).id();
  }

  /** All that the scheduler sees and does, recorded. */
  private static final class World implements Outside {
    private final ManualLoop loop = new ManualLoop();
    private final List<DialTarget> dialed = new ArrayList<>();
    private final Set<Integer> connected = new HashSet<>();
    private final Set<NodeId> unwanted = new HashSet<>();
    private final Set<Integer> offered = new HashSet<>();
    private Optional<Cidr> permitted = Optional.empty();
    private Optional<DialScheduler> started = Optional.empty();
    private List<Node> foundAtEachPull = List.of();
    private boolean detours;
    private final Instant begin = loop.now();
    private final List<Long> resolutions = new ArrayList<>();
    private Optional<Node> whereabouts = Optional.empty();
    private int pulls;
    private ManualLoop.Timer wake = () -> {};

    void start(DialScheduler scheduler) {
      started = Optional.of(scheduler);
      scheduler.start();
    }

    void pass(Duration duration) {
      loop.advance(duration);
    }

    List<Integer> takeDialed() {
      List<Integer> numbers = dialed.stream().map(World::number).toList();
      dialed.clear();
      return numbers;
    }

    long secondsUntilNextDial() {
      Instant from = loop.now();
      while (dialed.isEmpty()) {
        loop.advance(Duration.ofMillis(100));
      }
      return Duration.between(from, loop.now()).toSeconds();
    }

    void fails(int number, String why) {
      scheduler()
          .settled(DialTarget.of(enode(number)), new DialOutcome.Failed(Setback.UNREACHABLE, why));
    }

    void refuses(int number, Setback setback) {
      scheduler().settled(DialTarget.of(enode(number)), new DialOutcome.Failed(setback, "no"));
    }

    void connects(int... numbers) {
      for (int number : numbers) {
        connected.add(number);
        scheduler().settled(DialTarget.of(enode(number)), new DialOutcome.Connected());
      }
    }

    void loses(int number, Duration lasted) {
      connected.remove(number);
      scheduler().lost(key(number), lasted, Setback.LOST, "it was lost");
    }

    private DialScheduler scheduler() {
      return started.orElseThrow();
    }

    private static int number(DialTarget target) {
      return Integer.parseInt(target.host().substring("10.0.0.".length()));
    }

    @Override
    public void assertInLoop() {
      loop.assertInLoop();
    }

    @Override
    public Instant now() {
      return loop.now();
    }

    @Override
    public void wakeAfter(Duration delay) {
      wake.cancel();
      wake = loop.schedule(delay, scheduler()::tick);
    }

    @Override
    public Optional<String> occupied(NodeId id) {
      return Stream.concat(Stream.of(0), connected.stream()).anyMatch(n -> id(n).equals(id))
          ? Optional.of("it is us or a peer")
          : Optional.empty();
    }

    @Override
    public Optional<String> objection(Node node) {
      return unwanted.contains(node.id())
          ? Optional.of("it is on another chain")
          : Optional.empty();
    }

    @Override
    public Optional<String> barred(DialTarget target, boolean named) {
      return permitted
          .filter(cidr -> !cidr.contains(target.address().orElseThrow()))
          .map(cidr -> "its address is outside the permitted networks");
    }

    @Override
    public boolean detourOffered(Node node) {
      return offered.stream().anyMatch(n -> id(n).equals(node.id()));
    }

    @Override
    public boolean detourPossible() {
      return detours;
    }

    @Override
    public int dialedPeers() {
      return (int) connected.stream().filter(number -> number < 10).count();
    }

    @Override
    public void dial(DialTarget target, DialKind kind) {
      dialed.add(target);
    }

    @Override
    public void resolve(DialTarget target) {
      resolutions.add(Duration.between(begin, loop.now()).toSeconds());
      loop.execute(() -> scheduler().resolved(target.id(), whereabouts));
    }

    @Override
    public void pull(int max) {
      pulls++;
      if (!foundAtEachPull.isEmpty()) {
        loop.execute(() -> scheduler().found(foundAtEachPull));
      }
    }
  }
}
