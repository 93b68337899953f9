package io.kadlink.protocols.eth.dev;

import io.kadlink.identity.Signer;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.rules.TransactionGas;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.units.bigints.UInt256;

/** Signs transfers for one account of one chain. Keeps no state; usable from any thread. */
public final class Wallet {
  /** A tip that most would call normal: 1 gwei per gas. */
  public static final UInt256 DEFAULT_TIP = UInt256.valueOf(1_000_000_000);

  private final Signer signer;
  private final UInt256 chainId;
  private final Bytes address;

  public Wallet(Signer signer, long chainId) {
    this.signer = signer;
    this.chainId = UInt256.valueOf(chainId);
    this.address = Transaction.address(signer.publicKey());
  }

  /** The account's 20-byte address. */
  public Bytes address() {
    return address;
  }

  /**
   * A signed EIP-1559 transfer.
   *
   * @param to 20-byte address of the recipient
   * @param wei the amount
   * @param maxFeePerGas the most to pay for a unit of gas, in wei
   * @param tip the most of that for the block's producer
   */
  public Transaction transfer(
      long nonce, Bytes to, UInt256 wei, UInt256 maxFeePerGas, UInt256 tip) {
    return Transaction.sign(
        new TransactionPayload.DynamicFee(
            chainId,
            nonce,
            tip,
            maxFeePerGas,
            TransactionGas.BASE,
            Optional.of(to),
            wei,
            Bytes.EMPTY,
            List.of()),
        signer);
  }

  /** A transfer with the account's next nonce and a fee that outlasts a few full blocks. */
  public Transaction transfer(DevChain chain, Bytes to, UInt256 wei) {
    UInt256 maxFee = chain.nextBaseFee().multiply(UInt256.valueOf(2)).add(DEFAULT_TIP);
    return transfer(chain.nextNonce(address), to, wei, maxFee, DEFAULT_TIP);
  }
}
