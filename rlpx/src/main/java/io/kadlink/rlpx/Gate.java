package io.kadlink.rlpx;

import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Hello;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Asked at each step whether a connection may go on; a reason refuses it and is sent to the other
 * side. Called on the connection's event loop; must not block, may answer later from any thread.
 */
public interface Gate {

  /** Lets everyone in. */
  Gate OPEN =
      new Gate() {
        @Override
        public boolean accept(SocketAddress remote) {
          return true;
        }

        @Override
        public CompletionStage<Optional<DisconnectReason>> authenticated(
            PublicKey remote, SocketAddress address, boolean inbound) {
          return CompletableFuture.completedStage(Optional.empty());
        }

        @Override
        public CompletionStage<Optional<DisconnectReason>> greeted(
            Hello hello, PublicKey remote, SocketAddress address, boolean inbound) {
          return CompletableFuture.completedStage(Optional.empty());
        }
      };

  /** A TCP connection came in; nothing is known of it yet. A refusal closes it silently. */
  boolean accept(SocketAddress remote);

  /**
   * The handshake named {@code remote}; our Hello has not been sent. Only {@code remote} can go on
   * from here, but anyone can come this far under its name: what is done here must not hurt a
   * session {@code remote} already has.
   */
  CompletionStage<Optional<DisconnectReason>> authenticated(
      PublicKey remote, SocketAddress address, boolean inbound);

  /** The other side's Hello is there: its identity is proved, and we share a capability. */
  CompletionStage<Optional<DisconnectReason>> greeted(
      Hello hello, PublicKey remote, SocketAddress address, boolean inbound);
}
