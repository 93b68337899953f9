package io.kadlink.protocols.relay;

import io.kadlink.identity.PublicKey;
import io.kadlink.server.Protocol;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * relay/1: sessions with nodes that can't be dialed, through a node both ends have a session with.
 * Hand {@link #protocol()} to a server; from then on the server's dialer reaches nodes that
 * announce relays in their record, and this node is a relay, or is reachable through relays, as its
 * options say. Sessions over a circuit are ordinary peers with {@link
 * io.kadlink.server.Peer#relay()} set.
 *
 * <p>Belongs to one server. Methods may be called from any thread. Specification:
 * docs/protocols/relay.md.
 */
public final class Relay {
  private final RelayProtocol protocol;

  private Relay(RelayOptions options) {
    this.protocol = new RelayProtocol(options);
  }

  public static Relay of(RelayOptions options) {
    return new Relay(options);
  }

  /** To be registered with the server. */
  public Protocol protocol() {
    return protocol;
  }

  /** The circuits this node relays or is an end of, as they are now. */
  public CompletionStage<List<Circuit>> circuits() {
    return protocol.circuits();
  }

  /** The relays that take circuits for this node, in the order its record announces them. */
  public List<PublicKey> reachableThrough() {
    return protocol.reachableThrough();
  }
}
