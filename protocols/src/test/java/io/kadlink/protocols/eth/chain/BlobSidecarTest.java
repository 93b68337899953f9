package io.kadlink.protocols.eth.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.protocols.eth.TestVectors;
import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import io.kadlink.protocols.eth.rlp.RlpReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** Blob transactions as geth makes them, with both kinds of sidecar, with and without blobs. */
class BlobSidecarTest {
  private static final JsonNode VECTORS = TestVectors.json("geth-blob-transactions.json");

  @Test
  void blobTransactionsEncodeAndDecodeAsInGeth() {
    for (JsonNode vector : VECTORS) {
      PooledTransaction pooled = pooled(vector);
      Bytes encoded = PooledTransactionCodec.encode(pooled);
      assertThat(encoded.size()).isEqualTo(vector.get("networkBytes").asInt());
      assertThat(Bytes.wrap(Keccak256.hash(encoded.toArrayUnsafe())).toHexString())
          .isEqualTo(vector.get("networkKeccak256").asText());
      PooledTransaction decoded = PooledTransactionCodec.decode(encoded);
      assertThat(decoded).isEqualTo(pooled);
      assertThat(decoded.hash().toHexString()).isEqualTo(vector.get("hash").asText());
      assertThat(decoded.transaction().sender().orElseThrow().toHexString())
          .isEqualTo(vector.get("sender").asText());
      assertThat(decoded.flaw()).isEmpty();
      Bytes item = PooledTransactionCodec.encodeItem(decoded);
      assertThat(PooledTransactionCodec.readItem(RlpReader.of(item))).isEqualTo(pooled);
    }
  }

  @Test
  void aTransactionWithoutSidecarIsTheSameAsInABlock() {
    Bytes canonical = Bytes.fromHexString(VECTORS.get(0).get("canonical").asText());
    PooledTransaction bare = PooledTransactionCodec.decode(canonical);
    assertThat(bare.sidecar()).isEmpty();
    assertThat(PooledTransactionCodec.encode(bare)).isEqualTo(canonical);
    assertThat(bare.flaw()).contains("no sidecar");
  }

  @Test
  void aBlockTakesNoSidecar() {
    Bytes encoded = PooledTransactionCodec.encode(pooled(VECTORS.get(0)));
    assertThatThrownBy(() -> TransactionCodec.decode(encoded))
        .isInstanceOf(InvalidRlpException.class)
        .hasMessageContaining("sidecar");
  }

  @Test
  void aSidecarThatIsNotTheTransactionsIsTold() {
    PooledTransaction two = pooled(VECTORS.get(3));
    BlobSidecar right = two.sidecar().orElseThrow();
    List<Bytes> swapped = right.commitments().reversed();
    assertThat(flaw(two, right.blobs(), swapped, right.proofs())).contains("commitment 0 is of");
    assertThat(flaw(two, right.blobs(), swapped.subList(0, 1), right.proofs()))
        .isEqualTo("1 commitments for 2 blobs");
    assertThat(flaw(two, right.blobs().subList(0, 1), right.commitments(), right.proofs()))
        .isEqualTo("1 of 2 blobs");
    assertThat(flaw(two, right.blobs(), right.commitments(), right.proofs().subList(0, 255)))
        .isEqualTo("255 proofs, expected 256");
    PooledTransaction old = pooled(VECTORS.get(0));
    assertThat(flaw(old, List.of(), old.sidecar().orElseThrow().commitments(), List.of()))
        .isEqualTo("0 proofs, expected 1");
  }

  @Test
  void unknownWrapperVersionsAndPartsOfWrongSizeAreRefused() {
    PooledTransaction pooled = pooled(VECTORS.get(4));
    Bytes encoded = PooledTransactionCodec.encode(pooled);
    int version = 1 + 3 + pooled.transaction().encoded().size() - 1;
    assertThat(encoded.get(version)).isEqualTo((byte) 1);
    for (int wrong : new int[] {0x80, 2}) {
      byte[] changed = encoded.toArray();
      changed[version] = (byte) wrong;
      assertThatThrownBy(() -> PooledTransactionCodec.decode(Bytes.wrap(changed)))
          .isInstanceOf(InvalidRlpException.class)
          .hasMessageContaining("wrapper version");
    }
    assertThatThrownBy(
            () ->
                new BlobSidecar(
                    BlobSidecar.Form.BLOB_PROOFS,
                    List.of(Bytes.wrap(new byte[BlobSidecar.BLOB_BYTES - 1])),
                    List.of(),
                    List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static String flaw(
      PooledTransaction of, List<Bytes> blobs, List<Bytes> commitments, List<Bytes> proofs) {
    BlobSidecar.Form form = of.sidecar().orElseThrow().form();
    return new PooledTransaction(
            of.transaction(), Optional.of(new BlobSidecar(form, blobs, commitments, proofs)))
        .flaw()
        .orElseThrow();
  }

  private static PooledTransaction pooled(JsonNode vector) {
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
