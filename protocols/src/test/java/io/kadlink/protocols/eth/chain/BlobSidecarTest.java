package io.kadlink.protocols.eth.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import io.kadlink.protocols.eth.rlp.RlpReader;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** Blob transactions as geth makes them, with both kinds of sidecar, with and without blobs. */
class BlobSidecarTest {
  private static final JsonNode VECTORS = BlobSamples.VECTORS;

  @Test
  void blobTransactionsEncodeAndDecodeAsInGeth() {
    for (JsonNode vector : VECTORS) {
      PooledTransaction pooled = BlobSamples.of(vector);
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
    Bytes encoded = PooledTransactionCodec.encode(BlobSamples.of(VECTORS.get(0)));
    assertThatThrownBy(() -> TransactionCodec.decode(encoded))
        .isInstanceOf(InvalidRlpException.class)
        .hasMessageContaining("sidecar");
  }

  @Test
  void aSidecarThatIsNotTheTransactionsIsTold() {
    PooledTransaction two = BlobSamples.of(VECTORS.get(3));
    BlobSidecar right = two.sidecar().orElseThrow();
    List<Bytes> swapped = right.commitments().reversed();
    assertThat(flaw(two, right.blobs(), swapped, right.proofs())).contains("commitment 0 is of");
    assertThat(flaw(two, right.blobs(), swapped.subList(0, 1), right.proofs()))
        .isEqualTo("1 commitments for 2 blobs");
    assertThat(flaw(two, right.blobs().subList(0, 1), right.commitments(), right.proofs()))
        .isEqualTo("1 of 2 blobs");
    assertThat(flaw(two, right.blobs(), right.commitments(), right.proofs().subList(0, 255)))
        .isEqualTo("255 proofs, expected 256");
    PooledTransaction old = BlobSamples.of(VECTORS.get(0));
    assertThat(flaw(old, List.of(), old.sidecar().orElseThrow().commitments(), List.of()))
        .isEqualTo("0 proofs, expected 1");
  }

  @Test
  void unknownWrapperVersionsAndPartsOfWrongSizeAreRefused() {
    PooledTransaction pooled = BlobSamples.of(VECTORS.get(4));
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
}
