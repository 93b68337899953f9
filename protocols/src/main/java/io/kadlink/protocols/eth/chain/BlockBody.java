package io.kadlink.protocols.eth.chain;

import java.util.List;
import java.util.Optional;

/**
 * What a block holds besides its header.
 *
 * @param withdrawals present since Shanghai
 */
public record BlockBody(
    List<Transaction> transactions,
    List<BlockHeader> ommers,
    Optional<List<Withdrawal>> withdrawals) {
  public BlockBody {
    transactions = List.copyOf(transactions);
    ommers = List.copyOf(ommers);
    withdrawals = withdrawals.map(List::copyOf);
  }
}
