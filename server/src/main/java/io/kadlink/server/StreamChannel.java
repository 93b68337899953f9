package io.kadlink.server;

import io.kadlink.rlpx.LinkChannel;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.apache.tuweni.bytes.Bytes;

/**
 * A Netty channel over a {@link ByteStream}, so that RLPx runs over a circuit. Confined to its
 * event loop; the stream's calls hop onto it.
 */
final class StreamChannel extends LinkChannel {
  private final ByteStream stream;
  private final SocketAddress remote;

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
      byte[] own = data.toArray();
      inLoop(() -> arrived(own));
    }

    @Override
    public void writable() {
      inLoop(StreamChannel.this::writableAgain);
    }

    @Override
    public void closed(String reason) {
      inLoop(() -> ended(Optional.of(reason)));
    }
  }

  private void inLoop(Runnable task) {
    // Always a turn of its own: the stream may call from within a write of ours.
    try {
      eventLoop().execute(task);
    } catch (RejectedExecutionException e) {
      abandon(); // the loops are shut down, and all sessions with them
    }
  }

  @Override
  protected boolean transmit(byte[] piece) {
    return stream.write(Bytes.wrap(piece));
  }

  @Override
  protected void consumed(int bytes) {
    stream.consumed(bytes);
  }

  @Override
  protected void closeLink() {
    stream.close("session over");
  }

  @Override
  protected SocketAddress localAddress0() {
    return remote;
  }

  @Override
  protected SocketAddress remoteAddress0() {
    return remote;
  }
}
