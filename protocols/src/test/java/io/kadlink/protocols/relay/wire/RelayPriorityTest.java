package io.kadlink.protocols.relay.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.rlpx.wire.Priority;
import org.junit.jupiter.api.Test;

/** What order a circuit's messages keep. */
class RelayPriorityTest {
  @Test
  void closeStaysBehindDataAndDataBehindWhatOpensTheCircuit() {
    Priority data = RelayCodec.priority(RelayCodec.DATA);
    assertThat(RelayCodec.priority(RelayCodec.CLOSE)).isEqualTo(data);
    assertThat(RelayCodec.priority(RelayCodec.STATUS)).isLessThan(data);
    assertThat(RelayCodec.priority(RelayCodec.HOP)).isLessThan(data);
    assertThat(RelayCodec.priority(RelayCodec.STOP)).isLessThan(data);
  }

  @Test
  void creditGoesBeforeTheBytesOfCircuits() {
    assertThat(RelayCodec.priority(RelayCodec.WINDOW))
        .isLessThan(RelayCodec.priority(RelayCodec.DATA));
  }
}
