package io.kadlink.protocols.eth.chain;

import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/**
 * A transaction receipt.
 *
 * @param type EIP-2718 type, 0 for legacy
 * @param outcome what became of the transaction
 * @param cumulativeGasUsed within its block, unsigned 64-bit
 * @param logs in order; the bloom follows from them
 */
public record Receipt(int type, Outcome outcome, long cumulativeGasUsed, List<Log> logs) {
  public Receipt {
    logs = List.copyOf(logs);
  }

  /** A receipt since Byzantium. */
  public Receipt(int type, boolean succeeded, long cumulativeGasUsed, List<Log> logs) {
    this(type, new Status(succeeded), cumulativeGasUsed, logs);
  }

  /** What a receipt says of the transaction's end. */
  public sealed interface Outcome {}

  /** Since Byzantium (EIP-658): whether it went through. */
  public record Status(boolean succeeded) implements Outcome {}

  /** Before Byzantium: the state root after it. */
  public record PostState(Bytes32 stateRoot) implements Outcome {}

  /**
   * One log entry.
   *
   * @param address 20 bytes
   */
  public record Log(Bytes address, List<Bytes32> topics, Bytes data) {
    public Log {
      topics = List.copyOf(topics);
    }
  }
}
