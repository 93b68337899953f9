package io.kadlink.protocols.eth.chain;

import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.protocols.eth.chain.TransactionPayload.AccessTuple;
import io.kadlink.protocols.eth.chain.TransactionPayload.Authorization;
import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import io.kadlink.protocols.eth.rlp.RlpReader;
import io.kadlink.protocols.eth.rlp.RlpSize;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.rlp.RLPWriter;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * Transactions to bytes and back: legacy, EIP-2930, EIP-1559, EIP-4844 (as in a block; {@link
 * PooledTransactionCodec} for those with sidecar) and EIP-7702. Types unknown to it are refused.
 *
 * <p>A transaction has two forms (EIP-2718). The <em>canonical</em> one is hashed and stands in the
 * transactions trie: a list for legacy, else the type byte and a list. As an RLP <em>item</em>
 * inside a block body or message, a typed transaction is wrapped as a string.
 */
public final class TransactionCodec {
  /** The largest transaction that is decoded: as large as a whole block may be (EIP-7934). */
  public static final int MAX_TRANSACTION_BYTES = 10 << 20;

  private static final int FIRST_LIST_BYTE = 0xc0;

  private TransactionCodec() {}

  /**
   * A transaction from its canonical form.
   *
   * @throws InvalidRlpException when it is malformed, too large or of unknown type
   */
  public static Transaction decode(Bytes canonical) {
    if (canonical.isEmpty()) {
      throw new InvalidRlpException("transaction: empty");
    }
    if (canonical.size() > MAX_TRANSACTION_BYTES) {
      throw new InvalidRlpException(
          "transaction: " + canonical.size() + " bytes, at most " + MAX_TRANSACTION_BYTES);
    }
    byte[] copy = canonical.toArray();
    int first = copy[0] & 0xff;
    Transaction transaction;
    if (first >= FIRST_LIST_BYTE) {
      RlpReader reader = RlpReader.ofList(copy, "transaction");
      transaction = readLegacy(reader);
      reader.requireEnd("transaction");
    } else {
      RlpReader reader = RlpReader.ofList(copy, 1, "transaction");
      TransactionPayload payload =
          switch (first) {
            case 1 -> readWithAccessList(reader);
            case 2 -> readDynamicFee(reader);
            case 3 -> readBlob(reader);
            case 4 -> readSetCode(reader);
            default -> throw new InvalidRlpException("transaction: unknown type " + first);
          };
      transaction =
          new Transaction(
              payload, reader.uint256("yParity"), reader.uint256("r"), reader.uint256("s"));
      reader.requireEnd("transaction");
    }
    return transaction.decodedFrom(Bytes.wrap(copy));
  }

  /**
   * The next item of {@code reader}, as it stands in a block body or message.
   *
   * @throws InvalidRlpException when it is malformed, too large or of unknown type
   */
  public static Transaction readItem(RlpReader reader) {
    if (reader.nextIsList()) {
      return decode(reader.rawItem("transaction"));
    }
    Bytes canonical = reader.bytes("transaction", MAX_TRANSACTION_BYTES);
    requireTyped(canonical);
    return decode(canonical);
  }

  /** What is wrapped as a string must have a type. */
  static void requireTyped(Bytes encoded) {
    if (!encoded.isEmpty() && (encoded.get(0) & 0xff) >= FIRST_LIST_BYTE) {
      throw new InvalidRlpException("transaction: a legacy transaction wrapped as a string");
    }
  }

  /** {@link #readItem(RlpReader)} for an item on its own. */
  public static Transaction decodeItem(Bytes item) {
    RlpReader reader = RlpReader.of(item);
    Transaction transaction = readItem(reader);
    reader.requireEnd("transaction");
    return transaction;
  }

  /** The canonical form. */
  public static Bytes encode(Transaction transaction) {
    return transaction.encoded();
  }

  /** The RLP item as it stands in a block body or message. */
  public static Bytes encodeItem(Transaction transaction) {
    return transaction.type() == 0 ? transaction.encoded() : RLP.encodeValue(transaction.encoded());
  }

  /** The bytes of {@link #encodeItem}. */
  static long itemBytes(Transaction transaction) {
    int bytes = transaction.encoded().size();
    return transaction.type() == 0 ? bytes : RlpSize.withHeader(bytes);
  }

  /** The digest that a sender signs. */
  public static Bytes32 signingHash(TransactionPayload payload) {
    Bytes list =
        RLP.encodeList(
            writer -> {
              writePayload(writer, payload);
              if (payload instanceof TransactionPayload.Legacy legacy) {
                legacy
                    .chain()
                    .ifPresent(
                        id -> {
                          writer.writeValue(id.toMinimalBytes());
                          writer.writeValue(Bytes.EMPTY);
                          writer.writeValue(Bytes.EMPTY);
                        });
              }
            });
    return Bytes32.wrap(Keccak256.hash(withType(payload.type(), list).toArrayUnsafe()));
  }

  static Bytes write(Transaction transaction) {
    Bytes list =
        RLP.encodeList(
            writer -> {
              writePayload(writer, transaction.payload());
              writer.writeValue(transaction.v().toMinimalBytes());
              writer.writeValue(transaction.r().toMinimalBytes());
              writer.writeValue(transaction.s().toMinimalBytes());
            });
    return withType(transaction.type(), list);
  }

  private static Bytes withType(int type, Bytes list) {
    return type == 0 ? list : Bytes.concatenate(Bytes.of((byte) type), list).copy();
  }

  private static Transaction readLegacy(RlpReader reader) {
    long nonce = reader.uint64("nonce");
    UInt256 gasPrice = reader.uint256("gasPrice");
    long gasLimit = reader.uint64("gasLimit");
    Optional<Bytes> to = readRecipient(reader);
    UInt256 value = reader.uint256("value");
    Bytes data = readInput(reader);
    UInt256 v = reader.uint256("v");
    return new Transaction(
        new TransactionPayload.Legacy(
            Transaction.chainOf(v), nonce, gasPrice, gasLimit, to, value, data),
        v,
        reader.uint256("r"),
        reader.uint256("s"));
  }

  private static TransactionPayload readWithAccessList(RlpReader reader) {
    return new TransactionPayload.WithAccessList(
        reader.uint256("chainId"),
        reader.uint64("nonce"),
        reader.uint256("gasPrice"),
        reader.uint64("gasLimit"),
        readRecipient(reader),
        reader.uint256("value"),
        readInput(reader),
        readAccessList(reader));
  }

  private static TransactionPayload readDynamicFee(RlpReader reader) {
    return new TransactionPayload.DynamicFee(
        reader.uint256("chainId"),
        reader.uint64("nonce"),
        reader.uint256("maxPriorityFeePerGas"),
        reader.uint256("maxFeePerGas"),
        reader.uint64("gasLimit"),
        readRecipient(reader),
        reader.uint256("value"),
        readInput(reader),
        readAccessList(reader));
  }

  private static TransactionPayload readBlob(RlpReader reader) {
    if (reader.nextIsList()) {
      throw new InvalidRlpException(
          "transaction: a blob transaction with its sidecar, which no block contains");
    }
    return new TransactionPayload.Blob(
        reader.uint256("chainId"),
        reader.uint64("nonce"),
        reader.uint256("maxPriorityFeePerGas"),
        reader.uint256("maxFeePerGas"),
        reader.uint64("gasLimit"),
        reader.fixed("to", BlockHeader.ADDRESS_BYTES),
        reader.uint256("value"),
        readInput(reader),
        readAccessList(reader),
        reader.uint256("maxFeePerBlobGas"),
        reader.list("blobVersionedHashes", hashes -> hashes.bytes32("blobVersionedHash")));
  }

  private static TransactionPayload readSetCode(RlpReader reader) {
    return new TransactionPayload.SetCode(
        reader.uint256("chainId"),
        reader.uint64("nonce"),
        reader.uint256("maxPriorityFeePerGas"),
        reader.uint256("maxFeePerGas"),
        reader.uint64("gasLimit"),
        reader.fixed("to", BlockHeader.ADDRESS_BYTES),
        reader.uint256("value"),
        readInput(reader),
        readAccessList(reader),
        reader.list("authorizationList", TransactionCodec::readAuthorization));
  }

  private static Optional<Bytes> readRecipient(RlpReader reader) {
    Bytes to = reader.bytes("to", BlockHeader.ADDRESS_BYTES);
    if (to.isEmpty()) {
      return Optional.empty();
    }
    if (to.size() != BlockHeader.ADDRESS_BYTES) {
      throw new InvalidRlpException("to: " + to.size() + " bytes, expected 20 or none");
    }
    return Optional.of(to);
  }

  private static Bytes readInput(RlpReader reader) {
    return reader.bytes("data", MAX_TRANSACTION_BYTES);
  }

  private static List<AccessTuple> readAccessList(RlpReader reader) {
    return reader.list(
        "accessList",
        tuples -> {
          RlpReader tuple = tuples.list("access tuple");
          AccessTuple result =
              new AccessTuple(
                  tuple.fixed("address", BlockHeader.ADDRESS_BYTES),
                  tuple.list("storageKeys", keys -> keys.bytes32("storageKey")));
          tuple.requireEnd("access tuple");
          return result;
        });
  }

  private static Authorization readAuthorization(RlpReader authorizations) {
    RlpReader tuple = authorizations.list("authorization");
    Authorization result =
        new Authorization(
            tuple.uint256("chainId"),
            tuple.fixed("address", BlockHeader.ADDRESS_BYTES),
            tuple.uint64("nonce"),
            tuple.smallInteger("yParity", 0xff),
            tuple.uint256("r"),
            tuple.uint256("s"));
    tuple.requireEnd("authorization");
    return result;
  }

  private static void writePayload(RLPWriter writer, TransactionPayload payload) {
    payload.chain().filter(id -> payload.type() != 0).ifPresent(id -> number(writer, id));
    number(writer, payload.nonce());
    if (payload.type() >= 2) {
      number(writer, payload.maxPriorityFeePerGas());
    }
    number(writer, payload.maxFeePerGas());
    number(writer, payload.gasLimit());
    writer.writeValue(payload.to().orElse(Bytes.EMPTY));
    number(writer, payload.value());
    writer.writeValue(payload.data());
    if (payload.type() >= 1) {
      writer.writeList(payload.accessList(), TransactionCodec::writeAccessTuple);
    }
    switch (payload) {
      case TransactionPayload.Blob blob -> {
        number(writer, blob.maxFeePerBlobGas());
        writer.writeList(blob.blobVersionedHashes(), RLPWriter::writeValue);
      }
      case TransactionPayload.SetCode setCode ->
          writer.writeList(setCode.authorizations(), TransactionCodec::writeAuthorization);
      default -> {}
    }
  }

  private static void writeAccessTuple(RLPWriter writer, AccessTuple tuple) {
    writer.writeList(
        list -> {
          list.writeValue(tuple.address());
          list.writeList(tuple.storageKeys(), RLPWriter::writeValue);
        });
  }

  private static void writeAuthorization(RLPWriter writer, Authorization authorization) {
    writer.writeList(
        list -> {
          number(list, authorization.chainId());
          list.writeValue(authorization.address());
          number(list, authorization.nonce());
          number(list, authorization.yParity());
          number(list, authorization.r());
          number(list, authorization.s());
        });
  }

  private static void number(RLPWriter writer, UInt256 value) {
    writer.writeValue(value.toMinimalBytes());
  }

  private static void number(RLPWriter writer, long value) {
    writer.writeValue(Bytes.minimalBytes(value));
  }
}
