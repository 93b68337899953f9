package io.kadlink.discovery.udp;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What waits to be sent has a bound. */
class NettyTransportTest {
  private static final int BYTES = 1_000;

  /** About what Netty counts for each datagram besides its bytes, and some. */
  private static final int OVERHEAD = 200;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Dam dam = new Dam();
  private final DatagramChannel channel =
      (DatagramChannel)
          new Bootstrap()
              .group(group)
              .channel(NioDatagramChannel.class)
              .handler(dam)
              .bind(new InetSocketAddress("127.0.0.1", 0))
              .syncUninterruptibly()
              .channel();
  private final NettyTransport transport = new NettyTransport(channel, meters);

  /** Stands for a kernel that takes nothing until it is opened. */
  private static final class Dam extends ChannelOutboundHandlerAdapter {
    private boolean open;

    @Override
    public void flush(ChannelHandlerContext context) {
      if (open) {
        context.flush();
      }
    }
  }

  @AfterEach
  void stop() {
    channel.close().syncUninterruptibly();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** Sends to itself, within one turn of the loop. */
  private void send(int datagrams) {
    for (int i = 0; i < datagrams; i++) {
      transport.send(transport.localAddress(), new byte[BYTES]);
    }
  }

  private double dropped(String reason) {
    return meters.get("kadlink.discovery.udp.dropped").tag("reason", reason).counter().count();
  }

  private void inLoop(Runnable task) {
    Callable<Boolean> done =
        () -> {
          task.run();
          return true;
        };
    assertThat(group.submit(done).syncUninterruptibly().getNow()).isTrue();
  }

  @Test
  void whatTheKernelDoesNotTakeWaitsUpToABoundAndTheRestIsDropped() {
    inLoop(
        () -> {
          send(NettyTransport.MAX_WAITING_BYTES / (BYTES + OVERHEAD));
          assertThat(dropped("queue_full")).isZero();
          send(NettyTransport.MAX_WAITING_BYTES / BYTES);
          assertThat(dropped("queue_full")).isPositive();
          assertThat(channel.unsafe().outboundBuffer().totalPendingWriteBytes())
              .isLessThan(NettyTransport.MAX_WAITING_BYTES + BYTES + OVERHEAD);
        });
  }

  @Test
  void onceTheKernelTakesThemOthersAreSentAgain() {
    inLoop(
        () -> {
          send(2 * NettyTransport.MAX_WAITING_BYTES / BYTES);
          double before = dropped("queue_full");
          assertThat(before).isPositive();
          dam.open = true;
          send(10);
          assertThat(dropped("queue_full")).isEqualTo(before);
        });
  }

  @Test
  void moreThanTheBoundInOneTurnIsNoReasonToDropWhileTheKernelTakesThem() {
    inLoop(
        () -> {
          dam.open = true;
          send(3 * NettyTransport.MAX_WAITING_BYTES / BYTES);
          assertThat(dropped("queue_full")).isZero();
          assertThat(dropped("send_failed")).isZero();
        });
  }
}
