package io.kadlink.protocols.eth.kzg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.protocols.eth.TestVectors;
import io.kadlink.protocols.eth.chain.BlobSamples;
import io.kadlink.protocols.eth.chain.BlobSidecar;
import io.kadlink.protocols.eth.chain.BlobSidecar.Form;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.Kzg;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** Sidecars made by geth, cells of the public vectors of c-kzg-4844, and each made worse. */
class NativeKzgTest {
  private final Kzg kzg = NativeKzg.load().orElseThrow();

  /** With one and two blobs in each form. */
  private static List<BlobSidecar> whole() {
    return BlobSamples.all().stream()
        .map(PooledTransaction::sidecar)
        .map(sidecar -> sidecar.orElseThrow())
        .filter(sidecar -> !sidecar.blobs().isEmpty())
        .toList();
  }

  private static BlobSidecar two(Form form) {
    return whole().stream()
        .filter(sidecar -> sidecar.form() == form && sidecar.blobs().size() == 2)
        .findFirst()
        .orElseThrow();
  }

  private static <T> List<T> with(List<T> list, int index, T item) {
    List<T> changed = new ArrayList<>(list);
    changed.set(index, item);
    return changed;
  }

  @Test
  void sidecarsMadeByGethHold() {
    assertThat(whole()).hasSizeGreaterThanOrEqualTo(4).allMatch(kzg::verify);
  }

  @Test
  void anythingChangedInASidecarIsSeen() {
    for (BlobSidecar good : whole()) {
      int last = good.blobs().size() - 1;
      byte[] blob = good.blobs().get(last).toArray();
      blob[blob.length - 1] ^= 1;
      byte[] notInField = good.blobs().get(0).toArray();
      notInField[0] = (byte) 0xff;
      Bytes otherPoint = Bytes.concatenate(Bytes.of(0xc0), Bytes.wrap(new byte[47]));
      Bytes noPoint = Bytes.repeat((byte) 0xff, 48);
      int lastProof = good.proofs().size() - 1;
      Form form = good.form();
      List<Bytes> blobs = good.blobs();
      List<Bytes> commitments = good.commitments();
      assertThat(
              List.of(
                  new BlobSidecar(
                      form, with(blobs, last, Bytes.wrap(blob)), commitments, good.proofs()),
                  new BlobSidecar(
                      form, with(blobs, 0, Bytes.wrap(notInField)), commitments, good.proofs()),
                  new BlobSidecar(form, blobs, with(commitments, 0, otherPoint), good.proofs()),
                  new BlobSidecar(form, blobs, with(commitments, 0, noPoint), good.proofs()),
                  new BlobSidecar(
                      form, blobs, commitments, with(good.proofs(), lastProof, otherPoint)),
                  new BlobSidecar(form, blobs, commitments, with(good.proofs(), 0, noPoint)),
                  new BlobSidecar(form, blobs, commitments, good.proofs().subList(0, lastProof)),
                  good.withoutBlobs()))
          .noneMatch(kzg::verify);
    }
  }

  @Test
  void cellsOfThePublicVectorsAreJudgedAsTheySay() {
    for (JsonNode vector : TestVectors.json("c-kzg-4844-verify_cell_kzg_proof_batch.json")) {
      int index = vector.get("index").asInt();
      List<Bytes> proofs = new ArrayList<>();
      for (Bytes proof : bytes(vector.get("proofs"))) {
        for (int i = 0; i < BlobSidecar.CELLS_PER_BLOB; i++) {
          proofs.add(i == index ? proof : Bytes.wrap(new byte[BlobSidecar.PROOF_BYTES]));
        }
      }
      BlobSidecar sidecar =
          new BlobSidecar(Form.CELL_PROOFS, List.of(), bytes(vector.get("commitments")), proofs);
      assertThat(kzg.verifyCells(sidecar, CellMask.of(index), bytes(vector.get("cells"))))
          .as(vector.get("name").asText())
          .isEqualTo(vector.get("valid").asBoolean());
    }
  }

  private static List<Bytes> bytes(JsonNode list) {
    List<Bytes> bytes = new ArrayList<>();
    list.forEach(item -> bytes.add(Bytes.fromHexString(item.asText())));
    return bytes;
  }

  @Test
  void someCellsOfTwoBlobsAreVerifiedAlone() {
    BlobSidecar sidecar = two(Form.CELL_PROOFS);
    CellMask mask = CellMask.of(0, 5, 127);
    List<Bytes> cells = kzg.cells(sidecar.blobs(), mask);
    assertThat(cells).hasSize(6);
    // By rising index, and for each index in the order of the blobs.
    assertThat(cells.get(1)).isEqualTo(sidecar.blobs().get(1).slice(0, BlobSidecar.CELL_BYTES));
    assertThat(kzg.verifyCells(sidecar.withoutBlobs(), mask, cells)).isTrue();
    assertThat(kzg.verifyCells(sidecar, CellMask.of(0, 6, 127), cells)).isFalse();
    assertThat(kzg.verifyCells(sidecar, mask, cells.subList(0, 5))).isFalse();
    assertThat(kzg.verifyCells(sidecar, mask, with(cells, 5, cells.get(4)))).isFalse();
    assertThat(kzg.verifyCells(two(Form.BLOB_PROOFS), mask, cells)).isFalse();
  }

  @Test
  void blobsFollowFromAnyHalfOfTheirCells() {
    BlobSidecar sidecar = two(Form.CELL_PROOFS);
    CellMask first = CellMask.of(IntStream.range(0, 64).toArray());
    CellMask odd = CellMask.of(IntStream.range(0, 64).map(i -> 2 * i + 1).toArray());
    CellMask tooFew = CellMask.of(IntStream.range(1, 64).toArray());
    for (CellMask mask : List.of(first, odd, CellMask.ALL)) {
      assertThat(kzg.recover(mask, kzg.cells(sidecar.blobs(), mask))).contains(sidecar.blobs());
    }
    assertThat(kzg.recover(tooFew, kzg.cells(sidecar.blobs(), tooFew))).isEmpty();
    assertThat(kzg.recover(odd, kzg.cells(sidecar.blobs(), odd).subList(1, 128))).isEmpty();
  }

  @Test
  void blobProofsAreTurnedIntoTheCellProofsThatGethMakes() {
    assertThat(kzg.withCellProofs(two(Form.BLOB_PROOFS))).isEqualTo(two(Form.CELL_PROOFS));
  }

  @Test
  void whatIsNoBlobHasNoCells() {
    Bytes noBlob = Bytes.repeat((byte) 0xff, BlobSidecar.BLOB_BYTES);
    assertThatThrownBy(() -> kzg.cells(List.of(noBlob), CellMask.ALL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not a blob");
  }
}
