package io.kadlink.bench.rlpx;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.NettyRlpx;
import io.kadlink.rlpx.RlpxConnection;
import io.kadlink.rlpx.RlpxOptions;
import io.kadlink.rlpx.Transport;
import io.kadlink.rlpx.wire.Capability;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;

/** An RLPx endpoint on loopback that speaks {@code bench/1}, and its child processes. */
final class Endpoint implements AutoCloseable {
  /** Message ids on the wire: the only capability's, so they begin behind the base protocol's. */
  static final int FLOOD = 0x10;

  static final int ASK = 0x11;
  static final int ANSWER = 0x12;

  private static final Capability CAPABILITY = new Capability("bench", 1);
  private static final int MESSAGES = 3;

  private final NodeKey key = NodeKey.generate();
  private final Transport transport;
  private final NettyRlpx rlpx;

  Endpoint(int threads) {
    transport = Transport.sockets(threads);
    rlpx =
        new NettyRlpx(
            RlpxOptions.builder(key, "kadlink/bench", new SimpleMeterRegistry())
                .capability(CAPABILITY, MESSAGES)
                .build(),
            transport);
  }

  /** Starts listening; returns how {@link #dial} finds it. */
  String listen(Consumer<RlpxConnection> accepted) {
    InetSocketAddress address =
        rlpx.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), accepted)
            .toCompletableFuture()
            .join();
    return key.publicKey().bytes().toUnprefixedHexString() + ":" + address.getPort();
  }

  RlpxConnection dial(String where) {
    int colon = where.indexOf(':');
    return rlpx.dial(
            new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(where.substring(colon + 1))),
            PublicKey.of(Bytes.fromHexString(where.substring(0, colon))))
        .toCompletableFuture()
        .join();
  }

  @Override
  public void close() {
    rlpx.close();
    var unused = transport.workers().shutdownGracefully();
  }
}
