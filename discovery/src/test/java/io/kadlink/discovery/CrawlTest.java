package io.kadlink.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.discovery.crawl.CrawlOptions;
import io.kadlink.discovery.crawl.CrawlReport;
import io.kadlink.discovery.crawl.CrawledNode;
import io.kadlink.discovery.crawl.Crawler;
import io.kadlink.discovery.crawl.NodeSet;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.testing.VirtualNetwork.Node;
import io.kadlink.discovery.testing.VirtualPeer;
import io.kadlink.discovery.v4.Packet;
import io.kadlink.identity.NodeId;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** A crawl visits all there is, and keeps score over many runs. */
class CrawlTest {
  private static final int NODES = 24;

  private static final CrawlOptions OPTIONS =
      new CrawlOptions(100, Duration.ofMinutes(30), Duration.ofSeconds(30));

  private VirtualNetwork network = new VirtualNetwork(11);
  private final NodeSet set = new NodeSet();

  private Node grow(int count) {
    Node bootnode = network.start();
    for (int i = 1; i < count; i++) {
      network.start(bootnode);
      network.time.pass(Duration.ofMillis(50));
    }
    network.time.pass(Duration.ofSeconds(5));
    return bootnode;
  }

  private CrawlReport crawl(Node crawler, List<Node> from, CrawlOptions options) {
    AtomicReference<CrawlReport> report = new AtomicReference<>();
    crawler
        .discovery()
        .crawl(set, from.stream().map(Node::contact).toList(), options, report::set)
        .start();
    assertThat(network.time.passUntil(() -> report.get() != null, Duration.ofHours(1))).isTrue();
    return report.get();
  }

  private CrawlReport crawl(Node crawler, Node... from) {
    return crawl(crawler, List.of(from), OPTIONS);
  }

  private List<NodeId> ids(Predicate<Node> which) {
    return network.nodes().stream().filter(which).map(Node::id).toList();
  }

  private CrawledNode entry(Node node) {
    return set.get(node.id()).orElseThrow();
  }

  @Test
  void everyNodeIsFoundFromOne() {
    Node bootnode = grow(NODES);
    Node crawler = network.start();
    CrawlReport report = crawl(crawler, bootnode);
    assertThat(set.nodes())
        .extracting(CrawledNode::id)
        .containsExactlyInAnyOrderElementsOf(ids(node -> node != crawler));
    assertThat(set.nodes())
        .allSatisfy(
            node -> {
              assertThat(node.score()).isEqualTo(1);
              assertThat(node.firstResponse()).isEqualTo(node.lastCheck());
              assertThat(node.record().orElseThrow().id()).isEqualTo(node.id());
            });
    assertThat(report.complete()).isTrue();
    assertThat(report.added()).isEqualTo(NODES);
    assertThat(report.seen()).isEqualTo(NODES);
    assertThat(report.waiting() + report.running() + report.silent()).isZero();
  }

  @Test
  void aNodeThatAnswersByBothVersionsIsOneNodeAndEarnsOnePoint() {
    network = new VirtualNetwork(12, EnumSet.allOf(DiscoveryVersion.class));
    Node bootnode = grow(8);
    CrawlReport report = crawl(network.start(), bootnode);
    assertThat(report.seen()).isEqualTo(8);
    assertThat(report.added()).isEqualTo(8);
    assertThat(report.updated() + report.silent()).isZero();
    assertThat(set.nodes()).allSatisfy(node -> assertThat(node.score()).isEqualTo(1));

    Node gone = network.nodes().get(3);
    gone.die();
    network.time.pass(Duration.ofMinutes(1));
    crawl(network.nodes().get(8));
    assertThat(set.get(gone.id())).isEmpty();
    assertThat(set.size()).isEqualTo(7);
  }

  @Test
  void closingDiscoveryDuringACrawlMakesNobodySilent() {
    Node bootnode = grow(NODES);
    Node crawler = network.start();
    crawl(crawler, bootnode);
    List<CrawledNode> before = set.nodes();
    network.time.pass(Duration.ofMinutes(1));
    AtomicReference<CrawlReport> report = new AtomicReference<>();
    crawler.discovery().crawl(set, List.of(), OPTIONS, report::set).start();
    crawler.discovery().close();
    assertThat(report.get().complete()).isFalse();
    assertThat(report.get().silent()).isZero();
    assertThat(set.nodes()).isEqualTo(before);
    assertThatThrownBy(() -> crawler.discovery().crawl(set, List.of(), OPTIONS, report::set))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aSecondCrawlStartsFromTheSetAndRaisesTheScores() {
    Node bootnode = grow(NODES);
    Node crawler = network.start();
    crawl(crawler, bootnode);
    network.time.pass(Duration.ofMinutes(1));
    CrawlReport report = crawl(crawler);
    assertThat(report.updated()).isEqualTo(NODES);
    assertThat(report.added()).isZero();
    assertThat(set.nodes())
        .allSatisfy(
            node -> {
              assertThat(node.score()).isEqualTo(2);
              assertThat(Duration.between(node.firstResponse(), node.lastResponse()))
                  .isGreaterThanOrEqualTo(Duration.ofMinutes(1));
            });
  }

  @Test
  void nodesCheckedShortlyBeforeAreOnlyAskedForOthers() {
    Node bootnode = grow(20);
    Node crawler = network.start();
    crawl(crawler, bootnode);
    Node newcomer = network.start(bootnode);
    network.time.pass(Duration.ofSeconds(15));
    CrawlReport report = crawl(crawler);
    assertThat(report.recent()).isEqualTo(20);
    assertThat(report.updated()).isZero();
    assertThat(entry(bootnode).score()).isEqualTo(1);
    assertThat(entry(newcomer).score()).isEqualTo(1);
  }

  @Test
  void aNodeThatIsGoneLosesHalfItsScoreAndAtNothingItsPlace() {
    Node bootnode = grow(12);
    Node crawler = network.start();
    for (int i = 0; i < 3; i++) {
      crawl(crawler, bootnode);
      network.time.pass(Duration.ofMinutes(1));
    }
    Node gone = network.nodes().get(5);
    assertThat(entry(gone).score()).isEqualTo(3);
    CrawledNode before = entry(gone);
    gone.die();

    CrawlReport first = crawl(crawler);
    assertThat(entry(gone).score()).isEqualTo(1);
    assertThat(entry(gone).lastResponse()).isEqualTo(before.lastResponse());
    assertThat(entry(gone).lastCheck()).isAfter(before.lastCheck());
    assertThat(first.removed()).isZero();

    network.time.pass(Duration.ofMinutes(1));
    assertThat(crawl(crawler).removed()).isEqualTo(1);
    assertThat(set.get(gone.id())).isEmpty();
  }

  @Test
  void aNodeOfTheSetThatMovedIsMetAtItsNewAddress() {
    Node bootnode = grow(12);
    Node crawler = network.start();
    crawl(crawler, bootnode);
    Node mover = network.nodes().get(5);
    mover.die();
    network.time.pass(Duration.ofMinutes(1));
    Node moved = network.move(mover, bootnode);
    network.time.pass(Duration.ofMinutes(1));
    crawl(crawler);
    assertThat(entry(moved).score()).isEqualTo(2);
    assertThat(entry(moved).contact().orElseThrow().udp()).isEqualTo(moved.address);
  }

  @Test
  void aNodeThatServesNoRecordIsAskedForOthersButNotKept() {
    Node bootnode = grow(5);
    Node crawler = network.start();
    VirtualPeer tells = network.peer(VirtualNetwork.address(50, 2, 1, 1), crawler);
    tells.answerPingsAnd(
        received ->
            received.packet() instanceof Packet.FindNode
                ? List.of(new Packet.Neighbors(List.of(neighbor(bootnode)), tells.soon()))
                : List.of());
    AtomicReference<CrawlReport> report = new AtomicReference<>();
    crawler
        .discovery()
        .crawl(set, List.of(contact(tells)), CrawlOptions.DEFAULT, report::set)
        .start();
    network.time.passUntil(() -> report.get() != null, Duration.ofMinutes(5));
    assertThat(report.get().withoutRecord()).isEqualTo(1);
    assertThat(set.nodes())
        .extracting(CrawledNode::id)
        .containsExactlyInAnyOrderElementsOf(ids(node -> node != crawler));
  }

  @Test
  void theTimeLimitEndsACrawlAndWhatWasFoundCounts() {
    Node bootnode = grow(NODES);
    Node crawler = network.start();
    CrawlOptions hasty = new CrawlOptions(1, Duration.ofSeconds(5), Duration.ofMinutes(10));
    CrawlReport report = crawl(crawler, List.of(bootnode), hasty);
    assertThat(report.took()).isEqualTo(Duration.ofSeconds(5));
    assertThat(report.complete()).isFalse();
    assertThat(report.running()).isEqualTo(1);
    assertThat(report.waiting()).isPositive();
    assertThat(set.size()).isBetween(1, NODES - 1);
  }

  @Test
  void aFullSetTakesNobodyElseIn() {
    Node bootnode = grow(12);
    Node crawler = network.start();
    AtomicReference<CrawlReport> report = new AtomicReference<>();
    NodeSet small = new NodeSet(10);
    crawler
        .discovery()
        .crawl(small, List.of(bootnode.contact()), CrawlOptions.DEFAULT, report::set)
        .start();
    network.time.passUntil(() -> report.get() != null, Duration.ofMinutes(5));
    assertThat(small.size()).isEqualTo(10);
    assertThat(report.get().dropped()).isEqualTo(2);
    assertThat(report.get().complete()).isFalse();
  }

  @Test
  void aCrawlWithNobodyToStartFromIsOverAtOnce() {
    Node crawler = network.start();
    AtomicReference<CrawlReport> report = new AtomicReference<>();
    Crawler crawl = crawler.discovery().crawl(set, List.of(), CrawlOptions.DEFAULT, report::set);
    crawl.start();
    assertThat(report.get().complete()).isTrue();
    crawl.stop(); // changes nothing
    assertThat(report.get().seen()).isZero();
  }

  @Test
  void nodesAreFoundThoughOneDatagramInTwentyIsLost() {
    Node bootnode = grow(NODES);
    Node crawler = network.start();
    network.lose(0.05);
    crawl(crawler, bootnode);
    assertThat(set.size()).isGreaterThanOrEqualTo(NODES * 95 / 100);
  }

  private static Contact contact(VirtualPeer peer) {
    return Contact.of(peer.key.publicKey(), peer.address(), 0);
  }

  private static Packet.Neighbor neighbor(Node node) {
    return new Packet.Neighbor(
        node.address.getAddress(), node.address.getPort(), 0, node.key.publicKey().bytes());
  }
}
