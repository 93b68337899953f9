package io.kadlink.rlpx.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What two lists of capabilities come to. */
class SharedCapabilityTest {
  private static final Capability ETH_68 = new Capability("eth", 68);
  private static final Capability ETH_69 = new Capability("eth", 69);
  private static final Capability SNAP_1 = new Capability("snap", 1);
  private static final Capability BZZ_3 = new Capability("bzz", 3);
  private static final Map<Capability, Integer> OURS =
      Map.of(ETH_68, 17, ETH_69, 18, SNAP_1, 8, BZZ_3, 2);

  @Test
  void namesGetTheirIdsInAlphabeticalOrderFromSixteen() {
    assertThat(SharedCapability.negotiate(OURS, List.of(SNAP_1, ETH_68, BZZ_3)))
        .containsExactly(
            new SharedCapability(BZZ_3, 0x10, 2),
            new SharedCapability(ETH_68, 0x12, 17),
            new SharedCapability(SNAP_1, 0x23, 8));
  }

  @Test
  void ofOneNameTheHighestCommonVersionWins() {
    assertThat(
            SharedCapability.negotiate(
                OURS, List.of(ETH_69, new Capability("eth", 70), ETH_68, ETH_69)))
        .containsExactly(new SharedCapability(ETH_69, 0x10, 18));
  }

  @Test
  void whatIsNotSharedTakesNoIds() {
    assertThat(
            SharedCapability.negotiate(
                OURS, List.of(new Capability("aaa", 1), new Capability("bzz", 4), SNAP_1)))
        .containsExactly(new SharedCapability(SNAP_1, 0x10, 8));
  }

  @Test
  void namesAreCaseSensitive() {
    assertThat(SharedCapability.negotiate(OURS, List.of(new Capability("ETH", 68)))).isEmpty();
  }

  @Test
  void aCapabilityOwnsItsIdsOnly() {
    SharedCapability eth = new SharedCapability(ETH_68, 0x12, 17);

    assertThat(eth.owns(0x11)).isFalse();
    assertThat(eth.owns(0x12)).isTrue();
    assertThat(eth.owns(0x22)).isTrue();
    assertThat(eth.owns(0x23)).isFalse();
  }
}
