package io.kadlink.protocols.eth.pool;

import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.rules.Fork;
import io.kadlink.protocols.eth.state.Account;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;

/**
 * What a transaction pool judges by: the accounts at the head, and the rules of the next block. The
 * chain hands one in with each head; the pool uses it under its lock only.
 */
public interface HeadView {

  /** The account at this 20-byte address; {@link Account#NONE} when there is none. */
  Account account(Bytes address);

  /**
   * Whether the code of this account is a delegation (EIP-7702), so that it may send though it has
   * code. Only asked for accounts with code.
   */
  boolean isDelegated(Bytes address);

  /** The rules of the block after the head, as far as they don't depend on accounts. */
  NextBlock next();

  /** Why this chain can't carry such a transaction though it is valid; empty when it can. */
  Optional<String> objection(TransactionPayload payload);

  /** Whether the block after the head is under this fork's rules or later ones. */
  default boolean has(Fork fork) {
    return next().fork().has(fork);
  }
}
