package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.chain.Withdrawal;
import io.kadlink.protocols.eth.rules.Fork;
import io.kadlink.protocols.eth.rules.Precompiles;
import io.kadlink.protocols.eth.rules.TransactionGas;
import io.kadlink.protocols.eth.rules.TransactionRules;
import io.kadlink.protocols.eth.state.Account;
import io.kadlink.protocols.eth.state.WorldState;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * Executes the transactions of one block on a state, without an EVM: value moves between accounts
 * without code, fees are paid (EIP-1559), and whatever would need more is said to need more.
 *
 * <p>A transaction that is not applied leaves no trace, so a block builder may go on with the next.
 * Not thread-safe.
 */
final class BlockExecution {
  private static final UInt256 WEI_PER_GWEI = UInt256.valueOf(1_000_000_000);

  private final WorldState state;
  private final BlockEnvironment environment;
  private final TransactionRules rules;
  private final List<Receipt> receipts = new ArrayList<>();
  private long gasUsed;

  /** What became of a transaction. */
  sealed interface Outcome {
    record Applied(Receipt receipt) implements Outcome {}

    /** It may not stand at this place in this block. */
    record Invalid(String reason) implements Outcome {}

    /** Only an EVM could tell. */
    record NeedsEvm(String reason) implements Outcome {}
  }

  BlockExecution(WorldState state, BlockEnvironment environment, TransactionRules rules) {
    this.state = state;
    this.environment = environment;
    this.rules = rules;
  }

  /** What the protocol itself does before the first transaction; empty when it is done. */
  Optional<Outcome> begin() {
    return SystemContracts.begin(state, environment);
  }

  /** Applies one transaction, if it is valid here. */
  Outcome apply(Transaction transaction) {
    Optional<String> fault = rules.fault(transaction, environment.fork());
    if (fault.isPresent()) {
      return new Outcome.Invalid(fault.get());
    }
    Bytes sender = transaction.sender().orElseThrow();
    Optional<String> stateFault = stateFault(transaction, state.account(sender));
    if (stateFault.isPresent()) {
      return new Outcome.Invalid(stateFault.get());
    }
    Optional<String> evm = needForEvm(transaction.payload(), environment.fork(), state);
    if (evm.isPresent()) {
      return new Outcome.NeedsEvm(evm.get());
    }
    return new Outcome.Applied(transfer(transaction, sender));
  }

  private Optional<String> stateFault(Transaction transaction, Account sender) {
    TransactionPayload payload = transaction.payload();
    if (payload.nonce() != sender.nonce()) {
      return Optional.of(
          "nonce "
              + Long.toUnsignedString(payload.nonce())
              + ", expected "
              + Long.toUnsignedString(sender.nonce()));
    }
    if (sender.hasCode()) {
      return Optional.of("the sender has code (EIP-3607)");
    }
    if (payload.maxFeePerGas().compareTo(environment.baseFee()) < 0) {
      return Optional.of(
          "maxFeePerGas "
              + payload.maxFeePerGas().toDecimalString()
              + " is below the base fee "
              + environment.baseFee().toDecimalString());
    }
    long gasLeft = environment.gasLimit() - gasUsed;
    if (Long.compareUnsigned(payload.gasLimit(), gasLeft) > 0) {
      return Optional.of(
          "gas limit "
              + Long.toUnsignedString(payload.gasLimit())
              + ", but the block has "
              + gasLeft
              + " left");
    }
    BigInteger cost = TransactionRules.maxCost(payload);
    if (cost.compareTo(sender.balance().toUnsignedBigInteger()) > 0) {
      return Optional.of(
          "balance " + sender.balance().toDecimalString() + ", expected at least " + cost);
    }
    return Optional.empty();
  }

  /** Why a transaction is more than a value transfer, if it is. */
  static Optional<String> needForEvm(TransactionPayload payload, Fork fork, WorldState state) {
    if (payload instanceof TransactionPayload.Blob) {
      return Optional.of("carries blobs");
    }
    if (payload instanceof TransactionPayload.SetCode) {
      return Optional.of("sets code");
    }
    Optional<Bytes> to = payload.to();
    if (to.isEmpty()) {
      return Optional.of("creates a contract");
    }
    if (Precompiles.contains(to.get(), fork)) {
      return Optional.of("calls the precompiled contract " + to.get());
    }
    return state.account(to.get()).hasCode()
        ? Optional.of("calls the contract " + to.get())
        : Optional.empty();
  }

  private Receipt transfer(Transaction transaction, Bytes sender) {
    TransactionPayload payload = transaction.payload();
    long gas = TransactionGas.required(payload, environment.fork());
    UInt256 tip = tip(payload, environment.baseFee());
    UInt256 fee = environment.baseFee().add(tip).multiply(UInt256.valueOf(gas));
    Account payer = state.account(sender);
    state.put(
        sender,
        payer
            .withNonce(payer.nonce() + 1)
            .withBalance(payer.balance().subtract(payload.value()).subtract(fee)));
    state.credit(payload.to().orElseThrow(), payload.value());
    state.credit(environment.coinbase(), tip.multiply(UInt256.valueOf(gas)));
    gasUsed += gas;
    Receipt receipt = new Receipt(transaction.type(), true, gasUsed, List.of());
    receipts.add(receipt);
    return receipt;
  }

  /** What of the fee per gas goes to the coinbase; the base fee is burned (EIP-1559). */
  static UInt256 tip(TransactionPayload payload, UInt256 baseFee) {
    UInt256 room = payload.maxFeePerGas().subtract(baseFee);
    UInt256 wanted = payload.maxPriorityFeePerGas();
    return wanted.compareTo(room) < 0 ? wanted : room;
  }

  /** Credits withdrawals (EIP-4895), after the last transaction. */
  void withdraw(List<Withdrawal> withdrawals) {
    for (Withdrawal withdrawal : withdrawals) {
      UInt256 gwei = UInt256.fromBytes(Bytes.ofUnsignedLong(withdrawal.amountGwei()));
      state.credit(withdrawal.address(), gwei.multiply(WEI_PER_GWEI));
    }
  }

  /** What the protocol itself does after the last transaction; empty when it is done. */
  Optional<Outcome> end() {
    return SystemContracts.end(state, environment);
  }

  long gasUsed() {
    return gasUsed;
  }

  List<Receipt> receipts() {
    return receipts;
  }

  WorldState state() {
    return state;
  }
}
