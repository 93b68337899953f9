package io.kadlink.server.reputation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** The metric alone: one node, intervals numbered from 100. */
class TrustTest {
  private static final int FULL = 100;
  private final Trust trust = new Trust(100);

  private void report(Behaviour behaviour, int times, long interval) {
    for (int i = 0; i < times; i++) {
      trust.report(behaviour, interval);
    }
  }

  @Test
  void aStrangerStandsWellButNotAtTheTop() {
    // 0.4 * 1 + 0.6 * 0.75
    assertThat(trust.score(100)).isEqualTo(85);
  }

  @Test
  void theFormulaIsTheOneThatIsDocumented() {
    report(Behaviour.SLOW_ANSWER, 2, 100);
    // R = 4 / 6, H = 0.75, D = R - H: 0.4 R + 0.6 H + D
    assertThat(trust.score(100)).isEqualTo(63);

    report(Behaviour.USEFUL_ANSWER, 2, 100);
    // R = 6 / 8 and H the same: no derivative
    assertThat(trust.score(100)).isEqualTo(75);
  }

  @Test
  void goodBehaviourRaisesTheScoreUpToTheTopAndNoFurther() {
    for (int i = 100; i < 130; i++) {
      report(Behaviour.USEFUL_ANSWER, 10, i);
    }
    assertThat(trust.score(130)).isEqualTo(FULL);
  }

  @Test
  void theScoreNeverFallsWithGoodAndNeverRisesWithBadBehaviour() {
    int before = trust.score(100);
    for (int i = 0; i < 20; i++) {
      trust.report(Behaviour.NO_ANSWER, 100);
      assertThat(trust.score(100)).isLessThanOrEqualTo(before);
      before = trust.score(100);
    }
    assertThat(before).isZero();
    for (int i = 0; i < 20; i++) {
      trust.report(Behaviour.USEFUL_ANSWER, 100);
      assertThat(trust.score(100)).isGreaterThanOrEqualTo(before);
      before = trust.score(100);
    }
  }

  @Test
  void aLongGoodHistoryCantBeSpentOnAnAttack() {
    for (int i = 100; i < 400; i++) {
      report(Behaviour.USEFUL_ANSWER, 10, i);
    }
    report(Behaviour.USELESS_ANSWER, 4, 400);
    assertThat(trust.score(400)).isLessThan(40);
  }

  @Test
  void oneGoodIntervalDoesNotWashOffABadHistory() {
    for (int i = 100; i < 110; i++) {
      report(Behaviour.USELESS_ANSWER, 10, i);
    }
    report(Behaviour.USEFUL_ANSWER, 100, 110);
    assertThat(trust.score(110)).isLessThan(70);
  }

  @Test
  void whatIsHeldAgainstANodeFadesWhileItIsAway() {
    report(Behaviour.USELESS_ANSWER, 10, 100);
    int bad = trust.score(100);
    int after = trust.score(110);
    assertThat(bad).isLessThan(20);
    assertThat(after).isGreaterThan(85);
    assertThat(trust.score(10_000)).isEqualTo(FULL);
  }

  @Test
  void aClockThatGoesBackOrFarAheadBreaksNothing() {
    report(Behaviour.SLOW_ANSWER, 3, 100);
    int score = trust.score(100);
    assertThat(trust.score(50)).isEqualTo(score);
    assertThat(trust.score(Long.MAX_VALUE)).isEqualTo(FULL);
  }

  @Test
  void whatIsNoHistoryIsRefused() {
    double[] bins = new double[Trust.BINS];
    assertThatThrownBy(() -> new Trust(0, new double[3], 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
    for (double bad : new double[] {-0.1, 1.1, Double.NaN}) {
      bins[2] = bad;
      assertThatThrownBy(() -> new Trust(0, bins, 0, 0))
          .isInstanceOf(IllegalArgumentException.class);
    }
    bins[2] = 1;
    assertThatThrownBy(() -> new Trust(0, bins, Double.NaN, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(new Trust(0, bins, 1, 2).bad()).isEqualTo(2);
  }
}
