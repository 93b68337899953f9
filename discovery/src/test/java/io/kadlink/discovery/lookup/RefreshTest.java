package io.kadlink.discovery.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.table.AddressRules;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.Table;
import io.kadlink.discovery.table.TableListener;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.testing.VirtualTime;
import io.kadlink.identity.NodeKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

/** When rounds take place, with a real table whose nodes all answer at once and know nobody. */
class RefreshTest {
  private static final Duration PERIOD = Duration.ofMinutes(30);

  private final VirtualTime time = new VirtualTime();
  private final Random random = new Random(4);
  private final NodeKey self = key();
  private final List<Contact> nodes = new ArrayList<>();

  /** When our own neighbourhood was asked for, in nanoseconds. */
  private final List<Long> rounds = new ArrayList<>();

  private final Table table =
      new Table(
          self.id(),
          time,
          random,
          AddressRules.defaults(),
          (contact, done) -> done.accept(true),
          new TableListener() {
            @Override
            public void removed(Contact contact) {
              refresh().removed();
            }
          });

  private final HandPlayed protocol = new HandPlayed();
  private final Refresh refresh =
      new Refresh(
          time,
          random,
          table,
          new Lookups(self.publicKey(), time, random, table, protocol, new SimpleMeterRegistry()),
          (contact, done) -> done.accept(true),
          List.of(),
          done -> done.accept(List.of()),
          PERIOD);

  RefreshTest() {
    protocol.findNode =
        (contact, target, done) -> {
          if (target.id().equals(self.id())
              && (rounds.isEmpty() || rounds.get(rounds.size() - 1) != time.nanoTime())) {
            rounds.add(time.nanoTime());
          }
          done.accept(Optional.of(List.of()));
        };
  }

  private Refresh refresh() {
    return refresh;
  }

  private NodeKey key() {
    byte[] secret = new byte[32];
    random.nextBytes(secret);
    return NodeKey.of(Bytes32.wrap(secret));
  }

  /** Fills the table up to so many nodes, at most 12 of them in one bucket. */
  private void fill(int count) {
    while (nodes.size() < count) {
      int distance = nodes.size() < 12 ? 256 : 255;
      NodeKey key = key();
      if (self.id().logDistance(key.id()) == distance) {
        Contact node =
            Contact.of(key.publicKey(), VirtualNetwork.address(30, nodes.size(), 1, 1), 30303);
        nodes.add(node);
        table.addProven(node);
      }
    }
    assertThat(table.provenCount()).isEqualTo(count);
  }

  private void loseOne() {
    Contact node = nodes.remove(0);
    for (int i = 0; i < Table.MAX_FAILURES; i++) {
      table.failed(node.id());
    }
    assertThat(table.find(node.id())).isEmpty();
  }

  private Duration untilTheNextRound() {
    long start = time.nanoTime();
    int before = rounds.size();
    assertThat(time.passUntil(() -> rounds.size() > before, Duration.ofHours(2))).isTrue();
    return Duration.ofNanos(time.nanoTime() - start);
  }

  @Test
  void aWellFilledTableHasARoundWithin30MinutesAndNotBefore15() {
    fill(Refresh.THIN);
    refresh.start();
    for (int i = 0; i < 12; i++) {
      assertThat(untilTheNextRound()).isBetween(PERIOD.dividedBy(2), PERIOD);
    }
  }

  @Test
  void aThinTableHasOneWithinSecondsAndThenEverMoreRarely() {
    fill(Refresh.THIN - 1);
    refresh.start();
    assertThat(untilTheNextRound()).isBetween(Refresh.THIN_WAIT.dividedBy(2), Refresh.THIN_WAIT);
    for (int i = 0; i < 6; i++) {
      untilTheNextRound();
    }
    assertThat(untilTheNextRound())
        .isBetween(Refresh.MAX_THIN_WAIT.dividedBy(2), Refresh.MAX_THIN_WAIT);
  }

  @Test
  void aTableThatBecomesThinHasOneWithinSecondsHoweverLongItWaitedBefore() {
    fill(5);
    refresh.start();
    for (int i = 0; i < 8; i++) {
      untilTheNextRound(); // now the wait of a thin table is the longest
    }
    fill(Refresh.THIN);
    untilTheNextRound();
    time.pass(Duration.ofMinutes(5));
    loseOne();
    assertThat(untilTheNextRound()).isBetween(Refresh.THIN_WAIT.dividedBy(2), Refresh.THIN_WAIT);
  }

  @Test
  void furtherLossesDoNotPutThatRoundOff() {
    fill(Refresh.THIN);
    refresh.start();
    time.pass(Duration.ofMinutes(5));
    int before = rounds.size();
    for (int i = 0; i < 5; i++) {
      loseOne();
      time.pass(Refresh.THIN_WAIT.dividedBy(4));
    }
    assertThat(rounds).hasSizeGreaterThan(before);
  }

  @Test
  void aLossThatLeavesTheTableWellFilledChangesNothing() {
    fill(Refresh.THIN + 1);
    refresh.start();
    time.pass(Duration.ofMinutes(5));
    loseOne();
    time.pass(Refresh.MAX_THIN_WAIT);
    assertThat(rounds).isEmpty();
  }

  @Test
  void afterItsEndThereAreNone() {
    fill(Refresh.THIN);
    refresh.start();
    refresh.close();
    loseOne();
    time.pass(PERIOD.multipliedBy(2));
    assertThat(rounds).isEmpty();
  }
}
