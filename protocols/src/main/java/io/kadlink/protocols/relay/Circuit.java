package io.kadlink.protocols.relay;

import io.kadlink.identity.NodeId;
import io.kadlink.protocols.relay.wire.RelayMessage.Limits;
import java.time.Instant;

/**
 * An open circuit as one of its three nodes sees it, at one moment.
 *
 * @param role what this node is to it
 * @param initiator who asked for it
 * @param relay who carries it
 * @param target whom it was asked for
 * @param opened when this node saw it open
 * @param bytesToTarget carried so far
 * @param bytesToInitiator carried so far
 * @param waitingBytes held here until the next node can take them
 * @param limits what the relay allows it
 */
public record Circuit(
    Role role,
    NodeId initiator,
    NodeId relay,
    NodeId target,
    Instant opened,
    long bytesToTarget,
    long bytesToInitiator,
    long waitingBytes,
    Limits limits) {

  /** What a node is to a circuit. */
  public enum Role {
    INITIATOR,
    RELAY,
    TARGET
  }
}
