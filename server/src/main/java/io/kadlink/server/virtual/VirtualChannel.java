package io.kadlink.server.virtual;

import io.kadlink.rlpx.LinkChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.util.concurrent.Future;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One end of a connection over a {@link TcpNetwork}, as Netty's channel. */
final class VirtualChannel extends LinkChannel {
  private final TcpNetwork network;
  private @Nullable Connection connection;
  private @Nullable SocketAddress local;
  private @Nullable SocketAddress remote;

  /** A channel to connect with. */
  VirtualChannel(TcpNetwork network) {
    super(null);
    this.network = network;
  }

  /** A channel that is connected. */
  VirtualChannel(
      Channel parent, TcpNetwork network, Connection connection, InetSocketAddress remote) {
    super(parent);
    this.network = network;
    this.connection = connection;
    this.local = parent.localAddress();
    this.remote = remote;
  }

  /** For what comes over its connection. */
  Connection.Listener listener() {
    return new Inlet();
  }

  private final class Inlet implements Connection.Listener {
    @Override
    public void arrived(byte[] bytes) {
      VirtualChannel.this.arrived(bytes);
    }

    @Override
    public void writable() {
      writableAgain();
    }

    @Override
    public void ended(Optional<String> broken) {
      VirtualChannel.this.ended(broken);
    }
  }

  @Override
  protected void connectLink(SocketAddress to, ChannelPromise promise) {
    remote = to;
    Future<?> limit =
        eventLoop()
            .schedule(
                () -> failed(promise, new ConnectTimeoutException("connection timed out: " + to)),
                config().getConnectTimeoutMillis(),
                TimeUnit.MILLISECONDS);
    promise.addListener(answered -> limit.cancel(false));
    network.connect(
        (InetSocketAddress) to,
        new TcpNetwork.Caller() {
          @Override
          public Connection.Listener connected(Connection made, InetSocketAddress from) {
            local = from;
            connection = made;
            if (isOpen() && promise.trySuccess()) {
              pipeline().fireChannelActive();
            } else {
              made.close(); // nobody waits for it any more
            }
            return listener();
          }

          @Override
          public void refused() {
            failed(promise, new ConnectException("connection refused: " + to));
          }
        });
  }

  private void failed(ChannelPromise promise, Exception why) {
    if (promise.tryFailure(why)) {
      unsafe().close(voidPromise());
    }
  }

  @Override
  protected boolean transmit(byte[] piece) {
    Connection link = connection;
    return link != null && link.send(piece);
  }

  @Override
  protected void consumed(int bytes) {
    Connection link = connection;
    if (link != null) {
      link.consumed(bytes);
    }
  }

  @Override
  protected void closeLink() {
    Connection link = connection;
    if (link != null) {
      link.close();
    }
  }

  @Override
  public boolean isActive() {
    return isOpen() && connection != null;
  }

  @Override
  protected @Nullable SocketAddress localAddress0() {
    return local;
  }

  @Override
  protected @Nullable SocketAddress remoteAddress0() {
    return remote;
  }
}
