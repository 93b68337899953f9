package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.pool.HeadView;
import io.kadlink.protocols.eth.rules.Fork;
import io.kadlink.protocols.eth.state.Account;
import io.kadlink.protocols.eth.state.WorldState;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.units.bigints.UInt256;

/** A head whose state was executed here, on a chain that goes on by value transfers. */
record ExecutedHead(WorldState state, Fork fork, UInt256 baseFee, long gasLimit)
    implements HeadView {
  @Override
  public Account account(Bytes address) {
    return state.account(address);
  }

  @Override
  public Optional<String> objection(TransactionPayload payload) {
    return BlockExecution.needForEvm(payload, fork, state)
        .map(need -> "it " + need + ", and this chain carries transfers only");
  }
}
