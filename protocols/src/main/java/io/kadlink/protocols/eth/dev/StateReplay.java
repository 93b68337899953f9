package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.dev.BlockJudge.Judgement;
import io.kadlink.protocols.eth.store.StateLayers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Makes the state after a stored block readable again, by executing blocks from the nearest one
 * whose state there is: after a start, and on a side branch that was given up meanwhile.
 */
final class StateReplay {
  private final ChainStore store;
  private final BlockJudge judge;

  StateReplay(ChainStore store, BlockJudge judge) {
    this.store = store;
    this.judge = judge;
  }

  /**
   * Makes the state after {@code header} readable; the block was executed before.
   *
   * @return why that can't be; empty when it is done
   */
  Optional<String> ensure(BlockHeader header) {
    StateLayers states = store.states();
    Deque<BlockHeader> missing = new ArrayDeque<>();
    BlockHeader each = header;
    while (!states.has(each.hash())) {
      if (Long.compareUnsigned(each.number(), states.baseNumber()) <= 0) {
        return Optional.of(
            "the state after block "
                + each
                + " is kept no more; the oldest is that of block "
                + states.baseNumber());
      }
      missing.push(each);
      each = stored(each);
    }
    BlockHeader parent = each;
    for (BlockHeader next : missing) {
      Block block = new Block(next, store.body(next.hash()).orElseThrow());
      if (!(judge.execute(block, parent) instanceof Judgement.Valid valid)) {
        return Optional.of("block " + next + " was valid once and is no more");
      }
      states.add(next.hash(), next.parentHash(), next.number(), valid.newNodes());
      parent = next;
    }
    return Optional.empty();
  }

  private BlockHeader stored(BlockHeader child) {
    return store
        .header(child.parentHash())
        .orElseThrow(
            () -> new IllegalStateException("the parent of " + child + " is not in the store"));
  }
}
