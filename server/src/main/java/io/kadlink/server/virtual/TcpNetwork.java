package io.kadlink.server.virtual;

import java.net.BindException;
import java.net.InetSocketAddress;

/** Connections as one host has them. All on the host's loop; answers come in later turns of it. */
public interface TcpNetwork {

  /** Asks for a connection; there may never be an answer. */
  void connect(InetSocketAddress to, Caller caller);

  /**
   * Accepts connections from now on.
   *
   * @throws BindException when the port is taken
   */
  void listen(int port, Acceptor acceptor) throws BindException;

  /** Accepts none any more. */
  void unlisten(int port);

  /** Who wants a connection. */
  interface Caller {
    /** Here it is. */
    Connection.Listener connected(Connection connection, InetSocketAddress local);

    /** The other host said no. */
    void refused();
  }

  /** Who takes connections. */
  interface Acceptor {
    /** Somebody connected. */
    Connection.Listener accepted(Connection connection, InetSocketAddress remote);
  }
}
