package io.kadlink.protocols.eth.peer;

import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import io.kadlink.protocols.eth.wire.EthCodec;
import io.kadlink.protocols.eth.wire.EthMessage;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.protocols.eth.wire.MessageCode;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import org.apache.tuweni.bytes.Bytes;

/**
 * A message that came, decoded when someone asks for it: an answer that nobody waits for never is.
 * A large one has been decoded before, off the loop, and says the same when it is asked.
 */
public final class Arrival {
  private final int code;
  private final Bytes payload;
  private final Content content;

  private interface Content {
    EthMessage message() throws InvalidRlpException;
  }

  private Arrival(int code, Bytes payload, Content content) {
    this.code = code;
    this.payload = payload;
    this.content = content;
  }

  /** One that is decoded when it is asked for. */
  public static Arrival of(EthVersion version, int code, Bytes payload) {
    return new Arrival(code, payload, () -> EthCodec.decode(version, code, payload));
  }

  /** One that is decoded now, if it can be. */
  public static Arrival decoded(EthVersion version, int code, Bytes payload) {
    try {
      EthMessage message = EthCodec.decode(version, code, payload);
      hash(message);
      return new Arrival(code, payload, () -> message);
    } catch (InvalidRlpException malformed) {
      return new Arrival(
          code,
          payload,
          () -> {
            throw malformed;
          });
    }
  }

  /** Hashing megabytes takes as long as decoding them, and hashes are remembered. */
  private static void hash(EthMessage message) {
    switch (message) {
      case EthMessage.Transactions sent -> sent.transactions().forEach(Transaction::hash);
      case EthMessage.PooledTransactions sent ->
          sent.transactions().forEach(PooledTransaction::hash);
      default -> {}
    }
  }

  public int code() {
    return code;
  }

  /**
   * The request it answers, without looking at the rest.
   *
   * @throws ProtocolViolation when there is none
   */
  long requestId() throws ProtocolViolation {
    try {
      return EthCodec.requestId(code, payload);
    } catch (InvalidRlpException e) {
      throw malformed(e);
    }
  }

  /**
   * What it says.
   *
   * @throws ProtocolViolation when it is malformed
   */
  public EthMessage message() throws ProtocolViolation {
    try {
      return content.message();
    } catch (InvalidRlpException e) {
      throw malformed(e);
    }
  }

  private ProtocolViolation malformed(InvalidRlpException e) {
    return new ProtocolViolation(
        DisconnectReason.PROTOCOL_BREACH, MessageCode.name(code) + ": " + e.getMessage(), e);
  }
}
