package io.kadlink.protocols.eth.chain;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.protocols.eth.TestVectors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;

/** Blob transactions made by geth, put together from what the vectors keep of them. */
public final class BlobSamples {
  static final JsonNode VECTORS = TestVectors.json("geth-blob-transactions.json");

  private BlobSamples() {}

  /** One and two blobs with blob proofs, one and two with cell proofs, and one without its blob. */
  public static List<PooledTransaction> all() {
    List<PooledTransaction> all = new ArrayList<>();
    VECTORS.forEach(vector -> all.add(of(vector)));
    return all;
  }

  static PooledTransaction of(JsonNode vector) {
    List<Bytes> blobs = new ArrayList<>();
    for (int i = 0; i < vector.get("blobs").asInt(); i++) {
      blobs.add(blob(i));
    }
    BlobSidecar sidecar =
        new BlobSidecar(
            BlobSidecar.Form.values()[vector.get("version").asInt()],
            blobs,
            parts(vector.get("commitments").asText(), BlobSidecar.COMMITMENT_BYTES),
            parts(vector.get("proofs").asText(), BlobSidecar.PROOF_BYTES));
    Bytes canonical = Bytes.fromHexString(vector.get("canonical").asText());
    return new PooledTransaction(
        TransactionCodec.decode(canonical),
        Optional.of(vector.get("withoutBlobs").asBoolean() ? sidecar.withoutBlobs() : sidecar));
  }

  /** The vectors' blobs: field element {@code i} is the lowest byte of {@code i + seed}. */
  private static Bytes blob(int seed) {
    byte[] blob = new byte[BlobSidecar.BLOB_BYTES];
    for (int i = 0; i < blob.length / 32; i++) {
      blob[32 * i + 31] = (byte) (i + seed);
    }
    return Bytes.wrap(blob);
  }

  private static List<Bytes> parts(String hex, int size) {
    Bytes all = Bytes.fromHexString(hex);
    List<Bytes> parts = new ArrayList<>();
    for (int i = 0; i < all.size(); i += size) {
      parts.add(all.slice(i, size));
    }
    return parts;
  }
}
