package io.kadlink.cli.rpc;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockCodec;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.LogsBloom;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.chain.Withdrawal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.units.bigints.UInt256;

/** Blocks, transactions and receipts in the shapes of Ethereum's execution API. */
final class BlockJson {
  private BlockJson() {}

  /** A header alone, as a subscription to new heads tells it. */
  static Map<String, Object> header(BlockHeader header) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("number", Quantity.of(header.number()));
    json.put("hash", header.hash().toHexString());
    json.put("parentHash", header.parentHash().toHexString());
    json.put("sha3Uncles", header.ommersHash().toHexString());
    json.put("miner", header.coinbase().toHexString());
    json.put("stateRoot", header.stateRoot().toHexString());
    json.put("transactionsRoot", header.transactionsRoot().toHexString());
    json.put("receiptsRoot", header.receiptsRoot().toHexString());
    json.put("logsBloom", header.logsBloom().toHexString());
    json.put("difficulty", Quantity.of(header.difficulty()));
    json.put("gasLimit", Quantity.of(header.gasLimit()));
    json.put("gasUsed", Quantity.of(header.gasUsed()));
    json.put("timestamp", Quantity.of(header.timestamp()));
    json.put("extraData", header.extraData().toHexString());
    json.put("mixHash", header.mixHash().toHexString());
    json.put("nonce", header.nonce().toHexString());
    header.baseFee().ifPresent(fee -> json.put("baseFeePerGas", Quantity.of(fee)));
    header.withdrawalsRoot().ifPresent(root -> json.put("withdrawalsRoot", root.toHexString()));
    header.blobGasUsed().ifPresent(gas -> json.put("blobGasUsed", Quantity.of(gas)));
    header.excessBlobGas().ifPresent(gas -> json.put("excessBlobGas", Quantity.of(gas)));
    header
        .parentBeaconBlockRoot()
        .ifPresent(root -> json.put("parentBeaconBlockRoot", root.toHexString()));
    header.requestsHash().ifPresent(hash -> json.put("requestsHash", hash.toHexString()));
    header
        .blockAccessListHash()
        .ifPresent(hash -> json.put("blockAccessListHash", hash.toHexString()));
    header.slotNumber().ifPresent(slot -> json.put("slotNumber", Quantity.of(slot)));
    return json;
  }

  /**
   * @param full whether transactions are shown whole, or by hash
   */
  static Map<String, Object> block(Block block, boolean full) {
    BlockHeader header = block.header();
    Map<String, Object> json = header(header);
    json.put("size", Quantity.of(BlockCodec.encode(block).size()));
    List<Transaction> transactions = block.body().transactions();
    List<Object> shown = new ArrayList<>();
    for (int i = 0; i < transactions.size(); i++) {
      Transaction transaction = transactions.get(i);
      shown.add(full ? transaction(transaction, header, i) : transaction.hash().toHexString());
    }
    json.put("transactions", shown);
    json.put(
        "uncles", block.body().ommers().stream().map(ommer -> ommer.hash().toHexString()).toList());
    block
        .body()
        .withdrawals()
        .ifPresent(
            list -> json.put("withdrawals", list.stream().map(BlockJson::withdrawal).toList()));
    return json;
  }

  private static Map<String, Object> withdrawal(Withdrawal withdrawal) {
    return Map.of(
        "index", Quantity.of(withdrawal.index()),
        "validatorIndex", Quantity.of(withdrawal.validatorIndex()),
        "address", withdrawal.address().toHexString(),
        "amount", Quantity.of(withdrawal.amountGwei()));
  }

  /** A transaction in a block, at {@code index} of its body. */
  static Map<String, Object> transaction(Transaction transaction, BlockHeader header, int index) {
    Map<String, Object> json = pending(transaction);
    json.put("blockHash", header.hash().toHexString());
    json.put("blockNumber", Quantity.of(header.number()));
    json.put("transactionIndex", Quantity.of(index));
    json.put("gasPrice", Quantity.of(price(transaction, header)));
    return json;
  }

  /** A transaction that waits for a block. */
  static Map<String, Object> pending(Transaction transaction) {
    TransactionPayload payload = transaction.payload();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("blockHash", null);
    json.put("blockNumber", null);
    json.put("transactionIndex", null);
    json.put("hash", transaction.hash().toHexString());
    json.put("type", Quantity.of(transaction.type()));
    payload.chain().ifPresent(id -> json.put("chainId", Quantity.of(id)));
    json.put("from", transaction.sender().map(Bytes::toHexString).orElse(null));
    json.put("to", payload.to().map(Bytes::toHexString).orElse(null));
    json.put("nonce", Quantity.of(payload.nonce()));
    json.put("value", Quantity.of(payload.value()));
    json.put("gas", Quantity.of(payload.gasLimit()));
    json.put("gasPrice", Quantity.of(payload.maxFeePerGas()));
    if (transaction.type() >= 2) {
      json.put("maxFeePerGas", Quantity.of(payload.maxFeePerGas()));
      json.put("maxPriorityFeePerGas", Quantity.of(payload.maxPriorityFeePerGas()));
    }
    if (transaction.type() >= 1) {
      json.put(
          "accessList",
          payload.accessList().stream()
              .map(
                  tuple ->
                      Map.of(
                          "address",
                          tuple.address().toHexString(),
                          "storageKeys",
                          tuple.storageKeys().stream().map(Bytes::toHexString).toList()))
              .toList());
      json.put("yParity", Quantity.of(transaction.v()));
    }
    json.put("input", payload.data().toHexString());
    json.put("v", Quantity.of(transaction.v()));
    json.put("r", Quantity.of(transaction.r()));
    json.put("s", Quantity.of(transaction.s()));
    return json;
  }

  static Map<String, Object> receipt(
      List<Transaction> transactions, List<Receipt> receipts, BlockHeader header, int index) {
    Transaction transaction = transactions.get(index);
    Receipt receipt = receipts.get(index);
    long before = index == 0 ? 0 : receipts.get(index - 1).cumulativeGasUsed();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("transactionHash", transaction.hash().toHexString());
    json.put("transactionIndex", Quantity.of(index));
    json.put("blockHash", header.hash().toHexString());
    json.put("blockNumber", Quantity.of(header.number()));
    json.put("from", transaction.sender().map(Bytes::toHexString).orElse(null));
    json.put("to", transaction.payload().to().map(Bytes::toHexString).orElse(null));
    json.put("type", Quantity.of(receipt.type()));
    switch (receipt.outcome()) {
      case Receipt.Status status -> json.put("status", Quantity.of(status.succeeded() ? 1 : 0));
      case Receipt.PostState state -> json.put("root", state.stateRoot().toHexString());
    }
    json.put("cumulativeGasUsed", Quantity.of(receipt.cumulativeGasUsed()));
    json.put("gasUsed", Quantity.of(receipt.cumulativeGasUsed() - before));
    json.put("effectiveGasPrice", Quantity.of(price(transaction, header)));
    json.put("contractAddress", null);
    json.put("logs", List.of());
    json.put("logsBloom", LogsBloom.of(receipt.logs()).toHexString());
    return json;
  }

  /** What a unit of gas cost the sender (EIP-1559). */
  static UInt256 price(Transaction transaction, BlockHeader header) {
    TransactionPayload payload = transaction.payload();
    UInt256 baseFee = header.baseFee().orElse(UInt256.ZERO);
    UInt256 offered = baseFee.add(payload.maxPriorityFeePerGas());
    return offered.compareTo(payload.maxFeePerGas()) < 0 ? offered : payload.maxFeePerGas();
  }
}
