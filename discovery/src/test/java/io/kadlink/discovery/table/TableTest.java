package io.kadlink.discovery.table;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.testing.VirtualTime;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TableTest {
  private final VirtualTime time = new VirtualTime();
  private final Random random = new Random(5);
  private final NodeKey self = key();
  private final Set<NodeId> dead = new HashSet<>();
  private final List<NodeId> checked = new ArrayList<>();
  private final List<String> events = new ArrayList<>();
  private Table table;
  private int hosts;

  @BeforeEach
  void newTable() {
    newTable(AddressRules.defaults());
  }

  private void newTable(AddressRules rules) {
    table =
        new Table(
            self.id(),
            time,
            random,
            rules,
            (contact, done) -> {
              checked.add(contact.id());
              time.schedule(Duration.ofMillis(50), () -> done.accept(!dead.contains(contact.id())));
            },
            new TableListener() {
              @Override
              public void proven(Contact contact) {
                events.add("proven " + contact.id());
              }

              @Override
              public void updated(Contact before, Contact contact) {
                events.add("updated " + contact.id());
              }

              @Override
              public void removed(Contact contact) {
                events.add("removed " + contact.id());
              }
            });
  }

  private NodeKey key() {
    byte[] secret = new byte[32];
    random.nextBytes(secret);
    return NodeKey.of(Bytes32.wrap(secret));
  }

  /** A node at this log distance, in a network of its own. */
  private Contact nodeAt(int distance) {
    hosts++;
    return nodeAt(distance, VirtualNetwork.address(30 + hosts / 200, hosts % 200, 1, 1));
  }

  private Contact nodeAt(int distance, InetSocketAddress address) {
    NodeKey key = key();
    while (self.id().logDistance(key.id()) != distance) {
      key = key();
    }
    return Contact.of(key.publicKey(), address, 30303);
  }

  private List<Contact> provenNodesAt(int distance, int count) {
    List<Contact> contacts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      contacts.add(nodeAt(distance));
      table.addProven(contacts.get(i));
    }
    return contacts;
  }

  private List<TableRow> replacements() {
    return table.snapshot().stream().filter(TableRow::replacement).toList();
  }

  @Test
  void aFoundNodeIsToldToNobodyBeforeItAnswered() {
    Contact found = nodeAt(256);
    table.addFound(found);
    assertThat(table.closestProven(found.id(), 16)).isEmpty();
    assertThat(table.closest(found.id(), 16)).containsExactly(found);
    time.pass(Duration.ofMillis(60));
    assertThat(table.closestProven(found.id(), 16)).containsExactly(found);
    assertThat(events).containsExactly("proven " + found.id());
  }

  @Test
  void aFoundNodeThatDoesNotAnswerIsGoneAtOnce() {
    Contact found = nodeAt(256);
    dead.add(found.id());
    table.addFound(found);
    time.pass(Duration.ofMillis(60));
    assertThat(table.snapshot()).isEmpty();
    assertThat(events).containsExactly("removed " + found.id());
  }

  @Test
  void noMoreThanEightNewNodesAreCheckedAtTheSameTimeYetAllSoon() {
    for (int i = 0; i < 30; i++) {
      table.addFound(nodeAt(256 - i % 3));
    }
    time.pass(Duration.ofMillis(10));
    assertThat(checked).hasSize(Revalidation.MAX_EAGER);
    time.pass(Duration.ofMillis(300));
    assertThat(checked).doesNotHaveDuplicates().hasSize(30);
  }

  @Test
  void theLocalNodeNeverEnters() {
    Contact me = Contact.of(self.publicKey(), VirtualNetwork.address(9, 9, 9, 9), 30303);
    table.addFound(me);
    table.addProven(me);
    assertThat(table.snapshot()).isEmpty();
  }

  @Test
  void aBucketHolds16EntriesAndTheNextTenWait() {
    List<Contact> first = provenNodesAt(256, 16);
    provenNodesAt(256, 10);
    assertThat(table.proven()).containsExactlyInAnyOrderElementsOf(first);
    assertThat(replacements()).hasSize(10);
    Contact newest = nodeAt(256);
    table.addProven(newest);
    assertThat(replacements()).hasSize(10).extracting(TableRow::contact).contains(newest);
    assertThat(table.proven()).containsExactlyInAnyOrderElementsOf(first);
  }

  @Test
  void aDeadEntryIsFollowedByOneOfItsReplacements() {
    List<Contact> entries = provenNodesAt(256, 16);
    List<Contact> waiting = provenNodesAt(256, 10);
    dead.add(entries.get(3).id());
    time.pass(Duration.ofMinutes(6));
    assertThat(table.closest(self.id(), 20)).hasSize(16).doesNotContain(entries.get(3));
    assertThat(table.closest(self.id(), 20)).containsAnyElementsOf(waiting);
    assertThat(replacements()).hasSize(9);
  }

  @Test
  void whichReplacementFollowsIsRandom() {
    Set<Integer> chosen = new HashSet<>();
    for (int round = 0; round < 12; round++) {
      newTable();
      List<Contact> entries = provenNodesAt(256, 16);
      List<Contact> waiting = provenNodesAt(256, 10);
      for (int i = 0; i < Table.MAX_FAILURES; i++) {
        table.failed(entries.get(0).id());
      }
      for (int i = 0; i < waiting.size(); i++) {
        if (table.closest(self.id(), 20).contains(waiting.get(i))) {
          chosen.add(i);
        }
      }
    }
    assertThat(chosen).hasSizeGreaterThan(3);
  }

  @Test
  void onlyTheLast17DistancesHaveABucketOfTheirOwn() {
    List<Contact> far = List.of(nodeAt(256), nodeAt(255), nodeAt(250), nodeAt(248));
    far.forEach(table::addProven);
    assertThat(table.snapshot()).extracting(TableRow::bucket).containsExactly(8, 10, 15, 16);
    assertThat(table.proven()).first().isEqualTo(far.get(3));
  }

  @Test
  void oneBucketTakesTwoNodesOfASlash24() {
    table.addProven(nodeAt(256, VirtualNetwork.address(7, 7, 7, 1)));
    table.addProven(nodeAt(256, VirtualNetwork.address(7, 7, 7, 2)));
    table.addProven(nodeAt(256, VirtualNetwork.address(7, 7, 7, 3)));
    assertThat(table.proven()).hasSize(2);
    table.addProven(nodeAt(256, VirtualNetwork.address(7, 7, 8, 3)));
    assertThat(table.proven()).hasSize(3);
  }

  @Test
  void theTableTakesTenNodesOfASlash24() {
    for (int i = 0; i < 12; i++) {
      table.addProven(nodeAt(256 - i / 2, VirtualNetwork.address(7, 7, 7, i)));
    }
    assertThat(table.proven()).hasSize(10);
  }

  @Test
  void ofAnIpv6Slash64OneBucketTakesTwoNodesAndTheTableTen() {
    for (int i = 0; i < 3; i++) {
      table.addProven(nodeAt(256, ipv6("2003:0:0:7::" + i)));
    }
    assertThat(table.proven()).hasSize(2);
    table.addProven(nodeAt(256, ipv6("2003:0:0:8::1")));
    assertThat(table.proven()).as("the next network has places of its own").hasSize(3);
    for (int i = 0; i < 9; i++) {
      table.addProven(nodeAt(255 - i / 2, ipv6("2003:0:0:7:1::" + i)));
    }
    assertThat(table.proven()).hasSize(10 + 1);
  }

  private static InetSocketAddress ipv6(String address) {
    return new InetSocketAddress(InetAddresses.forString(address), VirtualNetwork.PORT);
  }

  @Test
  void aPlaceInASlash24IsFreeAgainWhenItsNodeIsGone() {
    Contact first = nodeAt(256, VirtualNetwork.address(7, 7, 7, 1));
    table.addProven(first);
    table.addProven(nodeAt(256, VirtualNetwork.address(7, 7, 7, 2)));
    provenNodesAt(256, 3);
    for (int i = 0; i < Table.MAX_FAILURES; i++) {
      table.failed(first.id());
    }
    Contact next = nodeAt(256, VirtualNetwork.address(7, 7, 7, 3));
    table.addProven(next);
    assertThat(table.proven()).contains(next).doesNotContain(first);
  }

  @Test
  void loopbackAndPrivateNetworksAreNotLimited() {
    for (int i = 0; i < 8; i++) {
      table.addProven(nodeAt(256, VirtualNetwork.address(127, 0, 0, 1)));
      table.addProven(nodeAt(256, VirtualNetwork.address(192, 168, 1, i)));
    }
    assertThat(table.proven()).hasSize(16);
  }

  @Test
  void fourFailedQueriesAreForgivenAndTheFifthIsNot() {
    List<Contact> contacts = provenNodesAt(256, 5);
    NodeId failing = contacts.get(0).id();
    for (int i = 0; i < Table.MAX_FAILURES - 1; i++) {
      table.failed(failing);
    }
    assertThat(table.isProven(failing)).isTrue();
    table.answered(failing);
    for (int i = 0; i < Table.MAX_FAILURES - 1; i++) {
      table.failed(failing);
    }
    assertThat(table.isProven(failing)).isTrue();
    table.failed(failing);
    assertThat(table.isProven(failing)).isFalse();
  }

  @Test
  void aNodeInANearlyEmptyBucketStaysThoughItFails() {
    NodeId failing = provenNodesAt(256, 3).get(0).id();
    for (int i = 0; i < 2 * Table.MAX_FAILURES; i++) {
      table.failed(failing);
    }
    assertThat(table.isProven(failing)).isTrue();
  }

  @Test
  void aNodeWithCreditSurvivesASingleMissAndIsSoonAskedAgain() {
    Contact node = provenNodesAt(256, 1).get(0);
    time.pass(Duration.ofMinutes(2)); // earns credit
    int before = checked.size();
    assertThat(before).isGreaterThan(6);
    dead.add(node.id());
    time.passUntil(() -> checked.size() > before, Duration.ofMinutes(1));
    time.pass(Duration.ofMillis(100));
    dead.clear();
    assertThat(table.isProven(node.id())).isTrue();
    int missed = checked.size();
    time.pass(Revalidation.FAST);
    assertThat(checked.size()).isGreaterThan(missed);
    assertThat(table.isProven(node.id())).isTrue();
  }

  @Test
  void everyNodeOfAFullTableIsCheckedWithinTenMinutes() {
    for (int distance = 256; distance > 250; distance--) {
      provenNodesAt(distance, 16);
    }
    time.pass(Duration.ofMinutes(10));
    assertThat(new HashSet<>(checked)).hasSize(96);
  }

  @Test
  void aNodeThatAnswersFromAnotherAddressMovesThere() {
    Contact node = provenNodesAt(256, 1).get(0);
    InetSocketAddress elsewhere = VirtualNetwork.address(99, 1, 1, 1);
    table.addProven(Contact.of(node.publicKey(), elsewhere, 7));
    assertThat(table.find(node.id()))
        .hasValueSatisfying(
            moved -> {
              assertThat(moved.udp()).isEqualTo(elsewhere);
              assertThat(moved.tcpPort()).isEqualTo(7);
            });
    assertThat(table.proven()).hasSize(1);
  }

  @Test
  void aNodeThatMovedIsToldOfAgainAndOneThatStayedIsNot() {
    Contact node = provenNodesAt(256, 1).get(0);
    table.addProven(node);
    assertThat(events).containsExactly("proven " + node.id());
    table.addProven(elsewhere(node));
    table.addProven(elsewhere(node));
    assertThat(events).containsExactly("proven " + node.id(), "proven " + node.id());
    assertThat(table.provenCount()).isEqualTo(1);
  }

  @Test
  void aNodeThatMovedHasLostItsCreditAndIsSoonAskedAgain() {
    Contact node = provenNodesAt(256, 1).get(0);
    time.passUntil(() -> credit(node) > 5, Duration.ofHours(1));
    table.addProven(elsewhere(node));
    assertThat(credit(node)).isEqualTo(1);
    checked.clear();
    time.pass(Revalidation.FAST);
    assertThat(checked).contains(node.id());
  }

  @Test
  void aNodeThatMovedAndIsGoneLeavesAtTheNextCheck() {
    Contact node = provenNodesAt(256, 1).get(0);
    time.passUntil(() -> credit(node) > 5, Duration.ofHours(1));
    table.addProven(elsewhere(node));
    dead.add(node.id());
    time.pass(Revalidation.FAST.plusMillis(50));
    assertThat(table.snapshot()).isEmpty();
  }

  @Test
  void aCheckOfTheEndpointBeforeTheMoveDoesNotCount() {
    Contact node = provenNodesAt(256, 1).get(0);
    dead.add(node.id());
    time.passUntil(() -> !checked.isEmpty(), Duration.ofMinutes(1));
    dead.clear();
    table.addProven(elsewhere(node));
    dead.add(node.id());
    time.pass(Duration.ofMillis(50));
    assertThat(table.isProven(node.id())).isTrue();
  }

  private static Contact elsewhere(Contact node) {
    return Contact.of(node.publicKey(), VirtualNetwork.address(99, 1, 1, 1), 7);
  }

  private int credit(Contact node) {
    return table.snapshot().stream()
        .filter(row -> row.contact().id().equals(node.id()))
        .mapToInt(TableRow::livenessChecks)
        .sum();
  }

  @Test
  void aMoveIntoAFullNetworkIsRefused() {
    table.addProven(nodeAt(256, VirtualNetwork.address(7, 7, 7, 1)));
    table.addProven(nodeAt(256, VirtualNetwork.address(7, 7, 7, 2)));
    Contact node = nodeAt(256);
    table.addProven(node);
    table.addProven(Contact.of(node.publicKey(), VirtualNetwork.address(7, 7, 7, 3), 30303));
    assertThat(table.find(node.id())).contains(node);
  }

  @Test
  void theLimitsCanBeMadeToCountForPrivateNetworksToo() {
    newTable(AddressRules.defaults().withLimitLan(true));
    for (int i = 0; i < 5; i++) {
      table.addProven(nodeAt(256, VirtualNetwork.address(192, 168, 1, i)));
    }
    assertThat(table.proven()).hasSize(2);
  }

  @Test
  void nodesOutsideTheAllowedNetworksAreNotTakenIn() {
    newTable(AddressRules.defaults().withAllowed(address -> address.getAddress()[0] == 50));
    Contact inside = nodeAt(256, VirtualNetwork.address(50, 1, 1, 1));
    Contact outside = nodeAt(256, VirtualNetwork.address(51, 1, 1, 1));
    for (Contact contact : List.of(inside, outside)) {
      table.addFound(contact);
      table.addProven(contact);
    }
    assertThat(table.closest(inside.id(), 16)).containsExactly(inside);
    assertThat(table.concerns(outside)).isFalse();
  }

  @Test
  void hearsayDoesNotMoveANode() {
    Contact node = provenNodesAt(256, 1).get(0);
    table.addFound(Contact.of(node.publicKey(), VirtualNetwork.address(99, 1, 1, 1), 7));
    assertThat(table.find(node.id())).contains(node);
  }

  @Test
  void onlyANewerRecordReplacesARecord() {
    NodeKey key = key();
    table.addProven(Contact.of(key.publicKey(), VirtualNetwork.address(50, 1, 1, 1), 1));
    NodeRecord second = NodeRecord.builder().seq(2).sign(key);
    table.updateRecord(second);
    table.updateRecord(NodeRecord.builder().seq(1).sign(key));
    assertThat(table.find(key.id()).flatMap(Contact::record)).contains(second);
    NodeRecord huge = NodeRecord.builder().seq(-1).sign(key); // the largest unsigned number
    table.updateRecord(huge);
    assertThat(table.find(key.id()).flatMap(Contact::record)).contains(huge);
    assertThat(events)
        .containsExactly("proven " + key.id(), "updated " + key.id(), "updated " + key.id());
  }

  @Test
  void aRecordsTcpPortCountsForTheAddressItNames() {
    NodeKey key = key();
    InetSocketAddress address = VirtualNetwork.address(50, 1, 1, 1);
    Contact contact = Contact.of(key.publicKey(), address, 1);
    NodeRecord here =
        NodeRecord.builder().endpoint(address.getAddress(), 9, address.getPort()).sign(key);
    assertThat(contact.withRecord(here).tcpPort()).isEqualTo(9);
    NodeRecord elsewhere =
        NodeRecord.builder()
            .endpoint(VirtualNetwork.address(51, 1, 1, 1).getAddress(), 9, 9)
            .sign(key);
    assertThat(contact.withRecord(elsewhere).tcpPort()).isEqualTo(1);
    assertThat(contact.withRecord(elsewhere).record()).isEqualTo(Optional.of(elsewhere));
  }

  @Test
  void closestNodesComeInOrderAndAreTheTrueOnes() {
    List<Contact> all = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Contact contact = nodeAt(256 - i / 16);
      all.add(contact);
      table.addProven(contact);
    }
    NodeId target = key().id();
    List<Contact> expected =
        all.stream().sorted((a, b) -> target.compareDistance(a.id(), b.id())).limit(16).toList();
    assertThat(table.closestProven(target, 16)).containsExactlyElementsOf(expected);
  }
}
