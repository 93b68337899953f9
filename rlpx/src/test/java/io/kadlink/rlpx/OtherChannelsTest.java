package io.kadlink.rlpx;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.rlpx.RlpxNode.Message;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RLPx over channels that are no TCP sockets. */
class OtherChannelsTest {

  @Test
  void twoEndpointsTalkOverALocalChannel() throws Exception {
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, LocalIoHandler.newFactory());
    Transport sockets = Transport.nio(1);
    try (RlpxNode alice = RlpxNode.listening(sockets);
        RlpxNode bob = RlpxNode.listening(sockets)) {
      CompletableFuture<RlpxConnection> accepted = new CompletableFuture<>();
      LocalAddress address = new LocalAddress(OtherChannelsTest.class);
      Channel server =
          new ServerBootstrap()
              .group(loops)
              .channel(LocalServerChannel.class)
              .childHandler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                      bob.rlpx.receive(channel).thenAccept(accepted::complete);
                    }
                  })
              .bind(address)
              .sync()
              .channel();
      Channel client =
          new Bootstrap()
              .group(loops)
              .channel(LocalChannel.class)
              .handler(new ChannelInboundHandlerAdapter())
              .connect(address)
              .sync()
              .channel();
      RlpxConnection dialed = RlpxNode.get(alice.rlpx.initiate(client, bob.publicKey()));
      BlockingQueue<Message> received = RlpxNode.receive(RlpxNode.get(accepted));
      byte[] payload = new byte[500_000];
      new Random(3).nextBytes(payload);
      dialed.send(0x10, Bytes.wrap(payload));
      dialed.disconnect(DisconnectReason.CLIENT_QUITTING);

      assertThat(RlpxNode.next(received).payload()).isEqualTo(Bytes.wrap(payload));
      assertThat(RlpxNode.get(accepted.get().closed()).reason())
          .isEqualTo(DisconnectReason.CLIENT_QUITTING);
      server.close();
    } finally {
      loops.shutdownGracefully();
      sockets.workers().shutdownGracefully();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void bothKindsOfSocketsWork(boolean epoll) throws Exception {
    Transport sockets = epoll ? Transport.sockets(1) : Transport.nio(1);
    try (RlpxNode alice = RlpxNode.listening(sockets);
        RlpxNode bob = RlpxNode.listening(sockets)) {
      RlpxConnection dialed = alice.dial(bob);
      BlockingQueue<Message> received = RlpxNode.receive(bob.accepted());
      dialed.send(0x11, Bytes.of(7));

      assertThat(RlpxNode.next(received).id()).isEqualTo(0x11);
    } finally {
      sockets.workers().shutdownGracefully();
    }
  }
}
