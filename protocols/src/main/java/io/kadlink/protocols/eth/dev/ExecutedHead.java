package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.pool.HeadView;
import io.kadlink.protocols.eth.pool.NextBlock;
import io.kadlink.protocols.eth.state.Account;
import io.kadlink.protocols.eth.state.WorldState;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;

/** A head whose state was executed here, on a chain that goes on by value transfers. */
record ExecutedHead(WorldState state, NextBlock next) implements HeadView {
  @Override
  public Account account(Bytes address) {
    return state.account(address);
  }

  /** Only a transaction that sets code delegates, and none was executed here. */
  @Override
  public boolean isDelegated(Bytes address) {
    return false;
  }

  @Override
  public Optional<String> objection(TransactionPayload payload) {
    return BlockExecution.needForEvm(payload, next.fork(), state)
        .map(need -> "it " + need + ", and this chain carries transfers only");
  }
}
