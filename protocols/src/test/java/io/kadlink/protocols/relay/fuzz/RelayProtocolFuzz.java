package io.kadlink.protocols.relay.fuzz;

import io.kadlink.protocols.relay.HostilePeer;

/** Any sequence of messages from two peers leaves a relay within its limits, and clean. */
public final class RelayProtocolFuzz {
  private RelayProtocolFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    HostilePeer.play(data);
  }
}
