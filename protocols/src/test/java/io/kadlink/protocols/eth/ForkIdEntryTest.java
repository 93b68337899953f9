package io.kadlink.protocols.eth;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.kadlink.protocols.eth.chain.ForkId;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForkIdEntryTest {
  private static final NodeKey KEY = NodeKey.generate();

  @Test
  void whatIsAnnouncedIsRead() {
    for (long next : new long[] {0, 1, 1_767_747_671, -1}) {
      ForkId forkId = new ForkId(Bytes.fromHexString("0x07c9462e"), next);
      assertThat(ForkIdEntry.of(with(ForkIdEntry.encode(forkId)))).contains(forkId);
    }
  }

  @Test
  void furtherElementsAreLeftForLaterVersions() {
    // [[0x07c9462e, 1, 5], "x"]
    assertThat(ForkIdEntry.of(with(Bytes.fromHexString("0xc9c78407c9462e010578"))))
        .contains(new ForkId(Bytes.fromHexString("0x07c9462e"), 1));
  }

  @Test
  void aRecordWithoutTheEntryNamesNoForkId() {
    assertThat(ForkIdEntry.of(NodeRecord.builder().sign(KEY))).isEmpty();
  }

  /** A string, no list inside, a hash of three bytes, no next fork, a number of nine bytes. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0x01",
        "0xc0",
        "0xc101",
        "0xc6c58307c94601",
        "0xc6c58407c9462e",
        "0xd0cf8407c9462e89010000000000000000"
      })
  void anOddEntryNamesNoForkId(String item) {
    assertThat(ForkIdEntry.of(with(Bytes.fromHexString(item)))).isEmpty();
  }

  private static NodeRecord with(Bytes item) {
    return NodeRecord.builder().entry(ForkIdEntry.KEY, item).sign(KEY);
  }
}
