package io.kadlink.protocols.eth;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.ForkId;
import io.kadlink.protocols.eth.chain.ForkSchedule;
import io.kadlink.protocols.eth.chain.ForkTimeline;
import io.kadlink.protocols.eth.chain.PublicNetwork;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** Which nodes that discovery finds are spared a dial, on mainnet just after Osaka. */
class DialObjectionTest {
  private static final NodeKey KEY = NodeKey.generate();
  private static final ForkTimeline MAINNET = PublicNetwork.MAINNET.timeline();
  private static final long NUMBER = 24_000_000;
  private static final long OSAKA = 1_764_798_551L;
  private static final long NEXT_FORK = 1_765_290_071L;

  private final Eth eth = new Eth(new FakeChain().withForks(onMainnet()));

  private static ForkSchedule onMainnet() {
    return new ForkSchedule() {
      @Override
      public ForkId at(BlockHeader head) {
        return MAINNET.at(NUMBER, OSAKA);
      }

      @Override
      public Optional<String> incompatibility(ForkId remote, BlockHeader head) {
        return MAINNET.incompatibility(remote, NUMBER, OSAKA);
      }
    };
  }

  @Test
  void aNodeOnTheSameForkIsDialed() {
    assertThat(eth.objection(announcing(MAINNET.at(NUMBER, OSAKA)))).isEmpty();
  }

  @Test
  void aNodeThatIsAheadOrBehindAndKnowsTheForksIsDialed() {
    assertThat(eth.objection(announcing(MAINNET.at(NUMBER, NEXT_FORK)))).isEmpty();
    assertThat(eth.objection(announcing(MAINNET.at(1_000_000, 0)))).isEmpty();
  }

  @Test
  void aNodeThatDoesNotKnowAForkIsNot() {
    ForkId stale = new ForkId(MAINNET.at(NUMBER, OSAKA - 1).hash(), 0);
    assertThat(eth.objection(announcing(stale)).orElseThrow())
        .contains("does not know the fork at " + OSAKA);
  }

  @Test
  void aNodeOnAnotherChainIsNot() {
    ForkId sepolia = PublicNetwork.SEPOLIA.timeline().at(9_000_000, OSAKA);
    assertThat(eth.objection(announcing(sepolia)).orElseThrow()).contains("another chain");
  }

  @Test
  void aNodeThatSaysNothingOrSomethingElseMayBeOfUseToOthers() {
    assertThat(eth.objection(NodeRecord.builder().sign(KEY))).isEmpty();
    NodeRecord odd = NodeRecord.builder().entry(ForkIdEntry.KEY, Bytes.of(1)).sign(KEY);
    assertThat(eth.objection(odd)).isEmpty();
  }

  private static NodeRecord announcing(ForkId forkId) {
    return NodeRecord.builder().entry(ForkIdEntry.KEY, ForkIdEntry.encode(forkId)).sign(KEY);
  }
}
