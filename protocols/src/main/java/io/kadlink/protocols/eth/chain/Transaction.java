package io.kadlink.protocols.eth.chain;

import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signature;
import io.kadlink.identity.Signer;
import io.kadlink.identity.crypto.InvalidCurveInputException;
import io.kadlink.identity.crypto.Keccak256;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
import org.jspecify.annotations.Nullable;

/**
 * A signed transaction of any type, with its canonical encoding. Immutable; two transactions are
 * equal when their encodings are.
 */
public final class Transaction {
  /** Half the order of secp256k1: a larger s is the malleable twin of a valid one (EIP-2). */
  private static final UInt256 HALF_CURVE_ORDER =
      UInt256.fromHexString("0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

  private static final UInt256 UNPROTECTED_V = UInt256.valueOf(27);
  private static final UInt256 PROTECTED_V = UInt256.valueOf(35);

  private final TransactionPayload payload;
  private final UInt256 v;
  private final UInt256 r;
  private final UInt256 s;

  // Computed at first use; a race computes the same value twice.
  private @Nullable Bytes encoded;
  private @Nullable Bytes32 hash;
  private @Nullable Bytes sender; // no bytes when there is none

  Transaction(TransactionPayload payload, UInt256 v, UInt256 r, UInt256 s) {
    this.payload = payload;
    this.v = v;
    this.r = r;
    this.s = s;
  }

  /**
   * A transaction with the signature it came with, whether that is valid or not.
   *
   * @param v in EIP-155 form for legacy, y parity for other types
   */
  public static Transaction of(TransactionPayload payload, UInt256 v, UInt256 r, UInt256 s) {
    return new Transaction(payload, v, r, s);
  }

  /** The transaction that {@code signer}'s account sends. */
  public static Transaction sign(TransactionPayload payload, Signer signer) {
    Signature signature = signer.sign(TransactionCodec.signingHash(payload));
    UInt256 parity = UInt256.valueOf(signature.recoveryId());
    UInt256 v =
        switch (payload) {
          case TransactionPayload.Legacy legacy ->
              legacy
                  .chain()
                  .map(id -> id.shiftLeft(1).add(PROTECTED_V))
                  .orElse(UNPROTECTED_V)
                  .add(parity);
          default -> parity;
        };
    return new Transaction(
        payload, v, UInt256.fromBytes(signature.r()), UInt256.fromBytes(signature.s()));
  }

  /** The address of the account with this key: the last 20 bytes of the key's Keccak-256. */
  public static Bytes address(PublicKey key) {
    return key.id().bytes().slice(Bytes32.SIZE - BlockHeader.ADDRESS_BYTES);
  }

  /** EIP-2718 type, 0 for legacy. */
  public int type() {
    return payload.type();
  }

  /** What was signed. */
  public TransactionPayload payload() {
    return payload;
  }

  /** The signature's {@code v} as encoded: EIP-155 form for legacy, y parity for other types. */
  public UInt256 v() {
    return v;
  }

  public UInt256 r() {
    return r;
  }

  public UInt256 s() {
    return s;
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

  /** The canonical ("consensus") encoding: a legacy list, or type byte and payload. */
  public Bytes encoded() {
    Bytes result = encoded;
    if (result == null) {
      result = TransactionCodec.write(this);
      encoded = result;
    }
    return result;
  }

  /** Remembers the bytes this transaction was decoded from. */
  Transaction decodedFrom(Bytes canonical) {
    encoded = canonical;
    return this;
  }

  /**
   * The 20-byte address of the account that signed it, recovered at first call; empty when the
   * signature is not valid (out of range, high s (EIP-2), or no point fits).
   */
  public Optional<Bytes> sender() {
    Bytes result = sender;
    if (result == null) {
      result = recoverSender().orElse(Bytes.EMPTY);
      sender = result;
    }
    return result.isEmpty() ? Optional.empty() : Optional.of(result);
  }

  private Optional<Bytes> recoverSender() {
    UInt256 parity = v;
    if (payload instanceof TransactionPayload.Legacy legacy) {
      UInt256 base =
          legacy.chain().map(id -> id.shiftLeft(1).add(PROTECTED_V)).orElse(UNPROTECTED_V);
      if (v.compareTo(base) < 0) {
        return Optional.empty();
      }
      parity = v.subtract(base);
    }
    if (parity.compareTo(UInt256.ONE) > 0 || s.compareTo(HALF_CURVE_ORDER) > 0) {
      return Optional.empty();
    }
    Bytes signature = Bytes.concatenate(r, s, Bytes.of((byte) parity.toInt()));
    try {
      return Optional.of(
          address(
              PublicKey.recover(TransactionCodec.signingHash(payload), new Signature(signature))));
    } catch (InvalidCurveInputException e) {
      return Optional.empty();
    }
  }

  /** The EIP-155 chain id in a legacy {@code v}; empty when it has none. */
  static Optional<UInt256> chainOf(UInt256 v) {
    return v.compareTo(PROTECTED_V) < 0
        ? Optional.empty()
        : Optional.of(v.subtract(PROTECTED_V).shiftRight(1));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Transaction that && hash().equals(that.hash());
  }

  @Override
  public int hashCode() {
    return hash().hashCode();
  }

  /** Type and hash. */
  @Override
  public String toString() {
    return "type " + type() + " " + hash().toHexString();
  }
}
