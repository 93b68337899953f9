package io.kadlink.cli.rpc;

import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.dev.DevChain;
import io.kadlink.protocols.eth.dev.Wallet;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * {@code kadlink_walletAddress} and {@code kadlink_transfer}: a dev wallet that lives in the node.
 */
public final class WalletApi {
  private final DevChain chain;
  private final Wallet wallet;

  /** Two transfers at a time would take the same nonce. */
  private final Lock signing = new ReentrantLock();

  public WalletApi(DevChain chain, Wallet wallet) {
    this.chain = chain;
    this.wallet = wallet;
  }

  public void addTo(RpcMethods methods) {
    methods
        .add("kadlink_walletAddress", params -> wallet.address().toHexString())
        .add("kadlink_transfer", params -> transfer(params.address(0), params.quantity(1)));
  }

  private String transfer(Bytes to, UInt256 wei) throws RpcError {
    signing.lock();
    try {
      Transaction transaction = wallet.transfer(chain, to, wei);
      return EthApi.add(chain.pool(), PooledTransaction.of(transaction));
    } finally {
      signing.unlock();
    }
  }
}
