package io.kadlink.protocols.eth.sync;

import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockCodec;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.Withdrawal;
import io.kadlink.protocols.eth.trie.MerkleTrie;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;

/** Whether a body is the one a header commits to: transactions, ommers and withdrawals. */
final class BodyMatch {
  private static final Bytes32 NO_OMMERS = ommersHash(List.of());

  private BodyMatch() {}

  static boolean matches(BlockHeader header, BlockBody body) {
    return body.withdrawals().map(BodyMatch::withdrawalsRoot).equals(header.withdrawalsRoot())
        && ommersHash(body.ommers()).equals(header.ommersHash())
        && MerkleTrie.rootOfList(body.transactions().stream().map(Transaction::encoded).toList())
            .equals(header.transactionsRoot());
  }

  /** The body of a block with nothing in it, which nobody needs to be asked for. */
  static Optional<BlockBody> empty(BlockHeader header) {
    boolean empty =
        header.transactionsRoot().equals(MerkleTrie.EMPTY_ROOT)
            && header.ommersHash().equals(NO_OMMERS)
            && header
                .withdrawalsRoot()
                .filter(root -> !root.equals(MerkleTrie.EMPTY_ROOT))
                .isEmpty();
    return empty
        ? Optional.of(
            new BlockBody(List.of(), List.of(), header.withdrawalsRoot().map(root -> List.of())))
        : Optional.empty();
  }

  private static Bytes32 withdrawalsRoot(List<Withdrawal> withdrawals) {
    return MerkleTrie.rootOfList(withdrawals.stream().map(BlockCodec::encodeWithdrawal).toList());
  }

  private static Bytes32 ommersHash(List<BlockHeader> ommers) {
    return Bytes32.wrap(
        Keccak256.hash(
            RLP.encodeList(ommers, (writer, ommer) -> writer.writeRLP(ommer.encoded()))
                .toArrayUnsafe()));
  }
}
