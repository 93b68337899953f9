package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.dev.DevChain.Head;
import io.kadlink.protocols.eth.pool.HeadView;
import io.kadlink.protocols.eth.pool.NextBlock;
import io.kadlink.protocols.eth.rules.ChainConfig;
import io.kadlink.protocols.eth.state.Account;
import io.kadlink.protocols.eth.state.DumpedState;
import io.kadlink.protocols.eth.state.InvalidStateException;
import io.kadlink.protocols.eth.state.WorldState;
import io.kadlink.protocols.eth.trie.MissingNodeException;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The states of a chain that are known: the latest executed here, and one that was handed in. */
final class KnownStates {
  private static final Logger LOG = LoggerFactory.getLogger(KnownStates.class);

  private final ChainStore store;
  private final ChainConfig config;

  /** Not executed here; null when none was handed in. */
  private volatile @Nullable DumpedState foreign;

  /** Import thread only. */
  private boolean saidLost;

  KnownStates(ChainStore store, ChainConfig config) {
    this.store = store;
    this.config = config;
  }

  /** The account after the block with this hash; empty when that state is not known. */
  Optional<Account> account(Bytes address, Bytes32 blockHash) {
    if (!store.states().has(blockHash)) {
      return store.header(blockHash).flatMap(this::handedIn).map(state -> state.account(address));
    }
    try {
      return store.header(blockHash).map(header -> executed(header).account(address));
    } catch (MissingNodeException e) {
      if (store.states().has(blockHash)) {
        throw e;
      }
      return Optional.empty(); // it went while we looked
    }
  }

  WorldState executed(BlockHeader header) {
    return new WorldState(store.states().nodes(), header.stateRoot());
  }

  /** What transactions are judged by at this head; null when its state is not known. */
  @Nullable HeadView at(Head head) {
    NextBlock next = NextBlock.after(head.header(), config);
    return head.standing().stateChecked()
        ? new ExecutedHead(executed(head.header()), next)
        : handedIn(head.header()).map(state -> new ForeignHead(state, next)).orElse(null);
  }

  /** As above, of a new head; says it once when a state that was handed in does not reach it. */
  @Nullable HeadView next(Head head) {
    HeadView view = at(head);
    if (view != null) {
      saidLost = false;
    } else if (foreign != null && !saidLost) {
      saidLost = true;
      LOG.warn(
          "the state of block {} is not known: to go on from the one handed in takes an EVM."
              + " No transactions are taken",
          head.header());
    }
    return view;
  }

  boolean isHandedIn(BlockHeader header) {
    return handedIn(header).isPresent();
  }

  private Optional<DumpedState> handedIn(BlockHeader header) {
    return Optional.ofNullable(foreign).filter(state -> state.root().equals(header.stateRoot()));
  }

  /**
   * Takes over the state of the head.
   *
   * @throws InvalidStateException when it is that of another block
   */
  void adopt(DumpedState state, BlockHeader head) {
    if (!state.root().equals(head.stateRoot())) {
      throw new InvalidStateException(
          "its root is "
              + state.root()
              + ", but the state of the head, block "
              + head
              + ", has the root "
              + head.stateRoot());
    }
    foreign = state;
    LOG.info(
        "the state of block {} is known by its {} accounts, not executed here", head, state.size());
  }
}
