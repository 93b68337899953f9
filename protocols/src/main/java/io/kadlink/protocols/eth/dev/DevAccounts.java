package io.kadlink.protocols.eth.dev;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.protocols.eth.chain.Transaction;
import java.nio.charset.StandardCharsets;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/**
 * The funded accounts of the built-in dev chain. Their keys are public: account {@code i} has the
 * private key Keccak-256 of the ASCII text {@code "kadlink dev account i"}. Never use them where
 * value is at stake.
 */
public final class DevAccounts {
  /** How many there are. */
  public static final int COUNT = 256;

  private DevAccounts() {}

  /**
   * The key of an account.
   *
   * @param index from 0 to {@link #COUNT} - 1
   */
  public static NodeKey key(int index) {
    if (index < 0 || index >= COUNT) {
      throw new IllegalArgumentException("dev accounts are 0 to " + (COUNT - 1) + ": " + index);
    }
    byte[] seed = ("kadlink dev account " + index).getBytes(StandardCharsets.US_ASCII);
    return NodeKey.of(Bytes32.wrap(Keccak256.hash(seed)));
  }

  /** The 20-byte address of an account. */
  public static Bytes address(int index) {
    return Transaction.address(key(index).publicKey());
  }
}
