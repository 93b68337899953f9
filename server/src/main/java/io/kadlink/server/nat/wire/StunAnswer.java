package io.kadlink.server.nat.wire;

import java.net.InetSocketAddress;
import org.apache.tuweni.bytes.Bytes;

/** What a STUN server answers to a binding request (RFC 8489 §3). */
public sealed interface StunAnswer {

  /** That of the request. */
  Bytes transactionId();

  /** Where the server saw the request come from. */
  record Binding(Bytes transactionId, InetSocketAddress seen) implements StunAnswer {}

  /**
   * An error response (§14.8).
   *
   * @param code 300 to 699
   */
  record Refusal(Bytes transactionId, int code) implements StunAnswer {}
}
