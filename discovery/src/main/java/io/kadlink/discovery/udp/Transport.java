package io.kadlink.discovery.udp;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;

/** Sends datagrams. Called on the event loop only, except where said otherwise. */
public interface Transport {

  /** Where datagrams come in. Any thread. */
  InetSocketAddress localAddress();

  /** Sends one datagram; whether it arrives nobody knows. */
  void send(InetSocketAddress to, byte[] datagram);

  /** Frees the socket; completes when the port is free. Any thread. */
  CompletionStage<Void> close();
}
