package io.kadlink.protocols.eth.chain;

import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.protocols.eth.trie.MerkleTrie;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;

/** The hashes by which a header commits to its body and receipts. */
public final class BlockRoots {
  /** The ommers hash of a block without ommers. */
  public static final Bytes32 NO_OMMERS = ommersHash(List.of());

  /** The requests hash of a block without requests (EIP-7685): SHA-256 of nothing. */
  public static final Bytes32 NO_REQUESTS = requestsHash(List.of());

  /** The access list hash of a block that touched nothing (EIP-7928): Keccak-256 of a list. */
  public static final Bytes32 NO_ACCESSES = NO_OMMERS;

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

  /**
   * The requests hash of a block (EIP-7685).
   *
   * @param requests type byte and data of each, in the order of their types; one that is only a
   *     type doesn't count
   */
  public static Bytes32 requestsHash(List<Bytes> requests) {
    MessageDigest all = sha256();
    for (Bytes request : requests) {
      if (request.size() > 1) {
        all.update(sha256().digest(request.toArrayUnsafe()));
      }
    }
    return Bytes32.wrap(all.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has SHA-256
    }
  }
}
