package io.kadlink.protocols.eth.rules;

import io.kadlink.protocols.eth.chain.ForkTimeline;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
import org.jspecify.annotations.Nullable;

/**
 * The {@code config} of a genesis file: which forks begin where. Numbers and times are unsigned
 * 64-bit.
 *
 * @param chainId EIP-155 chain id, at most 2^63 - 1
 * @param forkBlocks each field whose name ends in {@code Block}, such as {@code londonBlock}
 * @param forkTimes each field whose name ends in {@code Time}, such as {@code shanghaiTime}
 * @param terminalTotalDifficulty the total difficulty at which the Merge happens, if it does
 * @param blobSchedule parameters of blobs by lower-case fork name, where they are not those of the
 *     fork's EIP
 */
public record ChainConfig(
    long chainId,
    SortedMap<String, Long> forkBlocks,
    SortedMap<String, Long> forkTimes,
    Optional<UInt256> terminalTotalDifficulty,
    Map<String, BlobParameters> blobSchedule) {
  private static final String LONDON = "londonBlock";
  private static final String SHANGHAI = "shanghaiTime";
  private static final String CANCUN = "cancunTime";
  private static final String PRAGUE = "pragueTime";
  private static final String TIME = "Time";
  private static final String AMSTERDAM = "amsterdamTime";
  private static final List<String> UNDERSTOOD_TIMES = List.of(SHANGHAI, CANCUN, PRAGUE);

  public ChainConfig {
    forkBlocks = new TreeMap<>(forkBlocks);
    forkTimes = new TreeMap<>(forkTimes);
    blobSchedule = Map.copyOf(blobSchedule);
  }

  /** The rules for a block of this number and time. */
  public Fork fork(long number, long timestamp) {
    if (!passed(forkBlocks.get(LONDON), number)) {
      return Fork.BEFORE_LONDON;
    }
    for (Map.Entry<String, Long> fork : forkTimes.entrySet()) {
      if (!UNDERSTOOD_TIMES.contains(fork.getKey()) && passed(fork.getValue(), timestamp)) {
        return Fork.LATER;
      }
    }
    if (passed(forkTimes.get(PRAGUE), timestamp)) {
      return Fork.PRAGUE;
    }
    if (passed(forkTimes.get(CANCUN), timestamp)) {
      return Fork.CANCUN;
    }
    return passed(forkTimes.get(SHANGHAI), timestamp) ? Fork.SHANGHAI : Fork.LONDON;
  }

  /** Whether such a block's header names its access list and slot (EIP-7928, EIP-7843). */
  public boolean isAmsterdam(long number, long timestamp) {
    return fork(number, timestamp) == Fork.LATER && passed(forkTimes.get(AMSTERDAM), timestamp);
  }

  /**
   * The parameters of blobs in a block of this time: those of the last fork to then that has any.
   */
  public BlobParameters blobs(long timestamp) {
    BlobParameters latest = blobSchedule.getOrDefault("cancun", BlobParameters.CANCUN);
    long since = 0;
    for (Map.Entry<String, Long> fork : forkTimes.entrySet()) {
      String name = fork.getKey().substring(0, fork.getKey().length() - TIME.length());
      BlobParameters own = blobSchedule.get(name.toLowerCase(Locale.ROOT));
      if (own == null && fork.getKey().equals(PRAGUE)) {
        own = BlobParameters.PRAGUE;
      }
      if (own != null
          && passed(fork.getValue(), timestamp)
          && Long.compareUnsigned(fork.getValue(), since) >= 0) {
        latest = own;
        since = fork.getValue();
      }
    }
    return latest;
  }

  /** The fork ids of the chain with this config. */
  public ForkTimeline timeline(Bytes32 genesisHash, long genesisTime) {
    return ForkTimeline.of(
        genesisHash,
        genesisTime,
        List.copyOf(forkBlocks.values()),
        List.copyOf(forkTimes.values()));
  }

  private static boolean passed(@Nullable Long fork, long point) {
    return fork != null && Long.compareUnsigned(point, fork) >= 0;
  }
}
