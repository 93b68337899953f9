package io.kadlink.protocols.eth.wire;

import java.util.Optional;
import org.apache.tuweni.bytes.Bytes32;

/**
 * Which full blocks a node can serve (eth/69).
 *
 * @param earliest the lowest block number, unsigned 64-bit
 * @param latest the highest block number, unsigned 64-bit
 * @param latestHash the hash of the highest
 */
public record BlockRange(long earliest, long latest, Bytes32 latestHash) {

  /** What is wrong with this range in itself; empty when it could be one. */
  public Optional<String> flaw() {
    if (Long.compareUnsigned(earliest, latest) > 0) {
      return Optional.of(
          "earliest block "
              + Long.toUnsignedString(earliest)
              + " is after latest "
              + Long.toUnsignedString(latest));
    }
    return latestHash.isZero() ? Optional.of("latest hash is zero") : Optional.empty();
  }

  public BlockId head() {
    return new BlockId(latest, latestHash);
  }
}
