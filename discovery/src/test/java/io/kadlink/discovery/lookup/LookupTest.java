package io.kadlink.discovery.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

/** The lookup alone, its queries answered by hand. */
class LookupTest {
  private final Random random = new Random(9);
  private final PublicKey self = key();
  private final PublicKey target = key();
  private final List<Contact> asked = new ArrayList<>();
  private final Deque<Consumer<Optional<List<Contact>>>> open = new ArrayDeque<>();
  private final Map<NodeId, List<Contact>> knows = new HashMap<>();
  private Optional<LookupResult> result = Optional.empty();

  private PublicKey key() {
    byte[] secret = new byte[32];
    random.nextBytes(secret);
    return NodeKey.of(Bytes32.wrap(secret)).publicKey();
  }

  private Contact node() {
    return Contact.of(key(), VirtualNetwork.address(1, 2, 3, 4), 30303);
  }

  /** Nodes, the nearest to the target first. */
  private List<Contact> sortedNodes(int count) {
    List<Contact> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      nodes.add(node());
    }
    nodes.sort((a, b) -> target.id().compareDistance(a.id(), b.id()));
    return nodes;
  }

  private void look(List<Contact> seeds, Lookup.Query query) {
    new Lookup(Target.of(target), self.id(), query, done -> result = Optional.of(done))
        .start(seeds, List.of());
  }

  private void byHand(Contact contact, Target about, Consumer<Optional<List<Contact>>> done) {
    asked.add(contact);
    open.add(done);
  }

  private Lookup.Query answering(Function<Contact, Optional<List<Contact>>> answers) {
    return (contact, about, done) -> {
      asked.add(contact);
      done.accept(answers.apply(contact));
    };
  }

  @Test
  void withoutSeedsItEndsAtOnceWithNothing() {
    look(List.of(), this::byHand);
    assertThat(result.orElseThrow().closest()).isEmpty();
  }

  @Test
  void threeQueriesAreUnderWayTheNearestFirst() {
    List<Contact> nodes = sortedNodes(5);
    look(List.of(nodes.get(4), nodes.get(2), nodes.get(0), nodes.get(3)), this::byHand);
    assertThat(asked).containsExactly(nodes.get(0), nodes.get(2), nodes.get(3));
    open.remove().accept(Optional.of(List.of(nodes.get(1))));
    assertThat(asked).hasSize(4).last().isEqualTo(nodes.get(1));
    assertThat(result).isEmpty();
  }

  @Test
  void manyThatDoNotAnswerAreNotFoundAndOthersTakeTheirPlace() {
    List<Contact> nodes = sortedNodes(20);
    look(
        nodes,
        answering(
            contact -> nodes.indexOf(contact) < 11 ? Optional.empty() : Optional.of(List.of())));
    assertThat(result.orElseThrow().closest()).containsExactlyElementsOf(nodes.subList(11, 20));
    assertThat(result.orElseThrow().timeouts()).isEqualTo(11);
    assertThat(result.orElseThrow().queries()).isEqualTo(20);
  }

  @Test
  void aFewThatDoNotAnswerAreAskedOnceMoreAtTheEnd() {
    List<Contact> nodes = sortedNodes(20);
    Contact unlucky = nodes.get(1);
    Contact gone = nodes.get(2);
    look(
        nodes,
        answering(
            contact -> {
              boolean again = asked.indexOf(contact) < asked.size() - 1;
              return contact.equals(gone) || contact.equals(unlucky) && !again
                  ? Optional.empty()
                  : Optional.of(List.of());
            }));
    List<Contact> found = new ArrayList<>(nodes.subList(0, 17));
    found.remove(gone);
    assertThat(result.orElseThrow().closest()).containsExactlyElementsOf(found);
    assertThat(asked).endsWith(unlucky, gone).hasSize(20);
    assertThat(result.orElseThrow().timeouts()).isEqualTo(3);
  }

  @Test
  void oneThatIsToBeAskedFirstIsAskedThoughOthersAreNearer() {
    List<Contact> nodes = sortedNodes(30);
    Contact far = nodes.get(29);
    new Lookup(
            Target.of(target),
            self.id(),
            answering(
                contact -> Optional.of(contact.equals(far) ? nodes.subList(0, 4) : List.of())),
            done -> result = Optional.of(done))
        .start(nodes.subList(4, 28), List.of(far));
    assertThat(asked.get(0)).isEqualTo(far);
    assertThat(result.orElseThrow().closest()).containsExactlyElementsOf(nodes.subList(0, 16));
  }

  @Test
  void itFollowsReferralsToTheEnd() {
    List<Contact> nodes = sortedNodes(40);
    // Each node knows those that are a bit nearer than itself.
    for (int i = 0; i < nodes.size(); i++) {
      knows.put(nodes.get(i).id(), nodes.subList(Math.max(0, i - 4), i));
    }
    look(
        List.of(nodes.get(39)), answering(contact -> Optional.ofNullable(knows.get(contact.id()))));
    assertThat(result.orElseThrow().closest()).containsExactlyElementsOf(nodes.subList(0, 16));
    assertThat(result.orElseThrow().hops()).isBetween(9, 39);
  }

  @Test
  void itNeverAsksItselfNorAnyoneTwice() {
    List<Contact> nodes = sortedNodes(6);
    Contact me = Contact.of(self, VirtualNetwork.address(1, 2, 3, 4), 30303);
    List<Contact> everyone = new ArrayList<>(nodes);
    everyone.add(me);
    look(nodes.subList(0, 1), answering(contact -> Optional.of(everyone)));
    assertThat(asked).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(nodes);
  }

  @Test
  void liarsWhoKeepInventingNodesCannotLeadItOnForEver() {
    look(
        List.of(node()),
        answering(
            contact -> {
              List<Contact> invented = new ArrayList<>();
              for (int i = 0; i < 40; i++) {
                invented.add(node());
              }
              return Optional.of(invented);
            }));
    assertThat(result).isPresent();
    assertThat(asked).hasSizeLessThanOrEqualTo(Lookup.MAX_QUERIES);
  }

  @Test
  void ofOneAnswerNoMoreThan16NodesCount() {
    List<Contact> nodes = sortedNodes(41);
    Contact liar = nodes.get(40);
    look(
        List.of(liar),
        answering(contact -> Optional.of(contact.equals(liar) ? nodes.subList(0, 40) : List.of())));
    assertThat(asked).hasSize(17);
  }
}
