package io.kadlink.server.nat;

import io.kadlink.discovery.KnownEndpoint;
import java.net.InetAddress;

/** Who puts what was found into the node record. Called on the search's loop; must not block. */
public interface Advertiser {

  /** Others reach this node there, from now on and until something else is said. */
  void advertise(KnownEndpoint endpoint);

  /** What was said of this address counts no more. */
  void withdraw(InetAddress address);
}
