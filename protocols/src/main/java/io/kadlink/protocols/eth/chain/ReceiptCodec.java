package io.kadlink.protocols.eth.chain;

import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import io.kadlink.protocols.eth.rlp.RlpReader;
import io.kadlink.protocols.eth.rlp.RlpSize;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.rlp.RLPWriter;

/**
 * Receipts to bytes and back, of every fork since Frontier. The <em>canonical</em> form stands in
 * the receipts trie: a list for legacy, else the type byte and a list (EIP-2718), bloom included.
 * As an RLP <em>item</em> of an eth/68 message, a typed receipt is wrapped as a string. eth/69 has
 * a form of its own, a list with the type and without bloom.
 */
public final class ReceiptCodec {
  /** The largest receipt that is decoded: no message that could carry it is larger. */
  public static final int MAX_RECEIPT_BYTES = 10 << 20;

  /** Types above are reserved by EIP-2718: a first byte from 0xc0 begins a list. */
  private static final int MAX_TYPE = 0x7f;

  private static final int FIRST_LIST_BYTE = 0xc0;

  /** The log operations of the EVM carry up to four topics. */
  private static final int MAX_TOPICS = 4;

  private ReceiptCodec() {}

  /**
   * A receipt from its canonical form.
   *
   * @throws InvalidRlpException when it is malformed or its bloom does not follow from its logs
   */
  public static Receipt decode(Bytes canonical) {
    if (canonical.isEmpty()) {
      throw new InvalidRlpException("receipt: empty");
    }
    int first = canonical.get(0) & 0xff;
    if (first >= FIRST_LIST_BYTE) {
      return readFields(0, RlpReader.ofList(canonical.toArray(), "receipt"));
    }
    if (first == 0 || first > MAX_TYPE) {
      throw new InvalidRlpException("receipt: no such type " + first);
    }
    return readFields(first, RlpReader.ofList(canonical.slice(1).toArray(), "receipt"));
  }

  public static Bytes encode(Receipt receipt) {
    Bytes list =
        RLP.encodeList(
            writer -> {
              writer.writeValue(outcome(receipt));
              writer.writeValue(Bytes.minimalBytes(receipt.cumulativeGasUsed()));
              writer.writeValue(LogsBloom.of(receipt.logs()));
              writer.writeList(receipt.logs(), ReceiptCodec::writeLog);
            });
    return receipt.type() == 0
        ? list
        : Bytes.concatenate(Bytes.of((byte) receipt.type()), list).copy();
  }

  /** The next item of {@code reader} in the form of eth/68. */
  public static Receipt readItem(RlpReader reader) {
    if (reader.nextIsList()) {
      return decode(reader.rawItem("receipt"));
    }
    Bytes canonical = reader.bytes("receipt", MAX_RECEIPT_BYTES);
    if (!canonical.isEmpty() && (canonical.get(0) & 0xff) >= FIRST_LIST_BYTE) {
      throw new InvalidRlpException("receipt: a legacy receipt wrapped as a string");
    }
    return decode(canonical);
  }

  /** The RLP item in the form of eth/68. */
  public static Bytes encodeItem(Receipt receipt) {
    Bytes canonical = encode(receipt);
    return receipt.type() == 0 ? canonical : RLP.encodeValue(canonical);
  }

  /** The next item of {@code reader} in the form of eth/69: type, status, gas, logs. */
  public static Receipt readItemWithoutBloom(RlpReader reader) {
    RlpReader fields = reader.list("receipt");
    int type = fields.smallInteger("type", MAX_TYPE);
    Receipt.Outcome outcome = readOutcome(fields);
    long gas = fields.uint64("cumulativeGasUsed");
    List<Receipt.Log> logs = fields.list("logs", ReceiptCodec::readLog);
    fields.requireEnd("receipt");
    return new Receipt(type, outcome, gas, logs);
  }

  /** The RLP item in the form of eth/69. */
  public static Bytes encodeItemWithoutBloom(Receipt receipt) {
    return RLP.encodeList(
        writer -> {
          writer.writeValue(Bytes.minimalBytes(receipt.type()));
          writer.writeValue(outcome(receipt));
          writer.writeValue(Bytes.minimalBytes(receipt.cumulativeGasUsed()));
          writer.writeList(receipt.logs(), ReceiptCodec::writeLog);
        });
  }

  /** The bytes of {@link #encodeItem}. */
  public static long itemBytes(Receipt receipt) {
    long list =
        RlpSize.withHeader(
            RlpSize.ofString(outcome(receipt))
                + RlpSize.ofNumber(receipt.cumulativeGasUsed())
                + RlpSize.withHeader(BlockHeader.BLOOM_BYTES)
                + RlpSize.withHeader(logBytes(receipt)));
    return receipt.type() == 0 ? list : RlpSize.withHeader(1 + list);
  }

  /** The bytes of {@link #encodeItemWithoutBloom}. */
  public static long itemBytesWithoutBloom(Receipt receipt) {
    return RlpSize.withHeader(
        RlpSize.ofNumber(receipt.type())
            + RlpSize.ofString(outcome(receipt))
            + RlpSize.ofNumber(receipt.cumulativeGasUsed())
            + RlpSize.withHeader(logBytes(receipt)));
  }

  private static long logBytes(Receipt receipt) {
    long sum = 0;
    for (Receipt.Log log : receipt.logs()) {
      sum +=
          RlpSize.withHeader(
              RlpSize.ofString(log.address())
                  + RlpSize.withHeader(log.topics().stream().mapToLong(RlpSize::ofString).sum())
                  + RlpSize.ofString(log.data()));
    }
    return sum;
  }

  private static Receipt readFields(int type, RlpReader fields) {
    Receipt.Outcome outcome = readOutcome(fields);
    long gas = fields.uint64("cumulativeGasUsed");
    Bytes bloom = fields.fixed("logsBloom", BlockHeader.BLOOM_BYTES);
    List<Receipt.Log> logs = fields.list("logs", ReceiptCodec::readLog);
    fields.requireEnd("receipt");
    if (!bloom.equals(LogsBloom.of(logs))) {
      throw new InvalidRlpException("logsBloom: does not follow from the logs");
    }
    return new Receipt(type, outcome, gas, logs);
  }

  /** A string of 32 bytes is a state root; anything else has to be 0 or 1. */
  private static Receipt.Outcome readOutcome(RlpReader fields) {
    Bytes raw = fields.rawItem("status");
    RlpReader item = RlpReader.of(raw);
    return raw.size() == 1 + Bytes32.SIZE
        ? new Receipt.PostState(item.bytes32("post state"))
        : new Receipt.Status(item.smallInteger("status", 1) == 1);
  }

  private static Bytes outcome(Receipt receipt) {
    return switch (receipt.outcome()) {
      case Receipt.Status status -> status.succeeded() ? Bytes.of(1) : Bytes.EMPTY;
      case Receipt.PostState state -> state.stateRoot();
    };
  }

  private static Receipt.Log readLog(RlpReader items) {
    RlpReader fields = items.list("log");
    Receipt.Log log =
        new Receipt.Log(
            fields.fixed("address", BlockHeader.ADDRESS_BYTES),
            fields.list("topics", topics -> topics.bytes32("topic")),
            fields.bytes("data", MAX_RECEIPT_BYTES));
    fields.requireEnd("log");
    if (log.topics().size() > MAX_TOPICS) {
      throw new InvalidRlpException("topics: " + log.topics().size() + ", at most " + MAX_TOPICS);
    }
    return log;
  }

  private static void writeLog(RLPWriter writer, Receipt.Log log) {
    writer.writeList(
        list -> {
          list.writeValue(log.address());
          list.writeList(log.topics(), RLPWriter::writeValue);
          list.writeValue(log.data());
        });
  }
}
