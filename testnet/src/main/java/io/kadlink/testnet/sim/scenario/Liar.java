package io.kadlink.testnet.sim.scenario;

import io.kadlink.discovery.table.Contact;
import java.net.InetSocketAddress;

/**
 * One version of the protocol as an attacker speaks it: it keeps every rule that can be checked, so
 * that it is let in, and tells of nobody but its kind.
 */
interface Liar {

  /** Shows itself to a node. */
  void ping(Contact to);

  /** Takes a datagram; false when it is none of this version. */
  boolean received(InetSocketAddress from, byte[] datagram);
}
