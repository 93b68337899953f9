package io.kadlink.server.reputation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.discovery.loop.SteadyClock;
import io.kadlink.identity.NodeId;
import io.kadlink.server.testing.ManualLoop;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReputationTest {
  private static final NodeId ALICE = id(1);
  private static final NodeId BOB = id(2);

  private final ManualLoop time = new ManualLoop();
  private final SteadyClock clock = SteadyClock.of(time);
  private final Set<NodeId> trusted = new HashSet<>();
  private final Reputation reputation = reputation(ReputationOptions.DEFAULT);

  private Reputation reputation(ReputationOptions options) {
    return new Reputation(options, time::now, trusted::contains);
  }

  private static NodeId id(int number) {
    return new NodeId(Bytes32.leftPad(Bytes.ofUnsignedInt(number)));
  }

  @Test
  void aFatalActBansForAnHourAtOnce() {
    assertThat(reputation.report(ALICE, Behaviour.PROTOCOL_BREACH, "a test"))
        .isEqualTo(new Verdict.Ban(Duration.ofHours(1), "protocol breach: a test"));
  }

  @Test
  void aScoreUnderFortyBansForTenMinutes() {
    Verdict verdict = new Verdict.Keep();
    while (verdict instanceof Verdict.Keep) {
      assertThat(reputation.score(ALICE)).isGreaterThanOrEqualTo(40);
      verdict = reputation.report(ALICE, Behaviour.USELESS_ANSWER, "nothing");
    }
    assertThat(((Verdict.Ban) verdict).duration()).isEqualTo(Duration.ofMinutes(10));
    assertThat(((Verdict.Ban) verdict).why()).contains("under 40", "nothing");
    assertThat(reputation.score(ALICE)).isLessThan(40);
    assertThat(reputation.score(BOB)).as("nobody else pays").isEqualTo(85);
  }

  @Test
  void bothCanBeTurnedOff() {
    ReputationOptions mild =
        ReputationOptions.DEFAULT.withBan(Duration.ZERO).withFatalBan(Duration.ZERO);
    Reputation lenient = reputation(mild);
    for (int i = 0; i < 20; i++) {
      assertThat(lenient.report(ALICE, Behaviour.PROTOCOL_BREACH, ""))
          .isEqualTo(new Verdict.Keep());
    }
    assertThat(lenient.score(ALICE)).isZero();
  }

  @Test
  void theTrustedLoseABoundedAmountAndAreNeverBanned() {
    trusted.add(ALICE);
    for (int i = 0; i < 20; i++) {
      assertThat(reputation.report(ALICE, Behaviour.PROTOCOL_BREACH, ""))
          .isEqualTo(new Verdict.Keep());
    }
    assertThat(reputation.score(ALICE)).isEqualTo(50);
  }

  @Test
  void theOneNotReportedForLongestIsForgotten() {
    for (int i = 0; i < Reputation.MAX_NODES; i++) {
      reputation.report(id(100 + i), Behaviour.SLOW_ANSWER, "");
    }
    reputation.report(id(100), Behaviour.SLOW_ANSWER, "again");
    assertThat(reputation.standings()).hasSize(Reputation.MAX_NODES);

    reputation.report(ALICE, Behaviour.SLOW_ANSWER, "");
    assertThat(reputation.standings()).hasSize(Reputation.MAX_NODES);
    assertThat(reputation.standing(id(101))).isEmpty();
    assertThat(reputation.standing(id(100)).orElseThrow().reports()).isEqualTo(2);
  }

  @Test
  void aStandingSaysWhatWasLastHeldAgainstANodeInBoundedWords() {
    reputation.report(ALICE, Behaviour.NO_ANSWER, "x".repeat(1000));
    reputation.report(ALICE, Behaviour.USEFUL_ANSWER, "headers");

    Standing standing = reputation.standing(ALICE).orElseThrow();
    assertThat(standing.lastBad()).startsWith("NO_ANSWER: xx").hasSize(Reputation.MAX_DETAIL_CHARS);
    assertThat(standing.reports()).isEqualTo(2);
  }

  @Test
  void allOfItOutlivesARestartAndGoesOnFading() {
    for (int i = 0; i < 3; i++) {
      reputation.report(ALICE, Behaviour.NO_ANSWER, "late");
      reputation.report(BOB, Behaviour.USEFUL_ANSWER, "");
      time.advance(Duration.ofSeconds(70));
    }
    Reputation next = reputation(ReputationOptions.DEFAULT);
    ReputationJson.read(ReputationJson.writer(reputation, clock).get(), next, clock);

    assertThat(next.standings()).isEqualTo(reputation.standings());
    int score = next.score(ALICE);
    time.advance(Duration.ofMinutes(20));
    assertThat(next.score(ALICE)).isGreaterThan(score);
  }

  @Test
  void whatIsWrittenLaterIsWhatItWasWhenItWasCopied() {
    reputation.report(ALICE, Behaviour.NO_ANSWER, "late");
    List<Standing> then = reputation.standings();
    Supplier<byte[]> writer = ReputationJson.writer(reputation, clock);
    reputation.report(ALICE, Behaviour.PROTOCOL_BREACH, "forged");
    reputation.report(BOB, Behaviour.NO_ANSWER, "late");

    Reputation next = reputation(ReputationOptions.DEFAULT);
    ReputationJson.read(writer.get(), next, clock);
    assertThat(next.standings()).isEqualTo(then);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, -1})
  void nothingIsForgivenBecauseTheClockIsSet(int days) {
    Reputation running = new Reputation(ReputationOptions.DEFAULT, clock, trusted::contains);
    for (int i = 0; i < 3; i++) {
      running.report(ALICE, Behaviour.NO_ANSWER, "late");
    }
    int score = running.score(ALICE);
    time.setClock(Duration.ofDays(days));
    assertThat(running.score(ALICE)).isEqualTo(score);

    SteadyClock afterwards = SteadyClock.of(time);
    Reputation next = new Reputation(ReputationOptions.DEFAULT, afterwards, trusted::contains);
    ReputationJson.read(ReputationJson.writer(running, clock).get(), next, afterwards);
    assertThat(next.score(ALICE)).as("after a restart").isEqualTo(score);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[",
        "[1]",
        "[{\"id\":\"0x01\"}]",
        "[{\"id\":\"ID\",\"asOf\":\"yesterday\"}]",
        "[{\"id\":\"ID\",\"asOf\":\"2026-01-01T00:00:00Z\",\"history\":[1,1]}]",
        "[{\"id\":\"ID\",\"asOf\":\"2026-01-01T00:00:00Z\",\"history\":[1,1,1,1,1,1,1,9]}]",
        "[{\"id\":\"ID\",\"asOf\":\"2026-01-01T00:00:00Z\",\"history\":[1,1,1,1,1,1,1,1]}]",
      })
  void aFileThatHoldsSomethingElseIsRefused(String json) {
    byte[] text = json.replace("ID", ALICE.toString()).getBytes(UTF_8);
    assertThatThrownBy(() -> ReputationJson.read(text, reputation, clock))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(reputation.standings()).isEmpty();
  }
}
