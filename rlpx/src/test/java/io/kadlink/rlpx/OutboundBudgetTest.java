package io.kadlink.rlpx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What all connections together may have waiting. */
class OutboundBudgetTest {
  private static final long MAX_BYTES = 10L * OutboundBudget.OWN_BYTES;

  private final OutboundBudget budget = new OutboundBudget(MAX_BYTES);

  @Test
  void allTogetherGetWhatThereIsAndNotOneByteMore() {
    budget.add(MAX_BYTES - 100);

    assertThat(budget.admits(OutboundBudget.OWN_BYTES, 100)).isTrue();
    assertThat(budget.admits(OutboundBudget.OWN_BYTES, 101)).isFalse();
    budget.add(-1);
    assertThat(budget.admits(OutboundBudget.OWN_BYTES, 101)).isTrue();
  }

  @Test
  void eachKeepsAPartOrOneMessageOfItsOwn() {
    budget.add(MAX_BYTES);

    assertThat(budget.admits(OutboundBudget.OWN_BYTES - 100, 100)).isTrue();
    assertThat(budget.admits(OutboundBudget.OWN_BYTES - 100, 101)).isFalse();
    assertThat(budget.admits(0, 16 << 20)).isTrue();
  }

  @Test
  void slowReadersTogetherHoldNoMoreThanTheBudgetAndTheirOwnParts() {
    int readers = 100;
    long[] pending = new long[readers];
    for (int round = 0; round < 2000; round++) {
      int reader = round % readers;
      if (budget.admits(pending[reader], 60_000)) {
        pending[reader] += 60_000;
        budget.add(60_000);
      }
    }
    assertThat(budget.pendingBytes())
        .isLessThanOrEqualTo(MAX_BYTES + (long) readers * OutboundBudget.OWN_BYTES);
    assertThat(Arrays.stream(pending).min().orElseThrow())
        .as("nobody is left out")
        .isGreaterThan(200_000);
  }
}
