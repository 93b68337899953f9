package io.kadlink.protocols.eth.chain;

import io.kadlink.identity.crypto.Keccak256;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
import org.jspecify.annotations.Nullable;

/** An execution-layer block header. Immutable; two headers are equal when their encodings are. */
public final class BlockHeader {
  /** Bytes of an account address. */
  public static final int ADDRESS_BYTES = 20;

  /** Bytes of a logs bloom filter. */
  public static final int BLOOM_BYTES = 256;

  /** Bytes of the header nonce. */
  public static final int NONCE_BYTES = 8;

  private final Bytes32 parentHash;
  private final Bytes32 ommersHash;
  private final Bytes coinbase;
  private final Bytes32 stateRoot;
  private final Bytes32 transactionsRoot;
  private final Bytes32 receiptsRoot;
  private final Bytes logsBloom;
  private final UInt256 difficulty;
  private final long number;
  private final long gasLimit;
  private final long gasUsed;
  private final long timestamp;
  private final Bytes extraData;
  private final Bytes32 mixHash;
  private final Bytes nonce;
  private final ForkFields forkFields;

  // Computed at first use; a race computes the same value twice.
  private @Nullable Bytes encoded;
  private @Nullable Bytes32 hash;

  /**
   * A header from its fields.
   *
   * @param coinbase 20 bytes
   * @param logsBloom 256 bytes
   * @param difficulty 0 since the Merge
   * @param number unsigned 64-bit
   * @param timestamp seconds since the epoch, unsigned 64-bit
   * @param extraData at most {@value HeaderCodec#MAX_EXTRA_DATA_BYTES} bytes; most rules allow 32
   * @param mixHash {@code prevRandao} since the Merge
   * @param nonce 8 bytes
   * @throws IllegalArgumentException when a size is wrong
   */
  public BlockHeader(
      Bytes32 parentHash,
      Bytes32 ommersHash,
      Bytes coinbase,
      Bytes32 stateRoot,
      Bytes32 transactionsRoot,
      Bytes32 receiptsRoot,
      Bytes logsBloom,
      UInt256 difficulty,
      long number,
      long gasLimit,
      long gasUsed,
      long timestamp,
      Bytes extraData,
      Bytes32 mixHash,
      Bytes nonce,
      ForkFields forkFields) {
    requireSize("coinbase", coinbase, ADDRESS_BYTES);
    requireSize("logsBloom", logsBloom, BLOOM_BYTES);
    requireSize("nonce", nonce, NONCE_BYTES);
    if (extraData.size() > HeaderCodec.MAX_EXTRA_DATA_BYTES) {
      throw new IllegalArgumentException("extraData has " + extraData.size() + " bytes");
    }
    this.parentHash = parentHash;
    this.ommersHash = ommersHash;
    this.coinbase = coinbase;
    this.stateRoot = stateRoot;
    this.transactionsRoot = transactionsRoot;
    this.receiptsRoot = receiptsRoot;
    this.logsBloom = logsBloom;
    this.difficulty = difficulty;
    this.number = number;
    this.gasLimit = gasLimit;
    this.gasUsed = gasUsed;
    this.timestamp = timestamp;
    this.extraData = extraData;
    this.mixHash = mixHash;
    this.nonce = nonce;
    this.forkFields = forkFields;
  }

  private static void requireSize(String name, Bytes bytes, int size) {
    if (bytes.size() != size) {
      throw new IllegalArgumentException(name + " has " + bytes.size() + " bytes, not " + size);
    }
  }

  /** Keccak-256 of {@link #encoded()}. */
  public Bytes32 hash() {
    Bytes32 result = hash;
    if (result == null) {
      result = Bytes32.wrap(Keccak256.hash(encoded().toArrayUnsafe()));
      hash = result;
    }
    return result;
  }

  /** The header's RLP. */
  public Bytes encoded() {
    Bytes result = encoded;
    if (result == null) {
      result = HeaderCodec.write(this);
      encoded = result;
    }
    return result;
  }

  /** Remembers the bytes this header was decoded from. */
  BlockHeader decodedFrom(Bytes rlp) {
    encoded = rlp;
    return this;
  }

  public Bytes32 parentHash() {
    return parentHash;
  }

  public Bytes32 ommersHash() {
    return ommersHash;
  }

  /** Who gets the fees, 20 bytes. */
  public Bytes coinbase() {
    return coinbase;
  }

  public Bytes32 stateRoot() {
    return stateRoot;
  }

  public Bytes32 transactionsRoot() {
    return transactionsRoot;
  }

  public Bytes32 receiptsRoot() {
    return receiptsRoot;
  }

  /** 256 bytes. */
  public Bytes logsBloom() {
    return logsBloom;
  }

  /** 0 since the Merge. */
  public UInt256 difficulty() {
    return difficulty;
  }

  /** Unsigned 64-bit. */
  public long number() {
    return number;
  }

  /** Unsigned 64-bit. */
  public long gasLimit() {
    return gasLimit;
  }

  /** Unsigned 64-bit. */
  public long gasUsed() {
    return gasUsed;
  }

  /** Seconds since the epoch, unsigned 64-bit. */
  public long timestamp() {
    return timestamp;
  }

  public Bytes extraData() {
    return extraData;
  }

  /** {@code prevRandao} since the Merge. */
  public Bytes32 mixHash() {
    return mixHash;
  }

  /** 8 bytes. */
  public Bytes nonce() {
    return nonce;
  }

  /** Wei per gas; present since London. */
  public Optional<UInt256> baseFee() {
    return forkFields.baseFee();
  }

  /** Present since Shanghai. */
  public Optional<Bytes32> withdrawalsRoot() {
    return forkFields.withdrawalsRoot();
  }

  /** Present since Cancun. */
  public Optional<Long> blobGasUsed() {
    return forkFields.blobGasUsed();
  }

  /** Present since Cancun. */
  public Optional<Long> excessBlobGas() {
    return forkFields.excessBlobGas();
  }

  /** Present since Cancun. */
  public Optional<Bytes32> parentBeaconBlockRoot() {
    return forkFields.parentBeaconBlockRoot();
  }

  /** Present since Prague. */
  public Optional<Bytes32> requestsHash() {
    return forkFields.requestsHash();
  }

  /** Keccak-256 of the block's access list; present since Amsterdam. */
  public Optional<Bytes32> blockAccessListHash() {
    return forkFields.blockAccessListHash();
  }

  /** The slot the block was made for, unsigned 64-bit; present since Amsterdam. */
  public Optional<Long> slotNumber() {
    return forkFields.slotNumber();
  }

  /** All fields that came with forks. */
  public ForkFields forkFields() {
    return forkFields;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BlockHeader that && hash().equals(that.hash());
  }

  @Override
  public int hashCode() {
    return hash().hashCode();
  }

  /** Number and hash. */
  @Override
  public String toString() {
    return Long.toUnsignedString(number) + " " + hash().toHexString();
  }
}
