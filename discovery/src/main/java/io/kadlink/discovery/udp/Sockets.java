package io.kadlink.discovery.udp;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;

/** Opens UDP sockets on one event loop: the machine's, or those of a simulated network. */
@FunctionalInterface
public interface Sockets {

  /**
   * Binds a socket.
   *
   * @param address where to receive; port 0 takes a free one
   * @param handler called on the event loop for every datagram
   * @return fails with {@link java.net.BindException} when the address can't be had
   */
  CompletionStage<? extends Transport> bind(InetSocketAddress address, DatagramHandler handler);
}
