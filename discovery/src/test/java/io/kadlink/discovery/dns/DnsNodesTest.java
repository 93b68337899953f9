package io.kadlink.discovery.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.Node;
import io.kadlink.discovery.testing.VirtualTime;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class DnsNodesTest {
  private static final Duration LONG = Duration.ofHours(10);

  private final VirtualTime time = new VirtualTime();
  private final MapResolver dns = new MapResolver();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private DnsOptions options = DnsOptions.defaults();

  private DnsNodes source(String... domains) {
    return new DnsNodes(
        List.of(domains).stream().map(Lists::link).toList(),
        dns,
        time,
        options,
        new SplittableRandom(1),
        metrics);
  }

  /** Pulls until {@code count} different nodes came. */
  private Set<NodeId> pull(DnsNodes source, int count) {
    Set<NodeId> ids = new LinkedHashSet<>();
    while (ids.size() < count) {
      nodes(source).forEach(node -> ids.add(node.id()));
    }
    return ids;
  }

  private List<Node> nodes(DnsNodes source) {
    CompletableFuture<List<Node>> pull = source.pull(16).toCompletableFuture();
    assertThat(time.passUntil(pull::isDone, LONG)).as("a pull that is answered").isTrue();
    return pull.join();
  }

  private double dropped(DnsFailure reason) {
    return metrics
        .get("kadlink.discovery.dns.dropped")
        .tag("reason", reason.tag())
        .counter()
        .count();
  }

  private static Set<NodeId> ids(List<NodeRecord> records) {
    Set<NodeId> ids = new LinkedHashSet<>();
    records.forEach(record -> ids.add(record.id()));
    return ids;
  }

  private TreeStatus status(DnsNodes source) {
    CompletableFuture<List<TreeStatus>> trees = source.trees().toCompletableFuture();
    time.pass(Duration.ZERO);
    return trees.join().get(0);
  }

  @Test
  void allNodesOfAListAreFoundInRandomOrder() {
    List<NodeRecord> records = Lists.records(0, 60);
    dns.publish(Lists.tree("n.example", 1, records));

    Set<NodeId> found = pull(source("n.example"), 60);

    assertThat(found).isEqualTo(ids(records));
    List<String> order = found.stream().map(NodeId::toString).toList();
    assertThat(order).isNotEqualTo(order.stream().sorted().toList());
    assertThat(dns.asked).doesNotHaveDuplicates();
  }

  @Test
  void nodesComeWithEndpointAndRecord() {
    dns.publish(Lists.tree("n.example", 1, Lists.records(0, 1)));
    Node node = nodes(source("n.example")).get(0);
    assertThat(node.record()).contains(Lists.record(0));
    assertThat(node.udp()).isEqualTo(Lists.record(0).udpEndpoint().orElseThrow());
    assertThat(node.tcpPort()).isEqualTo(30303);
  }

  @Test
  void nobodyPullingMeansNobodyAsking() {
    dns.publish(Lists.tree("n.example", 1, Lists.records(0, 60)));
    DnsNodes source = source("n.example");
    time.pass(LONG);
    assertThat(dns.asked).isEmpty();
    nodes(source);
    int asked = dns.asked.size();
    time.pass(LONG);
    assertThat(dns.asked).hasSize(asked);
  }

  @Test
  void queriesKeepToTheRate() {
    dns.publish(Lists.tree("n.example", 1, Lists.records(0, 300)));
    DnsNodes source = source("n.example");
    long start = time.nanoTime();
    pull(source, 100);
    double seconds = (time.nanoTime() - start) / 1e9;
    assertThat(dns.asked.size()).isGreaterThan(100);
    assertThat(seconds).isBetween((dns.asked.size() - Queries.BURST - 1) / 3.0, 60.0);
  }

  @Test
  void aListWalkedToItsEndIsWalkedAgainFromTheCache() {
    dns.publish(Lists.tree("n.example", 1, Lists.records(0, 5)));
    DnsNodes source = source("n.example");
    pull(source, 5);
    int asked = dns.asked.size();
    long start = time.nanoTime();
    assertThat(pull(source, 5)).hasSize(5);
    assertThat(dns.asked).hasSize(asked);
    assertThat(time.nanoTime() - start).isGreaterThanOrEqualTo(DnsNodes.REPEAT_AFTER.toNanos());
  }

  @Test
  void whatIsKeptIsKeptForItsTimeToLive() {
    dns.ttl = Duration.ofMinutes(5);
    dns.publish(Lists.tree("n.example", 1, Lists.records(0, 1)));
    DnsNodes source = source("n.example");
    pull(source, 1);
    int asked = dns.asked.size();
    time.pass(Duration.ofMinutes(4));
    pull(source, 1);
    assertThat(dns.asked).hasSize(asked);
    time.pass(Duration.ofMinutes(1));
    pull(source, 1);
    assertThat(dns.asked).hasSize(asked + 1);
  }

  @Test
  void theCacheIsBounded() {
    options = new DnsOptions(1_000, Duration.ofSeconds(5), Duration.ofHours(1), 10);
    dns.publish(Lists.tree("n.example", 1, Lists.records(0, 40)));
    DnsNodes source = source("n.example");
    pull(source, 40);
    int asked = dns.asked.size();
    pull(source, 40);
    assertThat(dns.asked.size() - asked).isGreaterThan(25);
  }

  @Test
  void anUpdateIsFoundWhenTheRootIsDue() {
    dns.ttl = Duration.ofMinutes(1);
    dns.publish(Lists.tree("n.example", 1, Lists.records(0, 3)));
    DnsNodes source = source("n.example");
    pull(source, 3);
    dns.publish(Lists.tree("n.example", 2, Lists.records(3, 6)));
    time.pass(Duration.ofMinutes(29));
    assertThat(pull(source, 3)).isEqualTo(ids(Lists.records(0, 3)));
    time.pass(Duration.ofMinutes(1));
    assertThat(pull(source, 3)).isEqualTo(ids(Lists.records(3, 6)));
    assertThat(status(source).seq()).isEqualTo(2);
  }

  @Test
  void aRootThatGoesBackIsNotBelieved() {
    dns.ttl = Duration.ofMinutes(1);
    dns.publish(Lists.tree("n.example", 2, Lists.records(3, 6)));
    DnsNodes source = source("n.example");
    pull(source, 3);
    dns.publish(Lists.tree("n.example", 1, Lists.records(0, 3)));
    time.pass(Duration.ofMinutes(31));
    assertThat(pull(source, 3)).isEqualTo(ids(Lists.records(3, 6)));
    assertThat(dropped(DnsFailure.STALE_ROOT)).isPositive();
    assertThat(status(source).seq()).isEqualTo(2);
  }

  @Test
  void aRootSignedByAnotherKeyIsNotBelieved() {
    dns.publish(NodeTree.of(Lists.records(0, 3), List.of()).sign(Lists.key(5), "n.example", 9));
    DnsNodes source = source("n.example");
    CompletableFuture<List<Node>> pull = source.pull(1).toCompletableFuture();
    time.pass(Duration.ofHours(1));
    assertThat(pull).isNotDone();
    assertThat(dropped(DnsFailure.BAD_SIGNATURE)).isPositive();
    assertThat(status(source).lastFailure()).contains(DnsFailure.BAD_SIGNATURE);
  }

  @Test
  void aListThatCantBeHadIsAskedForEverMoreRarely() {
    DnsNodes source = source("n.example");
    CompletableFuture<List<Node>> pull = source.pull(1).toCompletableFuture();
    time.pass(Duration.ofHours(1));
    assertThat(dns.asked.size()).isBetween(15, 22);
    dns.publish(Lists.tree("n.example", 1, Lists.records(0, 3)));
    time.pass(Duration.ofMinutes(6));
    assertThat(pull).isDone();
  }

  @Test
  void anAnswerThatNeverComesIsGivenUp() {
    dns.publish(Lists.tree("n.example", 1, Lists.records(0, 20)));
    String lost = new ArrayList<>(dns.texts.keySet()).get(5);
    assertThat(dns.texts.get(lost).get(0)).startsWith("enr:");
    dns.silent.add(lost);
    assertThat(pull(source("n.example"), 19)).hasSize(19);
    assertThat(dropped(DnsFailure.TIMEOUT)).isPositive();
  }

  @Test
  void aResolverThatLiesIsFoundOut() {
    dns.publish(Lists.tree("n.example", 1, Lists.records(0, 20)));
    String forged = new ArrayList<>(dns.texts.keySet()).get(5);
    dns.texts.put(forged, List.of(Lists.record(999).toString()));
    Set<NodeId> found = pull(source("n.example"), 19);
    assertThat(found).doesNotContain(Lists.record(999).id());
    assertThat(dropped(DnsFailure.WRONG_HASH)).isPositive();
  }

  @Test
  void otherTextsUnderANameDoNotMatter() {
    dns.publish(Lists.tree("n.example", 1, Lists.records(0, 20)));
    dns.texts.replaceAll((name, texts) -> List.of("v=spf1 -all", texts.get(0)));
    assertThat(pull(source("n.example"), 20)).hasSize(20);
  }

  @Test
  void aRootWhoseEntriesAreGoneIsLookedUpAgainSoon() {
    dns.publish(Lists.tree("n.example", 1, Lists.records(0, 100)));
    DnsNodes source = source("n.example");
    nodes(source);
    dns.texts.clear();
    dns.publish(Lists.tree("n.example", 2, Lists.records(200, 300)));
    long start = time.nanoTime();
    while (status(source).seq() == 1) {
      nodes(source);
    }
    assertThat(Duration.ofNanos(time.nanoTime() - start)).isLessThan(Duration.ofMinutes(5));
  }

  @Test
  void anOutageIsOverSoonAfterItsEnd() {
    dns.ttl = Duration.ofDays(1); // the root is not due for long
    SignedTree tree = Lists.tree("n.example", 1, Lists.records(0, 5));
    dns.publish(tree);
    dns.texts.remove(tree.root().nodes() + ".n.example");
    CompletableFuture<List<Node>> pull = source("n.example").pull(1).toCompletableFuture();
    time.pass(Duration.ofHours(1));
    assertThat(pull).isNotDone();
    dns.publish(tree);
    assertThat(time.passUntil(pull::isDone, Duration.ofMinutes(7))).isTrue();
  }

  @Test
  void aLinkThatCantBeHadForAWhileIsNotForgotten() {
    dns.ttl = Duration.ofMinutes(1);
    dns.publish(Lists.tree("a.example", 1, Lists.records(0, 5), "b.example"));
    dns.publish(Lists.tree("b.example", 1, Lists.records(5, 10)));
    DnsNodes source = source("a.example");
    pull(source, 10);
    SignedTree update = Lists.tree("a.example", 2, Lists.records(0, 5), "b.example", "c.example");
    dns.publish(update);
    dns.texts.remove(update.root().links() + ".a.example");
    time.pass(Duration.ofMinutes(31));
    pull(source, 5);
    time.pass(Duration.ofMinutes(1));
    assertThat(pull(source, 10)).isEqualTo(ids(Lists.records(0, 10)));
    assertThat(status(source).seq()).isEqualTo(2);
  }

  @Test
  void linksAreFollowedEvenInACircle() {
    dns.publish(Lists.tree("a.example", 1, Lists.records(0, 5), "b.example"));
    dns.publish(Lists.tree("b.example", 1, Lists.records(5, 10), "c.example", "a.example"));
    dns.publish(Lists.tree("c.example", 1, Lists.records(10, 15), "a.example", "c.example"));
    assertThat(pull(source("a.example"), 15)).isEqualTo(ids(Lists.records(0, 15)));
  }

  @Test
  void aListNoLongerLinkedIsLeft() {
    dns.publish(Lists.tree("a.example", 1, Lists.records(0, 5), "b.example"));
    dns.publish(Lists.tree("b.example", 1, Lists.records(5, 10)));
    dns.ttl = Duration.ofMinutes(1);
    DnsNodes source = source("a.example");
    pull(source, 10);
    dns.publish(Lists.tree("a.example", 2, Lists.records(0, 5)));
    time.pass(Duration.ofMinutes(31));
    pull(source, 5);
    time.pass(Duration.ofMinutes(1));
    assertThat(pull(source, 5)).isEqualTo(ids(Lists.records(0, 5)));
  }

  @Test
  void aChainOfLinksIsFollowedSoFarAndNoFurther() {
    for (int i = 0; i < 8; i++) {
      dns.publish(Lists.tree("t" + i, 1, Lists.records(i, i + 1), "t" + (i + 1)));
    }
    DnsNodes source = source("t0");
    assertThat(pull(source, 1 + DnsNodes.MAX_HOPS)).hasSize(1 + DnsNodes.MAX_HOPS);
    for (int i = 0; i < 20; i++) {
      nodes(source);
    }
    assertThat(dns.asked).contains("t" + DnsNodes.MAX_HOPS);
    assertThat(dns.asked).doesNotContain("t" + (DnsNodes.MAX_HOPS + 1));
    assertThat(dropped(DnsFailure.TOO_MANY_TREES)).isEqualTo(1);
  }

  @Test
  void aListOfListsIsFollowedInPartOnly() {
    String[] links = new String[100];
    for (int i = 0; i < links.length; i++) {
      links[i] = "t" + i;
    }
    dns.publish(Lists.tree("a.example", 1, Lists.records(0, 1), links));
    DnsNodes source = source("a.example");
    for (int i = 0; i < 30; i++) {
      nodes(source);
    }
    long asked = dns.asked.stream().filter(name -> name.matches("t[0-9]+")).distinct().count();
    assertThat(asked).isEqualTo(DnsNodes.MAX_TREES - 1);
  }

  @Test
  void aSmallListIsNotDrownedByALargeOne() {
    options = options.withQueriesPerSecond(1_000);
    dns.publish(Lists.tree("large.example", 1, Lists.records(0, 400)));
    dns.publish(Lists.tree("small.example", 1, Lists.records(1_000, 1_010)));
    Set<NodeId> found = pull(source("large.example", "small.example"), 40);
    assertThat(found).containsAll(ids(Lists.records(1_000, 1_010)));
  }

  @Test
  void aNodeInSeveralListsIsHandedOutOnce() {
    dns.publish(Lists.tree("a.example", 1, Lists.records(0, 6)));
    dns.publish(Lists.tree("b.example", 1, Lists.records(3, 9)));
    DnsNodes source = source("a.example", "b.example");
    List<NodeId> all = new ArrayList<>();
    while (all.size() < 9) {
      nodes(source).forEach(node -> all.add(node.id()));
    }
    assertThat(all).doesNotHaveDuplicates();
  }

  @Test
  void nodesAmongLinksAndLinksAmongNodesAreLeftOut() {
    NodeTree honest = NodeTree.of(Lists.records(0, 5), List.of(Lists.link("b.example")));
    SignedTree tree = honest.sign(Lists.PUBLISHER, "a.example", 1);
    dns.publish(tree);
    TreeRoot crossed = TreeRoot.sign(tree.root().links(), tree.root().nodes(), 1, Lists.PUBLISHER);
    dns.texts.put("a.example", List.of(crossed.toString()));
    DnsNodes source = source("a.example");
    CompletableFuture<List<Node>> pull = source.pull(1).toCompletableFuture();
    time.pass(Duration.ofMinutes(10));
    assertThat(pull).isNotDone();
    assertThat(dropped(DnsFailure.WRONG_SUBTREE)).isGreaterThanOrEqualTo(6);
    assertThat(dns.asked).doesNotContain("b.example");
  }

  @Test
  void aTreeOfBranchesThatNeverEndsIsLeftAtTheDepthLimit() {
    String below = Lists.record(0).toString();
    put("a.example", below);
    for (int depth = 0; depth < 30; depth++) {
      below = "enrtree-branch:" + EntryHash.of(below) + "," + EntryHash.of(below);
      put("a.example", below);
    }
    root("a.example", below);
    CompletableFuture<List<Node>> pull = source("a.example").pull(1).toCompletableFuture();
    time.pass(Duration.ofMinutes(20));
    assertThat(pull).isNotDone();
    assertThat(dropped(DnsFailure.TOO_DEEP)).isEqualTo(1);
    assertThat(dns.asked).hasSize(2 + SubtreeWalk.MAX_DEPTH + 1);
  }

  @Test
  void anInvalidRecordThatWasSignedForIsSkippedAndNotAskedForAgain() {
    put("a.example", "enr:-----");
    String good = Lists.record(0).toString();
    put("a.example", good);
    String branch = "enrtree-branch:" + EntryHash.of("enr:-----") + "," + EntryHash.of(good);
    put("a.example", branch);
    root("a.example", branch);
    DnsNodes source = source("a.example");
    assertThat(pull(source, 1)).hasSize(1);
    assertThat(pull(source, 1)).hasSize(1);
    assertThat(dropped(DnsFailure.BAD_ENTRY)).isBetween(1.0, 2.0);
  }

  private void put(String domain, String text) {
    dns.texts.put(EntryHash.of(text) + "." + domain, List.of(text));
  }

  private void root(String domain, String nodesTop) {
    put(domain, "enrtree-branch:");
    TreeRoot root =
        TreeRoot.sign(EntryHash.of(nodesTop), EntryHash.of("enrtree-branch:"), 1, Lists.PUBLISHER);
    dns.texts.put(domain, List.of(root.toString()));
  }

  @Test
  void nodesWithoutAnAddressAreLeftOut() {
    NodeRecord nowhere = NodeRecord.builder().sign(Lists.key(77));
    dns.publish(Lists.tree("a.example", 1, List.of(nowhere, Lists.record(0))));
    assertThat(pull(source("a.example"), 1)).isEqualTo(ids(Lists.records(0, 1)));
    nodes(source("a.example"));
    assertThat(dropped(DnsFailure.NO_ADDRESS)).isPositive();
  }

  @Test
  void closingEndsAWaitingPull() {
    DnsNodes source = source("n.example");
    CompletableFuture<List<Node>> pull = source.pull(1).toCompletableFuture();
    time.pass(Duration.ofMinutes(1));
    source.close();
    time.pass(Duration.ZERO);
    assertThat(pull).isCompletedWithValue(List.of());
    int asked = dns.asked.size();
    CompletableFuture<List<Node>> later = source.pull(1).toCompletableFuture();
    time.pass(LONG);
    assertThat(later).isCompletedWithValue(List.of());
    assertThat(dns.asked).hasSize(asked);
  }

  @Test
  void aSecondPullWhileOneWaitsFails() {
    DnsNodes source = source("n.example");
    source.pull(1);
    CompletableFuture<List<Node>> second = source.pull(1).toCompletableFuture();
    time.pass(Duration.ZERO);
    assertThat(second).isCompletedExceptionally();
  }

  @Test
  void theSameSeedAsksInTheSameOrder() {
    dns.publish(Lists.tree("n.example", 1, Lists.records(0, 40)));
    pull(source("n.example"), 40);
    List<String> first = List.copyOf(dns.asked);
    dns.asked.clear();
    pull(source("n.example"), 40);
    assertThat(dns.asked).isEqualTo(first);
  }
}
