package io.kadlink.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import org.apache.tuweni.bytes.Bytes;

/**
 * A Netty channel over a {@link ByteStream}, so that RLPx runs over a circuit as it does over a
 * socket. Both directions hold back: what RLPx does not read stays here without credit, so the
 * other end stops; what the stream does not take stays in the channel's outbound buffer, so RLPx
 * sees it as pending.
 *
 * <p>Confined to its event loop; the stream's calls hop onto it.
 */
final class StreamChannel extends AbstractChannel {
  /** The most handed to the stream in one piece, so that a circuit shares its link fairly. */
  static final int MAX_PIECE_BYTES = 32 * 1024;

  private static final ChannelMetadata METADATA = new ChannelMetadata(false);

  private final ByteStream stream;
  private final SocketAddress remote;
  private final ChannelConfig config =
      new DefaultChannelConfig(this) {
        @Override
        protected void autoReadCleared() {
          readWanted = false;
        }
      };
  private final Deque<Bytes> arrived = new ArrayDeque<>();
  private volatile boolean open = true;
  private volatile boolean readWanted;
  private boolean delivering;
  private boolean writable = true;
  private boolean ended;
  private String endedBecause = "";

  StreamChannel(ByteStream stream, SocketAddress remote) {
    super(null);
    this.stream = stream;
    this.remote = remote;
  }

  /** Begins delivery; to be called when the pipeline is ready. */
  void start() {
    stream.start(new Inlet());
  }

  private final class Inlet implements ByteStream.Sink {
    @Override
    public void data(Bytes data) {
      Bytes own = data.copy();
      inLoop(
          () -> {
            if (open && !ended) {
              arrived.add(own);
              deliver();
            }
          });
    }

    @Override
    public void writable() {
      inLoop(
          () -> {
            writable = true;
            if (open) {
              unsafe().flush();
            }
          });
    }

    @Override
    public void closed(String reason) {
      inLoop(
          () -> {
            ended = true;
            endedBecause = reason;
            deliver();
          });
    }
  }

  private void inLoop(Runnable task) {
    // Always a turn of its own: the stream may call from within a write of ours.
    try {
      eventLoop().execute(task);
    } catch (RejectedExecutionException e) {
      open = false; // the loops are shut down, and all sessions with them
    }
  }

  private void deliver() {
    if (delivering) {
      return;
    }
    delivering = true;
    try {
      while (open && readWanted && !arrived.isEmpty()) {
        readWanted = false;
        Bytes data = arrived.remove();
        pipeline().fireChannelRead(Unpooled.wrappedBuffer(data.toArrayUnsafe()));
        pipeline().fireChannelReadComplete(); // asks for the next read when it is wanted
        stream.consumed(data.size());
      }
    } finally {
      delivering = false;
    }
    if (open && ended && readWanted && arrived.isEmpty()) {
      // The end is read like bytes are, so that it never overtakes what RLPx has yet to handle.
      pipeline().fireExceptionCaught(new IOException(endedBecause));
      unsafe().close(voidPromise());
    }
  }

  @Override
  protected void doBeginRead() {
    readWanted = true;
    if (!delivering && (!arrived.isEmpty() || ended)) {
      eventLoop().execute(this::deliver);
    }
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer in) {
    while (writable && open) {
      if (!(in.current() instanceof ByteBuf buffer)) {
        return; // nothing left
      }
      int size = Math.min(buffer.readableBytes(), MAX_PIECE_BYTES);
      byte[] piece = ByteBufUtil.getBytes(buffer, buffer.readerIndex(), size, true);
      buffer.skipBytes(size);
      in.progress(size);
      if (!buffer.isReadable()) {
        in.remove();
      }
      if (size > 0) {
        writable = stream.write(Bytes.wrap(piece));
      }
    }
  }

  @Override
  protected Object filterOutboundMessage(Object message) {
    if (message instanceof ByteBuf) {
      return message;
    }
    throw new UnsupportedOperationException("only bytes: " + message.getClass());
  }

  @Override
  protected void doClose() {
    if (open) {
      open = false;
      arrived.clear();
      stream.close("session over");
    }
  }

  @Override
  protected void doBind(SocketAddress localAddress) {
    throw new UnsupportedOperationException("a stream is not bound");
  }

  @Override
  protected void doDisconnect() {
    doClose();
  }

  @Override
  protected AbstractUnsafe newUnsafe() {
    return new AbstractUnsafe() {
      @Override
      public void connect(
          SocketAddress remoteAddress, SocketAddress localAddress, ChannelPromise promise) {
        safeSetFailure(promise, new UnsupportedOperationException("a stream is connected already"));
      }
    };
  }

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return true;
  }

  @Override
  protected SocketAddress localAddress0() {
    return remote;
  }

  @Override
  protected SocketAddress remoteAddress0() {
    return remote;
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
    return open;
  }

  @Override
  public ChannelMetadata metadata() {
    return METADATA;
  }
}
