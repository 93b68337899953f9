package io.kadlink.protocols.eth.sync;

import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.Chain;
import io.kadlink.protocols.eth.peer.EthPeer;
import io.kadlink.protocols.eth.wire.EthMessage.BlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Finds the highest block that a peer's chain has in common with ours, by bisection: they share the
 * genesis block, and where they differ once they differ for good. A header at a time; as many
 * questions as the chain's height has bits.
 */
final class AncestorSearch {
  private final Chain chain;
  private final EthPeer peer;
  private final Consumer<Optional<BlockHeader>> then;

  private long common;
  private long different;

  /**
   * @param different a height at which the chains differ, above the genesis block
   * @param then gets our header of the common block, or nothing when the peer did not answer
   */
  AncestorSearch(Chain chain, EthPeer peer, long different, Consumer<Optional<BlockHeader>> then) {
    this.chain = chain;
    this.peer = peer;
    this.different = different;
    this.then = then;
  }

  void start() {
    if (different - common == 1) {
      then.accept(chain.header(common));
      return;
    }
    long middle = common + (different - common) / 2;
    peer.requestHeaders(
        new GetBlockHeaders.AtNumber(middle), 1, false, answer -> compare(middle, answer));
  }

  private void compare(long middle, Optional<BlockHeaders> answer) {
    if (answer.isEmpty()) {
      then.accept(Optional.empty());
      return;
    }
    boolean same =
        answer.get().headers().stream()
            .anyMatch(theirs -> chain.header(middle).filter(theirs::equals).isPresent());
    if (same) {
      common = middle;
    } else {
      different = middle;
    }
    start();
  }
}
