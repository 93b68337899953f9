package io.kadlink.server.virtual;

import io.netty.channel.AbstractServerChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Accepts connections of a {@link TcpNetwork}, as Netty's server channel. */
final class VirtualListener extends AbstractServerChannel implements TcpNetwork.Acceptor {
  private final TcpNetwork network;
  private final ChannelConfig config =
      new DefaultChannelConfig(this) {
        // Options of sockets say nothing here.
        @Override
        public <T> boolean setOption(ChannelOption<T> option, T value) {
          super.setOption(option, value);
          return true;
        }
      };
  private volatile @Nullable InetSocketAddress bound;
  private volatile boolean open = true;

  VirtualListener(TcpNetwork network) {
    this.network = network;
  }

  @Override
  public Connection.Listener accepted(Connection connection, InetSocketAddress remote) {
    VirtualChannel channel = new VirtualChannel(this, network, connection, remote);
    pipeline().fireChannelRead(channel);
    pipeline().fireChannelReadComplete();
    return channel.listener();
  }

  @Override
  protected void doBind(SocketAddress address) throws BindException {
    InetSocketAddress wanted = (InetSocketAddress) address;
    network.listen(wanted.getPort(), this);
    bound = wanted;
  }

  @Override
  protected void doClose() {
    open = false;
    InetSocketAddress address = bound;
    if (address != null) {
      network.unlisten(address.getPort());
    }
  }

  @Override
  protected void doBeginRead() {} // whoever connects is there at once

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return true;
  }

  @Override
  protected @Nullable SocketAddress localAddress0() {
    return bound;
  }

  @Override
  public ChannelConfig config() {
    return config;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean isActive() {
    return open && bound != null;
  }
}
