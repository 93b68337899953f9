package io.kadlink.protocols.eth.chain;

import java.util.Optional;

/** Fork ids of one chain (EIP-2124 by block, EIP-6122 by time). Immutable. */
public interface ForkSchedule {

  /** The fork id with {@code head} as the best block. */
  ForkId at(BlockHeader head);

  /**
   * Judges a remote's fork id with {@code head} as our best block.
   *
   * @return empty when compatible, else why not
   */
  Optional<String> incompatibility(ForkId remote, BlockHeader head);
}
