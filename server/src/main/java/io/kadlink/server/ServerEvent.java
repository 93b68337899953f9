package io.kadlink.server;

import io.kadlink.identity.NodeId;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.wire.DisconnectReason;
import java.net.SocketAddress;
import java.time.Duration;

/** What happens to a server's peers. */
public sealed interface ServerEvent {

  /** A session is up. */
  record PeerConnected(Peer peer) implements ServerEvent {}

  /** A session ended. */
  record PeerDisconnected(Peer peer, DisconnectReason reason, boolean byRemote, String detail)
      implements ServerEvent {}

  /** A dial came to nothing. */
  record DialFailed(PublicKey remote, SocketAddress address, String why) implements ServerEvent {}

  /** A node's behaviour got it banned; its session, if any, is about to end. */
  record Banned(NodeId id, Duration duration, String why) implements ServerEvent {}

  /** A connection that was not admitted; dialed or accepted. */
  record Refused(PublicKey remote, SocketAddress address, DisconnectReason reason, String why)
      implements ServerEvent {}
}
