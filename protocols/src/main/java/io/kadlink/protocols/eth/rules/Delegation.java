package io.kadlink.protocols.eth.rules;

import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signature;
import io.kadlink.identity.crypto.InvalidCurveInputException;
import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload.Authorization;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.units.bigints.UInt256;

/** Accounts that let another one's code act for them (EIP-7702). */
public final class Delegation {
  /** What is signed begins with this byte. */
  private static final Bytes MAGIC = Bytes.of(5);

  /** The code of an account that has delegated: this, and an address. */
  private static final Bytes PREFIX = Bytes.fromHexString("0xef0100");

  private static final int CODE_BYTES = 23;

  private static final UInt256 HALF_CURVE_ORDER =
      UInt256.fromHexString("0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

  private Delegation() {}

  /** Whether this is the code of an account that has delegated, and may still send. */
  public static boolean isDelegation(Bytes code) {
    return code.size() == CODE_BYTES && code.slice(0, PREFIX.size()).equals(PREFIX);
  }

  /** The account that signed an authorization; empty when the signature is not valid. */
  public static Optional<Bytes> authority(Authorization authorization) {
    if (authorization.yParity() > 1 || authorization.s().compareTo(HALF_CURVE_ORDER) > 0) {
      return Optional.empty();
    }
    Bytes signature =
        Bytes.concatenate(
            authorization.r(), authorization.s(), Bytes.of((byte) authorization.yParity()));
    try {
      return Optional.of(
          Transaction.address(
              PublicKey.recover(signingHash(authorization), new Signature(signature))));
    } catch (InvalidCurveInputException e) {
      return Optional.empty();
    }
  }

  /** What the authority signs. */
  public static Bytes32 signingHash(Authorization authorization) {
    Bytes list =
        RLP.encodeList(
            writer -> {
              writer.writeValue(authorization.chainId().toMinimalBytes());
              writer.writeValue(authorization.address());
              writer.writeValue(Bytes.minimalBytes(authorization.nonce()));
            });
    return Bytes32.wrap(Keccak256.hash(Bytes.concatenate(MAGIC, list).toArrayUnsafe()));
  }
}
