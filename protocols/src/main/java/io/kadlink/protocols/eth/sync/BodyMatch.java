package io.kadlink.protocols.eth.sync;

import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.BlockRoots;
import io.kadlink.protocols.eth.trie.MerkleTrie;
import java.util.List;
import java.util.Optional;

/** Whether a body is the one a header commits to: transactions, ommers and withdrawals. */
final class BodyMatch {
  private BodyMatch() {}

  static boolean matches(BlockHeader header, BlockBody body) {
    return body.withdrawals().map(BlockRoots::withdrawalsRoot).equals(header.withdrawalsRoot())
        && BlockRoots.ommersHash(body.ommers()).equals(header.ommersHash())
        && BlockRoots.transactionsRoot(body.transactions()).equals(header.transactionsRoot());
  }

  /** The body of a block with nothing in it, which nobody needs to be asked for. */
  static Optional<BlockBody> empty(BlockHeader header) {
    boolean empty =
        header.transactionsRoot().equals(MerkleTrie.EMPTY_ROOT)
            && header.ommersHash().equals(BlockRoots.NO_OMMERS)
            && header
                .withdrawalsRoot()
                .filter(root -> !root.equals(MerkleTrie.EMPTY_ROOT))
                .isEmpty();
    return empty
        ? Optional.of(
            new BlockBody(List.of(), List.of(), header.withdrawalsRoot().map(root -> List.of())))
        : Optional.empty();
  }
}
