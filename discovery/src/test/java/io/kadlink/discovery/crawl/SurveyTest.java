package io.kadlink.discovery.crawl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.discovery.lookup.DiscoveryProtocol;
import io.kadlink.discovery.lookup.Target;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.testing.VirtualTime;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

/** How much a crawl takes from others. */
class SurveyTest {
  private static final InetSocketAddress SOMEWHERE = VirtualNetwork.address(50, 1, 1, 1);

  /** Fewer than {@link Survey#MAX_SEEN}, of which making the keys takes seconds. */
  private static final int MAX_SEEN = Survey.MAX_WAITING + 100;

  private static final NodeId SELF = publicKey(0).id();

  private final Contact teller = contact(1);

  private static Contact contact(int number) {
    return Contact.of(publicKey(number), SOMEWHERE, 0);
  }

  private static PublicKey publicKey(int number) {
    return NodeKey.of(Bytes32.leftPad(Bytes.ofUnsignedInt(number + 1))).publicKey();
  }

  private static List<Contact> contacts(int count) {
    return IntStream.range(2, count + 2).mapToObj(SurveyTest::contact).toList();
  }

  private Survey survey(int workers) {
    return new Survey(
        SELF,
        new Silence(),
        new Probes(new Random(1)),
        new Ledger(new VirtualTime(), new NodeSet(), 1, Duration.ZERO),
        new Survey.Listener() {
          @Override
          public void met(Survey by, Contact contact, NodeRecord record) {}

          @Override
          public void examined() {}
        },
        workers,
        MAX_SEEN,
        List.of());
  }

  private static long dropped(Survey survey) {
    Survey.Tally tally = new Survey.Tally();
    survey.count(tally);
    return tally.dropped;
  }

  @Test
  void ofOneAnswerSoManyNodesAreTaken() {
    assertThat(survey(1).told(teller, contacts(Survey.MAX_TOLD))).isEqualTo(Survey.MAX_TOLD);
    assertThat(survey(1).told(teller, contacts(Survey.MAX_TOLD + 1))).isEqualTo(Survey.MAX_TOLD);
  }

  @Test
  void soManyNodesWaitAndSoManyAreRememberedAndOthersAreDropped() {
    List<Contact> contacts = contacts(MAX_SEEN + 1);
    Survey survey = survey(1);
    contacts.subList(0, Survey.MAX_WAITING).forEach(survey::offer);
    assertThat(dropped(survey)).isZero();
    Contact next = contacts.get(Survey.MAX_WAITING);
    assertThat(survey.offer(next)).isFalse();
    assertThat(dropped(survey)).isEqualTo(1);

    survey.advance(); // nobody is there: all are done at once
    assertThat(survey.offer(next)).as("heard of again").isTrue();
    contacts.subList(Survey.MAX_WAITING + 1, MAX_SEEN).forEach(survey::offer);
    assertThat(dropped(survey)).isEqualTo(1);
    assertThat(survey.offer(contacts.get(MAX_SEEN))).isFalse();
    assertThat(dropped(survey)).isEqualTo(2);
  }

  @Test
  void aCrawlHasAsManyWorkersAsTheProtocolAllows() {
    Duration hour = Duration.ofHours(1);
    new CrawlOptions(1, hour, hour);
    new CrawlOptions(CrawlOptions.MAX_WORKERS, hour, hour);
    for (int workers : new int[] {0, CrawlOptions.MAX_WORKERS + 1}) {
      assertThatThrownBy(() -> new CrawlOptions(workers, hour, hour))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** A network in which nobody answers, at once. */
  private static final class Silence implements DiscoveryProtocol {
    @Override
    public void ping(Contact contact, Consumer<Optional<Duration>> done) {
      done.accept(Optional.empty());
    }

    @Override
    public void findNode(Contact contact, Target target, Consumer<Optional<List<Contact>>> done) {
      done.accept(Optional.empty());
    }

    @Override
    public void requestRecord(Contact contact, Consumer<Optional<NodeRecord>> done) {
      done.accept(Optional.empty());
    }

    @Override
    public void received(InetSocketAddress from, byte[] datagram) {}

    @Override
    public void close() {}
  }
}
