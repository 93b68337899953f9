package io.kadlink.protocols.eth.state;

import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import io.kadlink.protocols.eth.rlp.RlpReader;
import io.kadlink.protocols.eth.trie.MerkleTrie;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * An account as it stands in the state trie (yellow paper, section 4.1).
 *
 * @param nonce unsigned 64-bit
 * @param balance in wei
 */
public record Account(long nonce, UInt256 balance, Bytes32 storageRoot, Bytes32 codeHash) {
  /** Keccak-256 of no bytes: the code hash of an account without code. */
  public static final Bytes32 NO_CODE = Bytes32.wrap(Keccak256.hash(new byte[0]));

  /** An account that nothing has happened to. */
  public static final Account NONE = new Account(0, UInt256.ZERO, MerkleTrie.EMPTY_ROOT, NO_CODE);

  /** Whether it is empty in the sense of EIP-161: such an account does not stay in the state. */
  public boolean isEmpty() {
    return nonce == 0 && balance.isZero() && !hasCode();
  }

  public boolean hasCode() {
    return !codeHash.equals(NO_CODE);
  }

  public Account withBalance(UInt256 newBalance) {
    return new Account(nonce, newBalance, storageRoot, codeHash);
  }

  public Account withNonce(long newNonce) {
    return new Account(newNonce, balance, storageRoot, codeHash);
  }

  public Account withStorageRoot(Bytes32 newRoot) {
    return new Account(nonce, balance, newRoot, codeHash);
  }

  public Bytes encode() {
    return RLP.encodeList(
        writer -> {
          writer.writeValue(Bytes.minimalBytes(nonce));
          writer.writeValue(balance.toMinimalBytes());
          writer.writeValue(storageRoot);
          writer.writeValue(codeHash);
        });
  }

  /**
   * Reverses {@link #encode}.
   *
   * @throws InvalidRlpException when the bytes are damaged
   */
  public static Account decode(Bytes rlp) {
    RlpReader reader = RlpReader.ofList(rlp, "account");
    Account account =
        new Account(
            reader.uint64("nonce"),
            reader.uint256("balance"),
            reader.bytes32("storageRoot"),
            reader.bytes32("codeHash"));
    reader.requireEnd("account");
    return account;
  }
}
