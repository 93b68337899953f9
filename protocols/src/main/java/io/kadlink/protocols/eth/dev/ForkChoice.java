package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.BlockHeader;
import org.apache.tuweni.bytes.Bytes32;

/**
 * What a consensus layer says of the chain (Engine API, ForkchoiceStateV1).
 *
 * @param head the block to build on
 * @param safe an ancestor of the head that will hardly be left; zero when there is none yet
 * @param finalized an ancestor of the head that never will be; zero when there is none yet
 */
public record ForkChoice(Bytes32 head, Bytes32 safe, Bytes32 finalized) {

  /** What became of it. */
  public sealed interface Outcome {
    /**
     * The chain follows it.
     *
     * @param head the chosen block; a later one stays the chain's head when it was canonical before
     * @param stateKnown whether the state after it is known, and so its validity
     */
    record Followed(BlockHeader head, boolean stateKnown) implements Outcome {}

    /** The head is not in the store. */
    record UnknownHead() implements Outcome {}

    /** A block that should be an ancestor of the head is none; nothing has changed. */
    record Inconsistent(String reason) implements Outcome {}
  }
}
