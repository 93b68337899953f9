package io.kadlink.discovery.udp;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A UDP socket on a Netty event loop: epoll with batched receive when the loop is an epoll loop,
 * NIO otherwise. What is sent within one turn of the loop is flushed together. What the kernel does
 * not take waits, up to {@link #MAX_WAITING_BYTES}; beyond that it is dropped and counted.
 */
public final class NettyTransport implements Transport {
  private static final Logger log = LoggerFactory.getLogger(NettyTransport.class);

  /** Room for one datagram: more than discovery allows, so that a larger one is seen to be. */
  private static final int RECEIVE_BYTES = 2_048;

  /** Datagrams taken from the kernel in one call. */
  private static final int RECEIVE_BATCH = 16;

  /**
   * Kernel buffer: rides out a fifth of a second of 50,000 datagrams a second while the loop is
   * busy. The kernel may grant less.
   */
  private static final int SOCKET_BUFFER_BYTES = 4 << 20;

  /**
   * Bytes that wait for the kernel to take them, with what Netty needs for each datagram. A burst
   * of answers fits; when a network takes no more for longer, what it gets late is of no use
   * anyway.
   */
  static final int MAX_WAITING_BYTES = 1 << 20;

  private final DatagramChannel channel;
  private final Counter tooMany;
  private final Counter failed;
  private boolean flushPending;

  NettyTransport(DatagramChannel channel, MeterRegistry registry) {
    this.channel = channel;
    this.tooMany = dropped(registry, "queue_full");
    this.failed = dropped(registry, "send_failed");
    channel
        .config()
        .setWriteBufferWaterMark(
            new WriteBufferWaterMark(MAX_WAITING_BYTES / 2, MAX_WAITING_BYTES));
  }

  private static Counter dropped(MeterRegistry registry, String reason) {
    return Counter.builder("kadlink.discovery.udp.dropped")
        .description("datagrams that could not be sent")
        .tag("reason", reason)
        .register(registry);
  }

  /**
   * Binds a socket.
   *
   * @param handler called on {@code eventLoop} for every datagram
   * @param registry where datagrams that could not be sent are counted
   * @return fails with {@link java.net.BindException} when the address can't be had
   */
  public static CompletionStage<NettyTransport> bind(
      EventLoop eventLoop,
      InetSocketAddress address,
      DatagramHandler handler,
      MeterRegistry registry) {
    boolean epoll =
        eventLoop instanceof IoEventLoop ioLoop && ioLoop.isIoType(EpollIoHandler.class);
    Bootstrap bootstrap =
        new Bootstrap()
            .group(eventLoop)
            .channel(epoll ? EpollDatagramChannel.class : NioDatagramChannel.class)
            .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER_BYTES)
            .handler(new Inbound(handler));
    if (epoll) {
      bootstrap
          .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, RECEIVE_BYTES)
          .option(
              ChannelOption.RECVBUF_ALLOCATOR,
              new FixedRecvByteBufAllocator(RECEIVE_BYTES * RECEIVE_BATCH));
    } else {
      bootstrap.option(
          ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(RECEIVE_BYTES));
    }
    CompletableFuture<NettyTransport> bound = new CompletableFuture<>();
    ChannelFuture binding = bootstrap.bind(address);
    binding.addListener(
        (ChannelFutureListener)
            done -> {
              if (done.isSuccess()) {
                bound.complete(new NettyTransport((DatagramChannel) done.channel(), registry));
              } else {
                bound.completeExceptionally(done.cause());
              }
            });
    return bound;
  }

  @Override
  public InetSocketAddress localAddress() {
    return channel.localAddress();
  }

  @Override
  public void send(InetSocketAddress to, byte[] datagram) {
    if (!channel.isWritable()) {
      channel.flush(); // perhaps they only wait for the end of this turn
    }
    if (!channel.isWritable()) {
      tooMany.increment();
      log.debug("not sent to {}: too much waits to be sent", to);
      return;
    }
    channel
        .write(new DatagramPacket(Unpooled.wrappedBuffer(datagram), to))
        .addListener(
            sent -> {
              if (!sent.isSuccess()) {
                failed.increment();
                log.debug("could not send to {}: {}", to, String.valueOf(sent.cause()));
              }
            });
    if (!flushPending) {
      flushPending = true;
      channel
          .eventLoop()
          .execute(
              () -> {
                flushPending = false;
                channel.flush();
              });
    }
  }

  @Override
  public CompletionStage<Void> close() {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    channel.close().addListener(done -> closed.complete(null));
    return closed;
  }

  private static final class Inbound extends SimpleChannelInboundHandler<DatagramPacket> {
    private final DatagramHandler handler;

    Inbound(DatagramHandler handler) {
      this.handler = handler;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      byte[] bytes = new byte[packet.content().readableBytes()];
      packet.content().readBytes(bytes);
      handler.received(packet.sender(), bytes);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      // The socket lives on: either an earlier send met an ICMP error, or there is a bug in here.
      if (cause instanceof IOException) {
        log.debug("UDP socket {}: {}", context.channel().localAddress(), cause.toString());
      } else {
        log.error("UDP socket {}", context.channel().localAddress(), cause);
      }
    }
  }
}
