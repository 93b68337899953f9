package io.kadlink.rlpx;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Netty channel over whatever carries bytes in order, so that RLPx runs over it as it does over a
 * socket. Both directions hold back: what RLPx does not read is not {@link #consumed}, so the other
 * end stops; what the link does not take stays in the channel's outbound buffer, so RLPx sees it as
 * pending.
 *
 * <p>Confined to its event loop, and so are the calls of a subclass.
 */
public abstract class LinkChannel extends AbstractChannel {
  /** The most handed to the link in one piece, so that a link is shared fairly. */
  public static final int MAX_PIECE_BYTES = 32 * 1024;

  private static final ChannelMetadata METADATA = new ChannelMetadata(false);

  private final ChannelConfig config =
      new DefaultChannelConfig(this) {
        @Override
        protected void autoReadCleared() {
          readWanted = false;
        }

        // Options of sockets say nothing here.
        @Override
        public <T> boolean setOption(ChannelOption<T> option, T value) {
          super.setOption(option, value);
          return true;
        }
      };
  private final Deque<byte[]> arrived = new ArrayDeque<>();
  private volatile boolean open = true;
  private volatile boolean readWanted;
  private boolean delivering;
  private boolean writable = true;
  private boolean ended;
  private Optional<String> broken = Optional.empty();

  /**
   * A channel that is open.
   *
   * @param parent the channel that accepted it, if one did
   */
  protected LinkChannel(@Nullable Channel parent) {
    super(parent);
  }

  /**
   * Sends bytes.
   *
   * @return whether more may follow now; if not, {@link #writableAgain} says when
   */
  protected abstract boolean transmit(byte[] piece);

  /** So many of the bytes that {@link #arrived} have been read, and as many more may come. */
  protected abstract void consumed(int bytes);

  /** Ends the link, behind what was transmitted. */
  protected abstract void closeLink();

  /** Bytes came. */
  protected final void arrived(byte[] bytes) {
    if (open && !ended) {
      arrived.add(bytes);
      deliver();
    }
  }

  /** Nothing comes any more; {@code broken} says what went wrong, if it was not the other's end. */
  protected final void ended(Optional<String> broken) {
    ended = true;
    this.broken = broken;
    deliver();
  }

  /** The link takes bytes again. */
  protected final void writableAgain() {
    writable = true;
    if (open) {
      unsafe().flush();
    }
  }

  /** The event loops were shut down, and all connections with them. */
  protected final void abandon() {
    open = false;
  }

  private void deliver() {
    if (delivering) {
      return;
    }
    delivering = true;
    try {
      while (open && readWanted && !arrived.isEmpty()) {
        readWanted = false;
        byte[] data = arrived.remove();
        pipeline().fireChannelRead(Unpooled.wrappedBuffer(data));
        pipeline().fireChannelReadComplete(); // asks for the next read when it is wanted
        consumed(data.length);
      }
    } finally {
      delivering = false;
    }
    if (open && ended && readWanted && arrived.isEmpty()) {
      // The end is read like bytes are, so that it never overtakes what RLPx has yet to handle.
      broken.ifPresent(why -> pipeline().fireExceptionCaught(new IOException(why)));
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
        writable = transmit(piece);
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
      closeLink();
    }
  }

  @Override
  protected void doBind(SocketAddress localAddress) {
    throw new UnsupportedOperationException("a link is not bound");
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
        connectLink(remoteAddress, promise);
      }
    };
  }

  /** As {@link Channel.Unsafe#connect}; a link that is there from the start has nothing to do. */
  protected void connectLink(SocketAddress remote, ChannelPromise promise) {
    promise.tryFailure(new UnsupportedOperationException("the link is there already"));
  }

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return true;
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
