package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.pool.HeadView;
import io.kadlink.protocols.eth.pool.NextBlock;
import io.kadlink.protocols.eth.state.Account;
import io.kadlink.protocols.eth.state.DumpedState;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;

/** A head whose state was executed elsewhere, on a chain that others go on with. */
record ForeignHead(DumpedState state, NextBlock next) implements HeadView {
  @Override
  public Account account(Bytes address) {
    return state.account(address);
  }

  @Override
  public boolean isDelegated(Bytes address) {
    return state.isDelegated(address);
  }

  @Override
  public Optional<String> objection(TransactionPayload payload) {
    return Optional.empty();
  }
}
