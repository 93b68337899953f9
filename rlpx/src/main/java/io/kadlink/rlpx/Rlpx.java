package io.kadlink.rlpx;

import io.kadlink.identity.PublicKey;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * RLPx with one identity and one set of capabilities: dials, listens, and runs the handshake over
 * any Netty channel, be it a socket, a relayed circuit or a simulated link. Thread-safe.
 */
public interface Rlpx extends AutoCloseable {

  /**
   * Connects over TCP, shakes hands, exchanges Hellos.
   *
   * @return the connection; or fails with {@link RlpxException} saying at which step and why
   */
  CompletionStage<RlpxConnection> dial(InetSocketAddress address, PublicKey remote);

  /**
   * Runs the initiator's side over an already connected, registered channel that carries bytes
   * ({@code ByteBuf}). A channel that may receive before this call should have {@code AUTO_READ}
   * off; it is switched on and off from here on, and the channel closed at the end.
   */
  CompletionStage<RlpxConnection> initiate(Channel channel, PublicKey remote);

  /** Runs the recipient's side over a channel as above. */
  CompletionStage<RlpxConnection> receive(Channel channel);

  /**
   * Listens on a TCP address; port 0 takes a free one.
   *
   * @param onConnection called on the connection's event loop for each one that passed the gate
   * @return the bound address
   */
  CompletionStage<InetSocketAddress> listen(
      InetSocketAddress address, Consumer<RlpxConnection> onConnection);

  /** Stops listening and closes what is still in its handshake; sessions are left alone. */
  @Override
  void close();
}
