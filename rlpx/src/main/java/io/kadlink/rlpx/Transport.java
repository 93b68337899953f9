package io.kadlink.rlpx;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/**
 * Which channels RLPx runs over and on which event loops. Whoever made the groups shuts them down.
 *
 * @param acceptors accepts connections
 * @param workers runs connections, dialed and accepted; time is what its loops say it is
 * @param dialing makes a channel to dial with
 * @param listening makes a channel to listen with
 */
public record Transport(
    EventLoopGroup acceptors,
    EventLoopGroup workers,
    ChannelFactory<? extends Channel> dialing,
    ChannelFactory<? extends ServerChannel> listening) {

  private static final String THREADS = "rlpx";

  /**
   * TCP sockets on one group of {@code threads} daemon threads: by epoll where the platform has it,
   * else by the JDK's selector.
   */
  public static Transport sockets(int threads) {
    return Epoll.isAvailable() ? epoll(threads) : nio(threads);
  }

  static Transport epoll(int threads) {
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory(THREADS, true), EpollIoHandler.newFactory());
    return new Transport(group, group, EpollSocketChannel::new, EpollServerSocketChannel::new);
  }

  static Transport nio(int threads) {
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory(THREADS, true), NioIoHandler.newFactory());
    return new Transport(group, group, NioSocketChannel::new, NioServerSocketChannel::new);
  }
}
