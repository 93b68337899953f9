package io.kadlink.protocols.eth.chain;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/**
 * What travels with a blob transaction outside of blocks. The proofs are not verified here, only
 * that all is there and commits to what the transaction names.
 *
 * @param form how the blobs are proven
 * @param blobs {@value #BLOB_BYTES} bytes each; none where they are fetched as cells (eth/72)
 * @param commitments {@value #COMMITMENT_BYTES} bytes for each blob
 * @param proofs {@value #PROOF_BYTES} bytes each, as many for each blob as {@code form} says
 */
public record BlobSidecar(
    Form form, List<Bytes> blobs, List<Bytes> commitments, List<Bytes> proofs) {
  /** EIP-4844: 4,096 field elements of 32 bytes. */
  public static final int BLOB_BYTES = 4096 * 32;

  /** EIP-4844: a point of the KZG curve. */
  public static final int COMMITMENT_BYTES = 48;

  /** EIP-4844: a point of the KZG curve. */
  public static final int PROOF_BYTES = 48;

  /** EIP-7594: an extended blob has this many cells. */
  public static final int CELLS_PER_BLOB = 128;

  /** EIP-7594: bytes of a cell. */
  public static final int CELL_BYTES = 2 * BLOB_BYTES / CELLS_PER_BLOB;

  /** EIP-7594: blobs of one transaction. */
  public static final int MAX_BLOBS = 6;

  private static final byte VERSION_KZG = 1;

  /** How blobs are proven. */
  public enum Form {
    /** One proof for each blob (EIP-4844), until Osaka. */
    BLOB_PROOFS(1),
    /** One proof for each cell (EIP-7594), wrapper version 1, since Osaka. */
    CELL_PROOFS(CELLS_PER_BLOB);

    private final int proofsPerBlob;

    Form(int proofsPerBlob) {
      this.proofsPerBlob = proofsPerBlob;
    }

    /** How many proofs there are of each blob. */
    public int proofsPerBlob() {
      return proofsPerBlob;
    }
  }

  public BlobSidecar {
    blobs = List.copyOf(blobs);
    commitments = List.copyOf(commitments);
    proofs = List.copyOf(proofs);
    requireSize("a blob", blobs, BLOB_BYTES);
    requireSize("a commitment", commitments, COMMITMENT_BYTES);
    requireSize("a proof", proofs, PROOF_BYTES);
  }

  /** The same without blobs, as it travels in eth/72. */
  public BlobSidecar withoutBlobs() {
    return new BlobSidecar(form, List.of(), commitments, proofs);
  }

  /**
   * Why this is not the sidecar of {@code payload}; empty when it can be. Blobs may be left out,
   * all of them.
   */
  public Optional<String> mismatch(TransactionPayload.Blob payload) {
    List<Bytes32> named = payload.blobVersionedHashes();
    if (commitments.size() != named.size()) {
      return Optional.of(commitments.size() + " commitments for " + named.size() + " blobs");
    }
    if (!blobs.isEmpty() && blobs.size() != named.size()) {
      return Optional.of(blobs.size() + " of " + named.size() + " blobs");
    }
    int expected = named.size() * form.proofsPerBlob;
    if (proofs.size() != expected) {
      return Optional.of(proofs.size() + " proofs, expected " + expected);
    }
    for (int i = 0; i < named.size(); i++) {
      Bytes32 hash = versionedHash(commitments.get(i));
      if (!hash.equals(named.get(i))) {
        return Optional.of("commitment " + i + " is of " + hash + ", not " + named.get(i));
      }
    }
    return Optional.empty();
  }

  /** What a transaction names a blob by: a version, and the rest of the commitment's SHA-256. */
  public static Bytes32 versionedHash(Bytes commitment) {
    byte[] hash;
    try {
      hash = MessageDigest.getInstance("SHA-256").digest(commitment.toArrayUnsafe());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has SHA-256
    }
    hash[0] = VERSION_KZG;
    return Bytes32.wrap(hash);
  }

  private static void requireSize(String what, List<Bytes> items, int size) {
    for (Bytes item : items) {
      if (item.size() != size) {
        throw new IllegalArgumentException(what + " has " + size + " bytes, not " + item.size());
      }
    }
  }
}
