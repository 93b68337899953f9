package io.kadlink.rlpx;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.rlpx.wire.Priority;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one protocol may have waiting. */
class OutboundShareTest {
  private static final int MAX_BYTES = 1000;
  private static final int MAX_MESSAGES = 8;

  private final AtomicInteger told = new AtomicInteger();
  private final OutboundShare share =
      new OutboundShare(MAX_BYTES, MAX_MESSAGES, told::incrementAndGet);

  @ParameterizedTest
  @CsvSource({"HIGH,1000", "NORMAL,750", "LOW,500"})
  void bytesAreTakenUpToTheBoundOfAPriorityAndNotOneMore(Priority priority, int most) {
    assertThat(share.reserve(400, priority)).isTrue();
    assertThat(share.reserve(most - 400 + 1, priority)).isFalse();
    assertThat(share.isOpen(priority)).isTrue();
    assertThat(share.reserve(most - 400, priority)).isTrue();
    assertThat(share.isOpen(priority)).isFalse();
    assertThat(share.reserve(1, priority)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"HIGH,8", "NORMAL,6", "LOW,4"})
  void messagesAreTakenUpToTheBoundOfAPriorityAndNotOneMore(Priority priority, int most) {
    for (int i = 0; i < most; i++) {
      assertThat(share.isOpen(priority)).isTrue();
      assertThat(share.reserve(1, priority)).isTrue();
    }
    assertThat(share.isOpen(priority)).isFalse();
    assertThat(share.reserve(1, priority)).isFalse();

    share.release(1, 1);
    assertThat(share.reserve(1, priority)).isTrue();
    assertThat(share.reserve(1, priority)).isFalse();
  }

  @Test
  void aFloodOfLowPriorityLeavesRoomForNormalAndBothForHigh() {
    while (share.reserve(50, Priority.LOW)) {
      // as many as there may be
    }
    assertThat(share.reserve(50, Priority.NORMAL)).isTrue();
    while (share.reserve(50, Priority.NORMAL)) {
      // as many as there may be
    }
    assertThat(share.reserve(50, Priority.HIGH)).isTrue();
  }

  @Test
  void whoHasNothingWaitingMaySendAMessageOfAnySize() {
    assertThat(share.reserve(50_000, Priority.LOW)).isTrue();
    assertThat(share.reserve(1, Priority.HIGH)).isFalse();
    share.release(50_000, 1);
    assertThat(share.reserve(MAX_BYTES, Priority.HIGH)).isTrue();
  }

  @Test
  void aRefusalIsFollowedByOneCallWhenThreeQuartersAreFree() {
    share.reserve(500, Priority.HIGH);
    share.reserve(500, Priority.HIGH);
    share.release(1, 0);
    assertThat(told).as("nobody was refused").hasValue(0);

    assertThat(share.reserve(500, Priority.HIGH)).isFalse();
    assertThat(share.refusedTooLate()).isFalse();
    assertThat(share.refusedTooLate()).isFalse();
    share.release(748, 1);
    assertThat(told).hasValue(0);
    share.release(1, 0);
    assertThat(told).hasValue(1);
    share.release(250, 1);
    assertThat(told).hasValue(1);
  }

  @Test
  void aRefusalThatCameAfterTheLastReleaseIsToldByWhoWasRefused() {
    share.reserve(1000, Priority.HIGH);
    assertThat(share.reserve(1, Priority.HIGH)).isFalse();
    share.release(1000, 1); // before the refusal was noted
    assertThat(told).hasValue(0);

    assertThat(share.refusedTooLate()).isTrue();
    share.tell();
    assertThat(told).hasValue(1);
  }
}
