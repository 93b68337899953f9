package io.kadlink.protocols.eth.pool;

import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.rules.Fork;
import io.kadlink.protocols.eth.state.Account;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * What a transaction pool judges by: the accounts at the head, and the rules of the next block. The
 * chain hands one in with each head; the pool uses it under its lock only.
 */
public interface HeadView {

  /** The account at this 20-byte address; {@link Account#NONE} when there is none. */
  Account account(Bytes address);

  /** Rules of the block after the head. */
  Fork fork();

  /** Wei per gas in the block after the head. */
  UInt256 baseFee();

  /** Gas limit of the head. */
  long gasLimit();

  /** Why this chain can't carry such a transaction though it is valid; empty when it can. */
  Optional<String> objection(TransactionPayload payload);
}
