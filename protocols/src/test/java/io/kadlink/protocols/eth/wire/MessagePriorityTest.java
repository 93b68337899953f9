package io.kadlink.protocols.eth.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.rlpx.wire.Priority;
import org.junit.jupiter.api.Test;

/** Which eth messages go first. */
class MessagePriorityTest {
  @Test
  void nothingOvertakesStatus() {
    assertThat(MessageCode.priority(MessageCode.STATUS)).isEqualTo(Priority.values()[0]);
  }

  @Test
  void blocksAndAnswersGoBeforeTransactionGossip() {
    Priority gossip = MessageCode.priority(MessageCode.TRANSACTIONS);
    assertThat(MessageCode.priority(MessageCode.NEW_POOLED_TRANSACTION_HASHES)).isEqualTo(gossip);
    for (int code = 0; code < EthVersion.ETH_69.messageCount(); code++) {
      if (code != MessageCode.TRANSACTIONS && code != MessageCode.NEW_POOLED_TRANSACTION_HASHES) {
        assertThat(MessageCode.priority(code)).as(MessageCode.name(code)).isLessThan(gossip);
      }
    }
  }
}
