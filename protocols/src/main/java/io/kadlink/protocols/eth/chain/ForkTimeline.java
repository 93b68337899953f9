package io.kadlink.protocols.eth.chain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/**
 * The forks of a chain in order, and the fork id after each: EIP-2124 for forks at a block number,
 * EIP-6122 for those at a time. All numbers are unsigned 64-bit.
 */
public final class ForkTimeline implements ForkSchedule {
  /**
   * A {@code next} above this can only be a time: when mainnet's first block was made. No chain has
   * as many blocks, and no fork by time is older.
   */
  private static final long EARLIEST_TIME = 1_438_269_973L;

  private final List<Fork> forks;

  /** Element {@code i} is the checksum with the first {@code i} forks passed. */
  private final List<Bytes> checksums;

  private record Fork(long at, boolean byTime) {
    boolean passed(long number, long timestamp) {
      return Long.compareUnsigned(byTime ? timestamp : number, at) >= 0;
    }
  }

  private ForkTimeline(List<Fork> forks, List<Bytes> checksums) {
    this.forks = List.copyOf(forks);
    this.checksums = List.copyOf(checksums);
  }

  /**
   * A chain's timeline. Forks at the same point count once; those that the genesis block has passed
   * do not count.
   *
   * @param genesisTime the genesis block's timestamp
   * @param forkBlocks numbers of the first blocks of forks, in any order
   * @param forkTimes activation times of forks, in any order
   */
  public static ForkTimeline of(
      Bytes32 genesisHash, long genesisTime, List<Long> forkBlocks, List<Long> forkTimes) {
    List<Fork> forks = new ArrayList<>();
    forkBlocks.stream()
        .distinct()
        .sorted(Long::compareUnsigned)
        .filter(number -> number != 0)
        .forEach(number -> forks.add(new Fork(number, false)));
    forkTimes.stream()
        .distinct()
        .sorted(Long::compareUnsigned)
        .filter(time -> Long.compareUnsigned(time, genesisTime) > 0)
        .forEach(time -> forks.add(new Fork(time, true)));
    CRC32 crc = new CRC32();
    crc.update(genesisHash.toArrayUnsafe());
    List<Bytes> checksums = new ArrayList<>();
    checksums.add(Bytes.ofUnsignedInt(crc.getValue()));
    for (Fork fork : forks) {
      crc.update(Bytes.ofUnsignedLong(fork.at()).toArrayUnsafe());
      checksums.add(Bytes.ofUnsignedInt(crc.getValue()));
    }
    return new ForkTimeline(forks, checksums);
  }

  @Override
  public ForkId at(BlockHeader head) {
    return at(head.number(), head.timestamp());
  }

  /** The fork id with a head of this number and time. */
  public ForkId at(long number, long timestamp) {
    int passed = passed(number, timestamp);
    return new ForkId(checksums.get(passed), passed < forks.size() ? forks.get(passed).at() : 0);
  }

  @Override
  public Optional<String> incompatibility(ForkId remote, BlockHeader head) {
    return incompatibility(remote, head.number(), head.timestamp());
  }

  /** {@link ForkSchedule#incompatibility} with a head of this number and time. */
  public Optional<String> incompatibility(ForkId remote, long number, long timestamp) {
    int passed = passed(number, timestamp);
    int match = checksums.indexOf(remote.hash());
    if (match < 0) {
      return Optional.of(
          "fork id " + remote.hash() + " is on another chain or after a fork unknown here");
    }
    if (match == passed) {
      return unknownForkPassed(remote, number, timestamp)
          ? Optional.of("it forks at " + unsigned(remote.next()) + ", which passed here without")
          : Optional.empty();
    }
    if (match < passed && forks.get(match).at() != remote.next()) {
      return Optional.of(
          "it does not know the fork at "
              + unsigned(forks.get(match).at())
              + " (its next is "
              + unsigned(remote.next())
              + ")");
    }
    return Optional.empty();
  }

  /** Rule 1a: whether a fork that only the remote knows is behind our head. */
  private boolean unknownForkPassed(ForkId remote, long number, long timestamp) {
    long next = remote.next();
    if (next == 0) {
      return false;
    }
    boolean byTime = Long.compareUnsigned(next, EARLIEST_TIME) > 0;
    return Long.compareUnsigned(byTime ? timestamp : number, next) >= 0;
  }

  private int passed(long number, long timestamp) {
    int passed = 0;
    while (passed < forks.size() && forks.get(passed).passed(number, timestamp)) {
      passed++;
    }
    return passed;
  }

  private static String unsigned(long value) {
    return Long.toUnsignedString(value);
  }
}
