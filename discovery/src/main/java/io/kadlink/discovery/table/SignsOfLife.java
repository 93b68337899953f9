package io.kadlink.discovery.table;

import java.net.InetSocketAddress;

/** Told, on the event loop, what nodes that have proven their endpoint say. */
public interface SignsOfLife {

  /**
   * A node answered us from its endpoint, or spoke from one it had proven before and is known at.
   *
   * @param enrSeq the sequence number it says its record has, 0 when it says none
   */
  void alive(Contact contact, long enrSeq);

  /**
   * A node answered a ping and said where the ping came from.
   *
   * @param us the endpoint it sees us at; nobody vouches for it
   */
  void seenAt(Contact by, InetSocketAddress us);
}
