package io.kadlink.protocols.pubsub.wire;

import org.apache.tuweni.bytes.Bytes32;

/**
 * Names a message: the digest its publisher signs, which covers publisher, topic, sequence and
 * payload. So one id stands for one content, and nobody can find a second one for it.
 *
 * @param bytes 32 bytes
 */
public record MessageId(Bytes32 bytes) {

  /** The first eight hex digits, for logs. */
  public String shortForm() {
    return bytes.toUnprefixedHexString().substring(0, 8);
  }

  /** 64 hex digits. */
  @Override
  public String toString() {
    return bytes.toUnprefixedHexString();
  }
}
