package io.kadlink.server.virtual;

import java.util.Optional;

/** One end of a connection that carries bytes in order. All on the loop of that end. */
public interface Connection {

  /**
   * Sends bytes, which are the connection's from now on.
   *
   * @return whether more may follow now; if not, {@link Listener#writable} says when
   */
  boolean send(byte[] bytes);

  /** So many of the bytes that came have been read: as many more may come. */
  void consumed(int bytes);

  /** Ends it, behind what was sent. */
  void close();

  /** Who is told what happens to one end. */
  interface Listener {
    /** Bytes came, which are the listener's from now on. */
    void arrived(byte[] bytes);

    /** There is room to send again. */
    void writable();

    /** Nothing comes any more; {@code broken} says why, if it was not the other who closed it. */
    void ended(Optional<String> broken);
  }
}
