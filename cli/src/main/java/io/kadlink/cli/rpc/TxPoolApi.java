package io.kadlink.cli.rpc;

import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.dev.DevChain;
import io.kadlink.protocols.eth.pool.PoolContent;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.tuweni.bytes.Bytes;

/** {@code txpool_*}: the transactions that wait, as geth shows them. */
public final class TxPoolApi {
  private final DevChain chain;

  public TxPoolApi(DevChain chain) {
    this.chain = chain;
  }

  public void addTo(RpcMethods methods) {
    methods
        .add("txpool_status", params -> status(chain.poolContent()))
        .add("txpool_content", params -> show(chain.poolContent(), BlockJson::pending))
        .add("txpool_inspect", params -> show(chain.poolContent(), TxPoolApi::inWords))
        .add("txpool_contentFrom", this::contentFrom);
  }

  private static Map<String, Object> status(PoolContent content) {
    return Map.of(
        "pending", Quantity.of(count(content.pending())),
        "queued", Quantity.of(count(content.queued())));
  }

  private static long count(Map<Bytes, List<Transaction>> part) {
    return part.values().stream().mapToLong(List::size).sum();
  }

  private static Map<String, Object> show(
      PoolContent content, Function<Transaction, Object> shape) {
    return Map.of(
        "pending", bySender(content.pending(), shape),
        "queued", bySender(content.queued(), shape));
  }

  private static Map<String, Object> bySender(
      Map<Bytes, List<Transaction>> part, Function<Transaction, Object> shape) {
    Map<String, Object> json = new LinkedHashMap<>();
    part.forEach((sender, all) -> json.put(checksummed(sender), byNonce(all, shape)));
    return json;
  }

  private static Map<String, Object> byNonce(
      List<Transaction> all, Function<Transaction, Object> shape) {
    Map<String, Object> json = new LinkedHashMap<>();
    all.forEach(each -> json.put(Long.toUnsignedString(each.payload().nonce()), shape.apply(each)));
    return json;
  }

  private Map<String, Object> contentFrom(Params params) throws RpcError {
    Bytes sender = params.address(0);
    PoolContent content = chain.poolContent();
    return Map.of(
        "pending",
        byNonce(content.pending().getOrDefault(sender, List.of()), BlockJson::pending),
        "queued",
        byNonce(content.queued().getOrDefault(sender, List.of()), BlockJson::pending));
  }

  /** One line, in the words that geth has for it. */
  private static String inWords(Transaction transaction) {
    TransactionPayload payload = transaction.payload();
    return "%s: %s wei + %s gas \u00d7 %s wei"
        .formatted(
            payload.to().map(TxPoolApi::checksummed).orElse("contract creation"),
            payload.value().toDecimalString(),
            Long.toUnsignedString(payload.gasLimit()),
            payload.maxFeePerGas().toDecimalString());
  }

  /** An address with the checksum of EIP-55 in the case of its letters. */
  static String checksummed(Bytes address) {
    String digits = address.toUnprefixedHexString();
    String hash =
        Bytes.wrap(Keccak256.hash(digits.getBytes(StandardCharsets.US_ASCII)))
            .toUnprefixedHexString();
    StringBuilder text = new StringBuilder("0x");
    for (int i = 0; i < digits.length(); i++) {
      char digit = digits.charAt(i);
      text.append(hash.charAt(i) >= '8' ? Character.toUpperCase(digit) : digit);
    }
    return text.toString();
  }
}
