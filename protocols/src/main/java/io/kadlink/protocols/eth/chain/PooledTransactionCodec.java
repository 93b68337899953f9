package io.kadlink.protocols.eth.chain;

import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import io.kadlink.protocols.eth.rlp.RlpReader;
import io.kadlink.protocols.eth.rlp.RlpSize;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.rlp.RLPWriter;

/**
 * Transactions in the form they have between pools, to bytes and back. It is the canonical form but
 * for blob transactions, which come as {@code 0x03 || [transaction, blobs, commitments, proofs]}
 * (EIP-4844), since Osaka as {@code 0x03 || [transaction, 1, blobs, commitments, cell-proofs]}
 * (EIP-7594).
 */
public final class PooledTransactionCodec {
  private static final int BLOB_TYPE = 3;
  private static final int CELL_PROOFS_VERSION = 1;

  private PooledTransactionCodec() {}

  /**
   * A transaction, with sidecar where there is one.
   *
   * @throws InvalidRlpException when it is malformed, too large or of unknown type
   */
  public static PooledTransaction decode(Bytes encoded) {
    if (encoded.isEmpty() || encoded.get(0) != BLOB_TYPE) {
      return PooledTransaction.of(TransactionCodec.decode(encoded));
    }
    if (encoded.size() > TransactionCodec.MAX_TRANSACTION_BYTES) {
      throw new InvalidRlpException(
          "transaction: "
              + encoded.size()
              + " bytes, at most "
              + TransactionCodec.MAX_TRANSACTION_BYTES);
    }
    // A copy: blobs are kept longer than the message they came in.
    RlpReader reader = RlpReader.ofList(encoded.slice(1).toArray(), "transaction");
    if (!reader.nextIsList()) {
      return PooledTransaction.of(TransactionCodec.decode(encoded));
    }
    Transaction transaction = TransactionCodec.decode(typed(reader.rawItem("transaction")));
    BlobSidecar sidecar = readSidecar(reader);
    reader.requireEnd("transaction");
    return new PooledTransaction(transaction, Optional.of(sidecar));
  }

  private static BlobSidecar readSidecar(RlpReader reader) {
    BlobSidecar.Form form = BlobSidecar.Form.BLOB_PROOFS;
    if (!reader.nextIsList()) {
      int version = reader.smallInteger("wrapper version", CELL_PROOFS_VERSION);
      if (version != CELL_PROOFS_VERSION) {
        throw new InvalidRlpException("wrapper version: " + version + ", expected 1");
      }
      form = BlobSidecar.Form.CELL_PROOFS;
    }
    return new BlobSidecar(
        form,
        reader.list("blobs", items -> items.fixed("blob", BlobSidecar.BLOB_BYTES)),
        reader.list(
            "commitments", items -> items.fixed("commitment", BlobSidecar.COMMITMENT_BYTES)),
        reader.list("proofs", items -> items.fixed("proof", BlobSidecar.PROOF_BYTES)));
  }

  /** The form in which a pool hands it on. */
  public static Bytes encode(PooledTransaction pooled) {
    Bytes canonical = pooled.transaction().encoded();
    return pooled
        .sidecar()
        .map(
            sidecar ->
                typed(
                    RLP.encodeList(
                        writer -> {
                          writer.writeRLP(canonical.slice(1));
                          writeSidecar(writer, sidecar);
                        })))
        .orElse(canonical);
  }

  private static void writeSidecar(RLPWriter writer, BlobSidecar sidecar) {
    switch (sidecar.form()) {
      case BLOB_PROOFS -> {}
      case CELL_PROOFS -> writer.writeValue(Bytes.of(CELL_PROOFS_VERSION));
    }
    for (List<Bytes> part : List.of(sidecar.blobs(), sidecar.commitments(), sidecar.proofs())) {
      writer.writeList(part, RLPWriter::writeValue);
    }
  }

  /** The next item of {@code reader}, as it stands in a message. */
  public static PooledTransaction readItem(RlpReader reader) {
    if (reader.nextIsList()) {
      return PooledTransaction.of(TransactionCodec.readItem(reader));
    }
    Bytes encoded = reader.bytes("transaction", TransactionCodec.MAX_TRANSACTION_BYTES);
    TransactionCodec.requireTyped(encoded);
    return decode(encoded);
  }

  /** The RLP item as it stands in a message. */
  public static Bytes encodeItem(PooledTransaction pooled) {
    return pooled.transaction().type() == 0 ? encode(pooled) : RLP.encodeValue(encode(pooled));
  }

  /** The bytes of {@link #encode}. */
  public static int bytes(PooledTransaction pooled) {
    return pooled.sidecar().isEmpty()
        ? pooled.transaction().encoded().size()
        : (int) typedBytes(pooled.transaction(), pooled.sidecar().get());
  }

  /** The bytes of {@link #encodeItem}. */
  public static long itemBytes(PooledTransaction pooled) {
    return pooled.sidecar().isEmpty()
        ? TransactionCodec.itemBytes(pooled.transaction())
        : RlpSize.withHeader(typedBytes(pooled.transaction(), pooled.sidecar().get()));
  }

  private static long typedBytes(Transaction transaction, BlobSidecar sidecar) {
    return typedBytes(
        transaction,
        sidecar.form(),
        sidecar.blobs().size(),
        sidecar.commitments().size(),
        sidecar.proofs().size());
  }

  /**
   * How many bytes {@link #encode} can give of a blob transaction: a number for each form that its
   * sidecar can have, which the transaction does not tell.
   *
   * @param withBlobs whether the blobs are in it
   */
  public static long[] possibleBytes(Transaction transaction, boolean withBlobs) {
    int blobs =
        transaction.payload() instanceof TransactionPayload.Blob payload
            ? payload.blobVersionedHashes().size()
            : 0;
    BlobSidecar.Form[] forms = BlobSidecar.Form.values();
    long[] bytes = new long[forms.length];
    for (int i = 0; i < forms.length; i++) {
      bytes[i] =
          typedBytes(
              transaction,
              forms[i],
              withBlobs ? blobs : 0,
              blobs,
              blobs * forms[i].proofsPerBlob());
    }
    return bytes;
  }

  /**
   * The size of a blob transaction without its blobs.
   *
   * @param bytes its size with them
   */
  public static long bytesWithoutBlobs(Transaction transaction, long bytes) {
    long[] with = possibleBytes(transaction, true);
    long[] without = possibleBytes(transaction, false);
    return with[0] == bytes ? without[0] : without[1];
  }

  private static long typedBytes(
      Transaction transaction, BlobSidecar.Form form, int blobs, int commitments, int proofs) {
    long bytes = transaction.encoded().size() - 1L;
    bytes += form == BlobSidecar.Form.CELL_PROOFS ? 1 : 0;
    bytes += listBytes(blobs, BlobSidecar.BLOB_BYTES);
    bytes += listBytes(commitments, BlobSidecar.COMMITMENT_BYTES);
    bytes += listBytes(proofs, BlobSidecar.PROOF_BYTES);
    return 1 + RlpSize.withHeader(bytes);
  }

  private static long listBytes(int items, int itemBytes) {
    return RlpSize.withHeader(items * RlpSize.withHeader(itemBytes));
  }

  private static Bytes typed(Bytes list) {
    return Bytes.concatenate(Bytes.of(BLOB_TYPE), list).copy();
  }
}
