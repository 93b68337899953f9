package io.kadlink.protocols.eth.chain;

import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/**
 * A transaction receipt.
 *
 * @param type EIP-2718 type, 0 for legacy
 * @param succeeded post-Byzantium status
 * @param cumulativeGasUsed within its block
 * @param logs in order; the bloom follows from them
 */
public record Receipt(int type, boolean succeeded, long cumulativeGasUsed, List<Log> logs) {
  public Receipt {
    logs = List.copyOf(logs);
  }

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
