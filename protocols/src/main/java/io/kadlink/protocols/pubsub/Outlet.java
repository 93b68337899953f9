package io.kadlink.protocols.pubsub;

import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.reputation.Behaviour;
import org.apache.tuweni.bytes.Bytes;

/** Where a router's packets for one peer go: a session, or a line of a simulated network. */
interface Outlet {

  /** False when it was dropped: the session is over or its queue is full. */
  boolean send(int code, Bytes payload);

  /** Tells the server what the peer did. */
  void report(Behaviour behaviour, String detail);

  /** Ends the session. */
  void disconnect(DisconnectReason reason);
}
