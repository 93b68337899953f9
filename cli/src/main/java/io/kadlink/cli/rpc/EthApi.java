package io.kadlink.cli.rpc;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.PooledTransactionCodec;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPool;
import io.kadlink.protocols.eth.dev.DevChain;
import io.kadlink.protocols.eth.dev.TransactionPlace;
import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import io.kadlink.protocols.eth.state.Account;
import io.kadlink.protocols.eth.sync.SyncProgress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.jspecify.annotations.Nullable;

/** {@code eth_*}: the chain as web3 libraries ask for it. Methods of an EVM are not there. */
public final class EthApi {
  private final DevChain chain;
  private final TransactionPool pool;
  private final Supplier<Optional<SyncProgress>> syncing;

  /**
   * @param syncing how far catching up has come, while the node does
   */
  public EthApi(DevChain chain, Supplier<Optional<SyncProgress>> syncing) {
    this.chain = chain;
    this.pool = chain.pool();
    this.syncing = syncing;
  }

  public void addTo(RpcMethods methods) {
    methods
        .add("eth_chainId", params -> Quantity.of(chain.chainId()))
        .add("eth_blockNumber", params -> Quantity.of(chain.head().number()))
        .add("eth_syncing", params -> syncing.get().<Object>map(EthApi::syncing).orElse(false))
        .add("eth_getBlockByNumber", params -> block(at(params, 0), params.flag(1)))
        .add("eth_getBlockByHash", params -> block(chain.header(params.hash(0)), params.flag(1)))
        .add("eth_getTransactionByHash", this::transaction)
        .add("eth_getTransactionReceipt", this::receipt)
        .add("eth_getBalance", params -> Quantity.of(account(params).balance()))
        .add("eth_getTransactionCount", params -> Quantity.of(nonce(params)))
        .add("eth_sendRawTransaction", this::sendRaw)
        .addFeed("eth", "newHeads", (params, listener) -> newHeads(listener))
        .addFeed(
            "eth",
            "newPendingTransactions",
            (params, listener) -> newTransactions(params.flag(0), listener));
  }

  private AutoCloseable newHeads(Consumer<Object> listener) {
    return chain.onNewHead(block -> listener.accept(BlockJson.header(block.header())));
  }

  private AutoCloseable newTransactions(boolean full, Consumer<Object> listener) {
    return pool.onAdded(
        transaction ->
            listener.accept(
                full ? BlockJson.pending(transaction) : transaction.hash().toHexString()));
  }

  private long nonce(Params params) throws RpcError {
    return params.is(1, "pending") ? chain.nextNonce(params.address(0)) : account(params).nonce();
  }

  private static Map<String, Object> syncing(SyncProgress progress) {
    return Map.of(
        "startingBlock", Quantity.of(progress.startingBlock()),
        "currentBlock", Quantity.of(progress.currentBlock()),
        "highestBlock", Quantity.of(progress.highestBlock()));
  }

  private Optional<BlockHeader> at(Params params, int index) throws RpcError {
    if (params.is(index, "safe")) {
      return chain.safe();
    }
    if (params.is(index, "finalized")) {
      return chain.finalized();
    }
    Optional<Long> number = params.blockNumber(index);
    return number.isPresent() ? chain.header(number.get()) : Optional.of(chain.head());
  }

  private @Nullable Object block(Optional<BlockHeader> header, boolean full) {
    if (header.isEmpty()) {
      return null;
    }
    return chain
        .body(header.get().hash())
        .map(body -> BlockJson.block(new Block(header.get(), body), full))
        .orElse(null);
  }

  private Account account(Params params) throws RpcError {
    Bytes address = params.address(0);
    BlockHeader header =
        at(params, 1).orElseThrow(() -> RpcError.failed("there is no such block here"));
    return chain
        .account(address, header.hash())
        .orElseThrow(
            () ->
                RpcError.failed(
                    "the state of block "
                        + header.number()
                        + " was not computed by this node, or is kept no more"));
  }

  private @Nullable Object transaction(Params params) throws RpcError {
    Bytes32 hash = params.hash(0);
    Optional<Transaction> pending = pool.get(hash);
    if (pending.isPresent()) {
      return BlockJson.pending(pending.get());
    }
    Optional<TransactionPlace> place = chain.place(hash);
    if (place.isEmpty()) {
      return null;
    }
    BlockHeader header = chain.header(place.get().blockHash()).orElseThrow();
    BlockBody body = chain.body(header.hash()).orElseThrow();
    int index = place.get().index();
    return BlockJson.transaction(body.transactions().get(index), header, index);
  }

  private @Nullable Object receipt(Params params) throws RpcError {
    Optional<TransactionPlace> place = chain.place(params.hash(0));
    if (place.isEmpty()) {
      return null;
    }
    BlockHeader header = chain.header(place.get().blockHash()).orElseThrow();
    Optional<List<Receipt>> receipts = chain.receipts(header.hash());
    if (receipts.isEmpty()) {
      return null;
    }
    List<Transaction> transactions = chain.body(header.hash()).orElseThrow().transactions();
    return BlockJson.receipt(transactions, receipts.get(), header, place.get().index());
  }

  private String sendRaw(Params params) throws RpcError {
    PooledTransaction transaction;
    try {
      transaction = PooledTransactionCodec.decode(params.bytes(0));
    } catch (InvalidRlpException e) {
      throw RpcError.invalidParams("not a transaction: " + e.getMessage());
    }
    return add(pool, transaction);
  }

  /** Puts a transaction of our own into the pool; its hash, or why it was not taken. */
  static String add(TransactionPool pool, PooledTransaction transaction) throws RpcError {
    return switch (pool.addLocal(transaction)) {
      case TransactionPool.Verdict.Accepted accepted -> transaction.hash().toHexString();
      case TransactionPool.Verdict.Known known -> throw RpcError.failed("already known");
      case TransactionPool.Verdict.Refused refused -> throw RpcError.failed(refused.reason());
    };
  }
}
