package io.kadlink.protocols.eth.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.BlockRoots;
import io.kadlink.protocols.eth.chain.ForkFields;
import io.kadlink.protocols.eth.chain.LogsBloom;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.Test;

/** What blobs cost, worked out by the formulas of EIP-4844, EIP-7691, EIP-7840 and EIP-7918. */
class BlobFeeTest {
  private static final long BLOB = BlobFee.GAS_PER_BLOB;

  private static BlockHeader parent(long excess, long used, long baseFee) {
    return new BlockHeader(
        Bytes32.ZERO,
        BlockRoots.NO_OMMERS,
        Bytes.wrap(new byte[20]),
        Bytes32.ZERO,
        Bytes32.ZERO,
        Bytes32.ZERO,
        LogsBloom.EMPTY,
        UInt256.ZERO,
        1,
        30_000_000,
        0,
        1,
        Bytes.EMPTY,
        Bytes32.ZERO,
        Bytes.wrap(new byte[8]),
        new ForkFields(
            Optional.of(UInt256.valueOf(baseFee)),
            Optional.of(Bytes32.ZERO),
            Optional.of(used),
            Optional.of(excess),
            Optional.of(Bytes32.ZERO),
            Optional.of(Bytes32.ZERO)));
  }

  @Test
  void itIsOneWeiWithoutExcessAndGrowsByAPowerOfE() {
    BlobParameters cancun = BlobParameters.CANCUN;
    assertThat(BlobFee.perGas(0, cancun)).isEqualTo(UInt256.ONE);
    // ln 2 * 3338477 = 2314055.9
    assertThat(BlobFee.perGas(2_314_055, cancun)).isEqualTo(UInt256.ONE);
    assertThat(BlobFee.perGas(2_314_060, cancun)).isEqualTo(UInt256.valueOf(2));
    // e^10 = 22026.46
    assertThat(BlobFee.perGas(33_384_770, cancun)).isEqualTo(UInt256.valueOf(22_026));
    assertThat(BlobFee.perGas(-1, cancun)).isEqualTo(UInt256.MAX_VALUE);
  }

  @Test
  void theExcessIsWhatIsUsedAboveTheTarget() {
    BlobParameters prague = BlobParameters.PRAGUE;
    assertThat(BlobFee.excessAfter(parent(0, 5 * BLOB, 7), prague, false)).isZero();
    assertThat(BlobFee.excessAfter(parent(0, 6 * BLOB, 7), prague, false)).isZero();
    assertThat(BlobFee.excessAfter(parent(BLOB, 9 * BLOB, 7), prague, false)).isEqualTo(4 * BLOB);
  }

  @Test
  void sinceOsakaItDoesNotFallWhileExecutionCostsMore() {
    BlobParameters prague = BlobParameters.PRAGUE;
    // A blob costs 2^17 wei; 2^13 execution gas cost as much at 16 wei per gas, more at 17.
    assertThat(BlobFee.excessAfter(parent(7 * BLOB, 3 * BLOB, 16), prague, true))
        .isEqualTo(4 * BLOB);
    assertThat(BlobFee.excessAfter(parent(7 * BLOB, 3 * BLOB, 17), prague, true))
        .isEqualTo(8 * BLOB);
  }

  @Test
  void theScheduleIsThatOfTheLastForkThatHasOne() {
    TreeMap<String, Long> times =
        new TreeMap<>(
            Map.of("cancunTime", 10L, "pragueTime", 20L, "osakaTime", 30L, "bpo1Time", 40L));
    BlobParameters own = new BlobParameters(10, 15, 8_346_193);
    ChainConfig config =
        new ChainConfig(1, new TreeMap<>(), times, Optional.empty(), Map.of("bpo1", own));
    assertThat(config.blobs(19)).isEqualTo(BlobParameters.CANCUN);
    assertThat(config.blobs(20)).isEqualTo(BlobParameters.PRAGUE);
    assertThat(config.blobs(39)).isEqualTo(BlobParameters.PRAGUE);
    assertThat(config.blobs(40)).isEqualTo(own);
  }
}
