package io.kadlink.protocols.eth.kzg;

import ethereum.ckzg4844.CKZG4844JNI;
import ethereum.ckzg4844.CKZGException;
import ethereum.ckzg4844.CKZGException.CKZGError;
import ethereum.ckzg4844.CellsAndProofs;
import io.kadlink.protocols.eth.chain.BlobSidecar;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.Kzg;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.tuweni.bytes.Bytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link Kzg} by c-kzg-4844, with the public setup of the KZG ceremony. */
public final class NativeKzg implements Kzg {
  private static final Logger LOG = LoggerFactory.getLogger(NativeKzg.class);

  private static final int CELLS = BlobSidecar.CELLS_PER_BLOB;

  private NativeKzg() {}

  /** Loaded at first use, which takes some tenths of a second; one for the process. */
  private static final class Loaded {
    private static final Optional<Kzg> KZG = loadLibrary();
  }

  /** The library; empty where there is none for this machine, which is logged once. */
  public static Optional<Kzg> load() {
    return Loaded.KZG;
  }

  private static Optional<Kzg> loadLibrary() {
    try {
      CKZG4844JNI.loadNativeLibrary();
      TrustedSetup.load();
      return Optional.of(new NativeKzg());
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("blobs can't be verified here: the library for KZG commitments doesn't load", e);
      return Optional.empty();
    }
  }

  @Override
  public boolean verify(BlobSidecar sidecar) {
    int blobs = sidecar.blobs().size();
    if (sidecar.commitments().size() != blobs || blobs == 0) {
      return false;
    }
    return switch (sidecar.form()) {
      case BLOB_PROOFS ->
          sidecar.proofs().size() == blobs
              && holds(
                  () ->
                      CKZG4844JNI.verifyBlobKzgProofBatch(
                          joined(sidecar.blobs()),
                          joined(sidecar.commitments()),
                          joined(sidecar.proofs()),
                          blobs));
      case CELL_PROOFS -> {
        if (sidecar.proofs().size() != blobs * CELLS) {
          yield false;
        }
        try {
          yield verifyCells(sidecar, CellMask.ALL, cells(sidecar.blobs(), CellMask.ALL));
        } catch (IllegalArgumentException e) {
          yield false;
        }
      }
    };
  }

  @Override
  public boolean verifyCells(BlobSidecar sidecar, CellMask mask, List<Bytes> cells) {
    int blobs = sidecar.commitments().size();
    int count = blobs * mask.count();
    if (sidecar.form() != BlobSidecar.Form.CELL_PROOFS
        || sidecar.proofs().size() != blobs * CELLS
        || cells.size() != count
        || cells.stream().anyMatch(cell -> cell.size() != BlobSidecar.CELL_BYTES)) {
      return false;
    }
    List<Bytes> commitments = new ArrayList<>(count);
    List<Bytes> proofs = new ArrayList<>(count);
    long[] indices = new long[count];
    for (int index : mask.indices()) {
      for (int blob = 0; blob < blobs; blob++) {
        indices[commitments.size()] = index;
        commitments.add(sidecar.commitments().get(blob));
        proofs.add(sidecar.proofs().get(blob * CELLS + index));
      }
    }
    return holds(
        () ->
            CKZG4844JNI.verifyCellKzgProofBatch(
                joined(commitments), indices, joined(cells), joined(proofs)));
  }

  @Override
  public List<Bytes> cells(List<Bytes> blobs, CellMask mask) {
    List<Bytes> all = new ArrayList<>();
    for (Bytes blob : blobs) {
      all.add(computeCells(blob));
    }
    List<Bytes> cells = new ArrayList<>();
    for (int index : mask.indices()) {
      for (Bytes ofBlob : all) {
        cells.add(cell(ofBlob, index));
      }
    }
    return cells;
  }

  private static Bytes computeCells(Bytes blob) {
    try {
      return Bytes.wrap(CKZG4844JNI.computeCells(blob.toArrayUnsafe()));
    } catch (CKZGException e) {
      throw notABlob(e);
    }
  }

  @Override
  public Optional<List<Bytes>> recover(CellMask mask, List<Bytes> cells) {
    List<Integer> indices = mask.indices();
    if (indices.size() < CELLS_TO_RECOVER
        || cells.size() % indices.size() != 0
        || cells.stream().anyMatch(cell -> cell.size() != BlobSidecar.CELL_BYTES)) {
      return Optional.empty();
    }
    int count = cells.size() / indices.size();
    List<Bytes> blobs = new ArrayList<>();
    for (int blob = 0; blob < count; blob++) {
      List<Bytes> ofBlob = new ArrayList<>();
      for (int i = 0; i < indices.size(); i++) {
        ofBlob.add(cells.get(i * count + blob));
      }
      Optional<Bytes> recovered = recoverOne(indices, ofBlob);
      if (recovered.isEmpty()) {
        return Optional.empty();
      }
      blobs.add(recovered.get());
    }
    return Optional.of(blobs);
  }

  /** The first half of an extended blob is the blob. */
  private static Optional<Bytes> recoverOne(List<Integer> indices, List<Bytes> cells) {
    if (indices.get(CELLS_TO_RECOVER - 1) == CELLS_TO_RECOVER - 1) {
      return Optional.of(Bytes.wrap(joined(cells.subList(0, CELLS_TO_RECOVER))));
    }
    try {
      CellsAndProofs all =
          CKZG4844JNI.recoverCellsAndKzgProofs(
              indices.stream().mapToLong(Integer::longValue).toArray(), joined(cells));
      return Optional.of(Bytes.wrap(all.getCells()).slice(0, BlobSidecar.BLOB_BYTES).copy());
    } catch (CKZGException e) {
      requireBadArguments(e);
      return Optional.empty();
    }
  }

  @Override
  public BlobSidecar withCellProofs(BlobSidecar sidecar) {
    if (sidecar.form() == BlobSidecar.Form.CELL_PROOFS) {
      return sidecar;
    }
    List<Bytes> proofs = new ArrayList<>();
    for (Bytes blob : sidecar.blobs()) {
      Bytes ofBlob;
      try {
        ofBlob = Bytes.wrap(CKZG4844JNI.computeCellsAndKzgProofs(blob.toArrayUnsafe()).getProofs());
      } catch (CKZGException e) {
        throw notABlob(e);
      }
      for (int i = 0; i < CELLS; i++) {
        proofs.add(ofBlob.slice(i * BlobSidecar.PROOF_BYTES, BlobSidecar.PROOF_BYTES));
      }
    }
    return new BlobSidecar(
        BlobSidecar.Form.CELL_PROOFS, sidecar.blobs(), sidecar.commitments(), proofs);
  }

  private static Bytes cell(Bytes cells, int index) {
    return cells.slice(index * BlobSidecar.CELL_BYTES, BlobSidecar.CELL_BYTES);
  }

  private static byte[] joined(List<Bytes> parts) {
    return Bytes.concatenate(parts).toArrayUnsafe();
  }

  /** Whether a check holds; it doesn't for what is no point or field element at all. */
  private static boolean holds(BooleanSupplier check) {
    try {
      return check.getAsBoolean();
    } catch (CKZGException e) {
      requireBadArguments(e);
      return false;
    }
  }

  private static IllegalArgumentException notABlob(CKZGException e) {
    requireBadArguments(e);
    return new IllegalArgumentException("not a blob: " + e.getErrorMessage(), e);
  }

  /** Anything else (no memory) says nothing about what was given. */
  private static void requireBadArguments(CKZGException e) {
    if (e.getError() != CKZGError.C_KZG_BADARGS) {
      throw e;
    }
  }
}
