package io.kadlink.rlpx;

import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.kadlink.rlpx.wire.Capability;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Meets other software by hand: {@code listen PORT} prints an enode URL and accepts, {@code dial
 * ENODE} connects. Both print what the other side says.
 */
final class InteropMain {
  private InteropMain() {}

  public static void main(String[] args) throws Exception {
    NodeKey key = NodeKey.generate();
    RlpxOptions options =
        RlpxOptions.builder(key, "kadlink/interop", new SimpleMeterRegistry())
            .capability(new Capability("eth", 68), 17)
            .capability(new Capability("eth", 69), 18)
            .limits(RlpxLimits.builder().pingInterval(Duration.ofSeconds(1)).build())
            .build();
    NettyRlpx rlpx = new NettyRlpx(options, Transport.sockets(1));
    if (args[0].equals("listen")) {
      InetSocketAddress bound =
          RlpxNode.get(
              rlpx.listen(
                  new InetSocketAddress(
                      InetAddress.getLoopbackAddress(), Integer.parseInt(args[1])),
                  InteropMain::show));
      System.out.println(new Enode(key.publicKey(), "127.0.0.1", bound.getPort(), bound.getPort()));
      Thread.currentThread().join();
    } else {
      Enode enode = Enode.parse(args[1]);
      RlpxConnection connection = RlpxNode.get(rlpx.dial(enode.tcpEndpoint(), enode.publicKey()));
      show(connection);
      System.out.println("ended: " + RlpxNode.get(connection.closed()));
      System.out.println("round trip: " + connection.roundTrip());
    }
  }

  private static void show(RlpxConnection connection) {
    System.out.println(connection + ": " + connection.remoteHello());
    System.out.println("sharing " + connection.capabilities());
    connection.start(
        (capability, id, payload) ->
            System.out.println(capability.capability() + " message " + id + ": " + payload));
    connection.closed().thenAccept(ending -> System.out.println("session over: " + ending));
  }
}
