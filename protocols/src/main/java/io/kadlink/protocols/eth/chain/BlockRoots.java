package io.kadlink.protocols.eth.chain;

import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.protocols.eth.trie.MerkleTrie;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;

/** The hashes by which a header commits to its body and receipts. */
public final class BlockRoots {
  /** The ommers hash of a block without ommers. */
  public static final Bytes32 NO_OMMERS = ommersHash(List.of());

  /** The requests hash of a block without requests (EIP-7685): SHA-256 of nothing. */
  public static final Bytes32 NO_REQUESTS = sha256OfNothing();

  private BlockRoots() {}

  public static Bytes32 ommersHash(List<BlockHeader> ommers) {
    return Bytes32.wrap(
        Keccak256.hash(
            RLP.encodeList(ommers, (writer, ommer) -> writer.writeRLP(ommer.encoded()))
                .toArrayUnsafe()));
  }

  public static Bytes32 transactionsRoot(List<Transaction> transactions) {
    return MerkleTrie.rootOfList(transactions.stream().map(Transaction::encoded).toList());
  }

  public static Bytes32 receiptsRoot(List<Receipt> receipts) {
    return MerkleTrie.rootOfList(receipts.stream().map(ReceiptCodec::encode).toList());
  }

  public static Bytes32 withdrawalsRoot(List<Withdrawal> withdrawals) {
    return MerkleTrie.rootOfList(withdrawals.stream().map(BlockCodec::encodeWithdrawal).toList());
  }

  private static Bytes32 sha256OfNothing() {
    try {
      return Bytes32.wrap(MessageDigest.getInstance("SHA-256").digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has SHA-256
    }
  }
}
