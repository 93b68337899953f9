package io.kadlink.protocols.eth.fuzz;

import io.kadlink.protocols.eth.chain.BlockCodec;
import io.kadlink.protocols.eth.chain.HeaderCodec;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.PooledTransactionCodec;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.ReceiptCodec;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionCodec;
import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import io.kadlink.protocols.eth.rlp.RlpReader;
import java.util.Arrays;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;

/**
 * Any bytes as a header, transaction (with or without sidecar), block, body, withdrawal or receipt:
 * refused with the one exception there is for it, or accepted, and then the fields encode again to
 * the same bytes. The first byte chooses what.
 */
public final class ChainCodecFuzz {
  /** Kinds to choose from. */
  static final int KINDS = 11;

  private ChainCodecFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    int kind = (data[0] & 0xff) % KINDS;
    Bytes input = Bytes.wrap(Arrays.copyOfRange(data, 1, data.length));
    Bytes again;
    try {
      again = reencode(kind, input);
    } catch (InvalidRlpException refused) {
      return;
    }
    if (!again.equals(input)) {
      throw new AssertionError("kind " + kind + " encodes to " + again + " what came as " + input);
    }
  }

  private static Bytes reencode(int kind, Bytes input) {
    return switch (kind) {
      case 0 -> HeaderCodec.encode(RebuiltHeader.of(HeaderCodec.decode(input)));
      case 1 -> TransactionCodec.encode(rebuilt(TransactionCodec.decode(input)));
      case 2 -> TransactionCodec.encodeItem(rebuilt(TransactionCodec.decodeItem(input)));
      case 3 -> BlockCodec.encode(BlockCodec.decode(input));
      case 4 -> BlockCodec.encodeBody(BlockCodec.decodeBody(input));
      case 5 -> BlockCodec.encodeWithdrawal(BlockCodec.decodeWithdrawal(input));
      case 6 -> ReceiptCodec.encode(ReceiptCodec.decode(input));
      case 7 -> {
        RlpReader reader = RlpReader.of(input);
        Receipt receipt = ReceiptCodec.readItem(reader);
        reader.requireEnd("receipt");
        yield ReceiptCodec.encodeItem(receipt);
      }
      case 8 -> {
        RlpReader reader = RlpReader.of(input);
        Receipt receipt = ReceiptCodec.readItemWithoutBloom(reader);
        reader.requireEnd("receipt");
        yield ReceiptCodec.encodeItemWithoutBloom(receipt);
      }
      case 9 -> PooledTransactionCodec.encode(rebuilt(PooledTransactionCodec.decode(input)));
      default -> {
        RlpReader reader = RlpReader.of(input);
        PooledTransaction pooled = PooledTransactionCodec.readItem(reader);
        reader.requireEnd("transaction");
        yield PooledTransactionCodec.encodeItem(rebuilt(pooled));
      }
    };
  }

  private static PooledTransaction rebuilt(PooledTransaction pooled) {
    pooled.flaw();
    return new PooledTransaction(rebuilt(pooled.transaction()), pooled.sidecar());
  }

  /** The same transaction without the bytes it was decoded from; its sender must be judged too. */
  private static Transaction rebuilt(Transaction transaction) {
    Optional<Bytes> sender = transaction.sender();
    Transaction rebuilt =
        Transaction.of(transaction.payload(), transaction.v(), transaction.r(), transaction.s());
    if (!rebuilt.sender().equals(sender)) {
      throw new AssertionError("the sender of " + transaction + " is not always the same");
    }
    return rebuilt;
  }
}
