package io.kadlink.protocols.eth.rules;

import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.chain.TransactionPayload.AccessTuple;
import org.apache.tuweni.bytes.Bytes;

/** What a transaction costs before any code runs; all that a transfer costs. */
public final class TransactionGas {
  /** Any transaction (yellow paper, G_transaction). */
  public static final long BASE = 21_000;

  /** More for one that creates a contract (EIP-2). */
  private static final long CREATION = 32_000;

  private static final long ZERO_BYTE = 4;

  /** EIP-2028. */
  private static final long NONZERO_BYTE = 16;

  /** EIP-3860, for each started word of init code. */
  private static final long INIT_CODE_WORD = 2;

  /** EIP-2930. */
  private static final long ACCESS_ADDRESS = 2_400;

  private static final long ACCESS_STORAGE_KEY = 1_900;

  /** EIP-7702, for each authorization. */
  private static final long AUTHORIZATION = 25_000;

  /** EIP-7623: tokens are zero bytes, and non-zero bytes four times. */
  private static final long FLOOR_PER_TOKEN = 10;

  private static final long TOKENS_PER_NONZERO_BYTE = 4;

  private TransactionGas() {}

  /**
   * The least gas limit with which a transaction is valid, and what a transfer uses. Can't
   * overflow: a transaction has at most 10 MiB.
   */
  public static long required(TransactionPayload payload, Fork fork) {
    long zeros = zeros(payload.data());
    long nonzeros = payload.data().size() - zeros;
    long gas = BASE + zeros * ZERO_BYTE + nonzeros * NONZERO_BYTE;
    if (payload.to().isEmpty()) {
      gas += CREATION;
      if (fork.has(Fork.SHANGHAI)) {
        gas += (payload.data().size() + 31L) / 32 * INIT_CODE_WORD;
      }
    }
    for (AccessTuple tuple : payload.accessList()) {
      gas += ACCESS_ADDRESS + ACCESS_STORAGE_KEY * tuple.storageKeys().size();
    }
    if (payload instanceof TransactionPayload.SetCode setCode) {
      gas += AUTHORIZATION * setCode.authorizations().size();
    }
    if (fork.has(Fork.PRAGUE)) {
      long tokens = zeros + nonzeros * TOKENS_PER_NONZERO_BYTE;
      gas = Math.max(gas, BASE + tokens * FLOOR_PER_TOKEN);
    }
    return gas;
  }

  private static long zeros(Bytes data) {
    long zeros = 0;
    for (int i = 0; i < data.size(); i++) {
      if (data.get(i) == 0) {
        zeros++;
      }
    }
    return zeros;
  }
}
