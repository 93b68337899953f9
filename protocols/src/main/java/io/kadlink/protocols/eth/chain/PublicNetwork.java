package io.kadlink.protocols.eth.chain;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes32;

/** The public Ethereum networks, told apart by the fork ids their nodes announce. */
public enum PublicNetwork {
  MAINNET(
      "0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3",
      0,
      List.of(
          1_150_000L,
          1_920_000L,
          2_463_000L,
          2_675_000L,
          4_370_000L,
          7_280_000L,
          9_069_000L,
          9_200_000L,
          12_244_000L,
          12_965_000L,
          13_773_000L,
          15_050_000L),
      List.of(
          1_681_338_455L,
          1_710_338_135L,
          1_746_612_311L,
          1_764_798_551L,
          1_765_290_071L,
          1_767_747_671L)),
  SEPOLIA(
      "0x25a5cc106eea7138acab33231d7160d69cb777ee0c2c553fcddf5138993e6dd9",
      1_633_267_481L,
      List.of(1_735_371L),
      List.of(
          1_677_557_088L,
          1_706_655_072L,
          1_741_159_776L,
          1_760_427_360L,
          1_761_017_184L,
          1_761_607_008L)),
  HOLESKY(
      "0xb5f7f912443c940f21fd611f12828d75b534364ed9e95ca4e307729a4661bde4",
      1_695_902_100L,
      List.of(),
      List.of(
          1_696_000_704L,
          1_707_305_664L,
          1_740_434_112L,
          1_759_308_480L,
          1_759_800_000L,
          1_760_389_824L)),
  HOODI(
      "0xbbe312868b376a3001692a646dd2d7d1e4406380dfd86b98aa8a34d1557c971b",
      1_742_212_800L,
      List.of(),
      List.of(1_742_999_832L, 1_761_677_592L, 1_762_365_720L, 1_762_955_544L));

  @SuppressWarnings("ImmutableEnumChecker") // a ForkTimeline never changes
  private final ForkTimeline timeline;

  PublicNetwork(String genesis, long genesisTime, List<Long> forkBlocks, List<Long> forkTimes) {
    this.timeline =
        ForkTimeline.of(Bytes32.fromHexString(genesis), genesisTime, forkBlocks, forkTimes);
  }

  /** Its forks, as far as this version knows them. */
  public ForkTimeline timeline() {
    return timeline;
  }

  /**
   * Whether a node with this fork id may be on this network: it names one of its fork states, early
   * or late. A node that follows forks unknown here can't be told.
   */
  public boolean has(ForkId forkId) {
    return timeline.incompatibility(forkId, 0, 0).isEmpty();
  }

  /** The network that {@code forkId} is of, if it is one of these. */
  public static Optional<PublicNetwork> of(ForkId forkId) {
    for (PublicNetwork network : values()) {
      if (network.has(forkId)) {
        return Optional.of(network);
      }
    }
    return Optional.empty();
  }

  /** The name people use, in lower case. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
