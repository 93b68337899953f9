package io.kadlink.discovery.udp;

import java.net.InetSocketAddress;

/** What receives datagrams, on the event loop. */
@FunctionalInterface
public interface DatagramHandler {

  /**
   * A datagram arrived. Must not throw, whatever the bytes are.
   *
   * @param datagram the receiver's to keep
   */
  void received(InetSocketAddress from, byte[] datagram);
}
