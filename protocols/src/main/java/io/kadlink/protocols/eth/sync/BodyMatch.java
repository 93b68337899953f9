package io.kadlink.protocols.eth.sync;

import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.BlockRoots;
import io.kadlink.protocols.eth.trie.MerkleTrie;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether a body is the one a header commits to: transactions, ommers and withdrawals. */
final class BodyMatch {
  private BodyMatch() {}

  /**
   * The bodies of an answer in the places of the headers they belong to. They come in the order of
   * the request; a peer may leave some out. Hashing all of them takes a while: not for a loop.
   *
   * @return a body or null for each header; empty when a body belongs to none of them
   */
  static Optional<List<@Nullable BlockBody>> assign(
      List<BlockHeader> headers, List<BlockBody> bodies) {
    List<@Nullable BlockBody> places = new ArrayList<>(Collections.nCopies(headers.size(), null));
    int next = 0;
    for (BlockBody body : bodies) {
      while (next < headers.size() && !matches(headers.get(next), body)) {
        next++;
      }
      if (next == headers.size()) {
        return Optional.empty();
      }
      places.set(next++, body);
    }
    return Optional.of(places);
  }

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
