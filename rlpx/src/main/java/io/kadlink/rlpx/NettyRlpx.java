package io.kadlink.rlpx;

import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.RlpxException.Step;
import io.kadlink.rlpx.handshake.Rehearsal;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollSocketChannelConfig;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RLPx on Netty. Each connection lives on the event loop of its channel, in a pipeline of one
 * handler: first {@link HandshakeHandler}, then {@link FrameHandler}. The event loops and channels
 * are handed in and stay the caller's.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close or write that fails shows as a lost channel
public final class NettyRlpx implements Rlpx {
  private static final Logger LOG = LoggerFactory.getLogger(NettyRlpx.class);

  /** Connections the kernel completes ahead of us. */
  private static final int BACKLOG = 128;

  /** One connection's turn to read is over after this many buffers of at most 64 KiB. */
  private static final int READS_PER_TURN = 4;

  /**
   * What the kernel may hold for a connection before it is on its way: more would only stand before
   * what is urgent and comes later.
   */
  private static final int UNSENT_BYTES = 128 * 1024;

  private final RlpxOptions options;
  private final Transport transport;
  private final RlpxMetrics metrics;
  private final Unpacking unpacking;
  private final OutboundBudget budget;
  private final Set<Attempt> attempts = ConcurrentHashMap.newKeySet();
  private final Set<Channel> listeners = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** The first one in a process takes some tenths of a second, to load libraries. */
  public NettyRlpx(RlpxOptions options, Transport transport) {
    Rehearsal.once();
    this.options = options;
    this.transport = transport;
    this.metrics = new RlpxMetrics(options.metrics());
    this.unpacking = new Unpacking(options.computation());
    this.budget = new OutboundBudget(options.limits().maxPendingBytesOfAll());
    metrics.watchPending(budget::pendingBytes);
  }

  @Override
  public CompletionStage<RlpxConnection> dial(InetSocketAddress address, PublicKey remote) {
    LOG.debug("rlpx to {} ({}): connecting", Attempt.text(address), remote.id().shortForm());
    ChannelFuture connecting =
        new Bootstrap()
            .group(transport.workers())
            .channelFactory(transport.dialing())
            .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.AUTO_READ, false)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.toIntExact(options.limits().connect().toMillis()))
            .handler(new ChannelInboundHandlerAdapter())
            .connect(address);
    CompletableFuture<RlpxConnection> result = new CompletableFuture<>();
    connecting.addListener(
        done -> {
          if (done.isSuccess()) {
            forward(open(connecting.channel(), remote), result);
          } else {
            metrics.failed(false, Step.CONNECT, "connect");
            LOG.debug(
                "rlpx to {} ({}): failed at connect: {}",
                Attempt.text(address),
                remote.id().shortForm(),
                done.cause().toString());
            result.completeExceptionally(
                new RlpxException(
                    Step.CONNECT, Optional.empty(), "can't connect: " + message(done.cause())));
          }
        });
    return result;
  }

  @Override
  public CompletionStage<RlpxConnection> initiate(Channel channel, PublicKey remote) {
    return open(channel, remote);
  }

  @Override
  public CompletionStage<RlpxConnection> receive(Channel channel) {
    return open(channel, null);
  }

  @Override
  public CompletionStage<InetSocketAddress> listen(
      InetSocketAddress address, Consumer<RlpxConnection> onConnection) {
    ChannelFuture binding =
        new ServerBootstrap()
            .group(transport.acceptors(), transport.workers())
            .channelFactory(transport.listening())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.ALLOCATOR, (ByteBufAllocator) PooledByteBufAllocator.DEFAULT)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel, onConnection);
                  }
                })
            .bind(address);
    CompletableFuture<InetSocketAddress> bound = new CompletableFuture<>();
    binding.addListener(
        done -> {
          if (!done.isSuccess()) {
            bound.completeExceptionally(done.cause());
          } else {
            ServerChannel listener = (ServerChannel) binding.channel();
            listeners.add(listener);
            if (closed) {
              listener.close();
            }
            bound.complete((InetSocketAddress) listener.localAddress());
          }
        });
    return bound;
  }

  @Override
  public void close() {
    closed = true;
    listeners.forEach(Channel::close);
    listeners.clear();
    attempts.forEach(attempt -> attempt.inLoop(() -> shutDown(attempt)));
  }

  private void accept(Channel channel, Consumer<RlpxConnection> onConnection) {
    AtomicInteger unauthenticated = metrics.unauthenticated();
    String refusal =
        closed
            ? "shutdown"
            : unauthenticated.get() >= options.limits().maxUnauthenticated()
                ? "too-many-unauthenticated"
                : !admits(channel) ? "gate" : null;
    if (refusal != null) {
      metrics.failed(true, Step.REFUSED_BY_US, refusal);
      LOG.debug("rlpx from {}: not accepted: {}", Attempt.text(channel.remoteAddress()), refusal);
      channel.close();
      return;
    }
    unauthenticated.incrementAndGet();
    CompletableFuture<RlpxConnection> opening = begin(channel, null);
    AtomicBoolean counted = new AtomicBoolean(true);
    Runnable release =
        () -> {
          if (counted.getAndSet(false)) {
            unauthenticated.decrementAndGet();
          }
        };
    channel.closeFuture().addListener(gone -> release.run());
    opening.thenAccept(
        connection -> {
          release.run();
          handOver(connection, onConnection);
        });
  }

  private boolean admits(Channel channel) {
    try {
      return options.gate().accept(channel.remoteAddress());
    } catch (RuntimeException e) {
      LOG.warn("rlpx from {}: the gate failed", Attempt.text(channel.remoteAddress()), e);
      return false;
    }
  }

  private static void handOver(RlpxConnection connection, Consumer<RlpxConnection> onConnection) {
    try {
      onConnection.accept(connection);
    } catch (RuntimeException e) {
      LOG.warn("{}: whoever was to take the connection failed", connection, e);
      connection.disconnect(DisconnectReason.REQUESTED);
    }
  }

  private CompletionStage<RlpxConnection> open(Channel channel, @Nullable PublicKey dialed) {
    if (channel.eventLoop().inEventLoop()) {
      return begin(channel, dialed);
    }
    CompletableFuture<RlpxConnection> result = new CompletableFuture<>();
    channel
        .eventLoop()
        .execute(
            () -> {
              try {
                forward(begin(channel, dialed), result);
              } catch (RuntimeException e) {
                result.completeExceptionally(e);
              }
            });
    return result;
  }

  private CompletableFuture<RlpxConnection> begin(Channel channel, @Nullable PublicKey dialed) {
    Attempt attempt = new Attempt(channel, dialed, options, metrics);
    attempts.add(attempt);
    attempt.result().whenComplete((connection, failure) -> attempts.remove(attempt));
    HandshakeHandler handler =
        new HandshakeHandler(attempt, dialed, options, unpacking, budget, metrics);
    channel.pipeline().addLast("handshake", handler);
    shortenTurns(channel.config());
    if (!channel.isActive()) {
      attempt.lost(null);
    } else if (closed) {
      shutDown(attempt);
    } else {
      handler.begin();
    }
    return attempt.result();
  }

  private static void shortenTurns(ChannelConfig config) {
    if (config.getRecvByteBufAllocator() instanceof MaxMessagesRecvByteBufAllocator reads) {
      reads.maxMessagesPerRead(READS_PER_TURN);
    }
    if (config instanceof EpollSocketChannelConfig epoll) {
      try {
        epoll.setTcpNotSentLowAt(UNSENT_BYTES);
      } catch (ChannelException e) {
        LOG.debug("rlpx: a connection ended at once: {}", e.toString()); // it is not active, then
      }
    }
  }

  private static void shutDown(Attempt attempt) {
    attempt.giveUp(
        Step.REFUSED_BY_US, DisconnectReason.CLIENT_QUITTING, "shutdown", "we are shutting down");
  }

  private static <T> void forward(CompletionStage<T> from, CompletableFuture<T> to) {
    from.whenComplete(
        (value, failure) -> {
          if (failure != null) {
            to.completeExceptionally(failure);
          } else {
            to.complete(value);
          }
        });
  }

  private static String message(Throwable cause) {
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
