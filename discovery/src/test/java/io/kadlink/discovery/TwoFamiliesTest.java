package io.kadlink.discovery;

import static io.kadlink.discovery.testing.LoopbackNodes.enode;
import static io.kadlink.discovery.testing.LoopbackNodes.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kadlink.discovery.testing.LoopbackNodes;
import io.kadlink.identity.Enode;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One node that is reached over IPv4 and IPv6. */
class TwoFamiliesTest {
  private static final List<String> LOOPBACK = List.of("127.0.0.1", "::1");

  static List<IoHandlerFactory> loops() {
    List<IoHandlerFactory> loops = new ArrayList<>();
    loops.add(NioIoHandler.newFactory());
    if (Epoll.isAvailable()) {
      loops.add(EpollIoHandler.newFactory());
    }
    return loops;
  }

  @ParameterizedTest
  @MethodSource("loops")
  void aWildcardAddressServesBoth(IoHandlerFactory io) throws UnknownHostException {
    assumeTrue(hasIpv6(), "this machine has no IPv6 loopback");
    try (LoopbackNodes nodes = new LoopbackNodes(io)) {
      DiscoveryService node =
          nodes.start(
              builder ->
                  builder
                      .bindAddress(new InetSocketAddress(0))
                      .fallbackAddress(InetAddress.getLoopbackAddress()));
      assertReachedOverBoth(nodes, node);
    }
  }

  @ParameterizedTest
  @MethodSource("loops")
  void twoAddressesAreTwoSocketsOnOnePort(IoHandlerFactory io) throws UnknownHostException {
    assumeTrue(hasIpv6(), "this machine has no IPv6 loopback");
    try (LoopbackNodes nodes = new LoopbackNodes(io)) {
      DiscoveryService node =
          nodes.start(builder -> builder.secondBindAddress(new InetSocketAddress("::1", 0)));
      assertThat(node.localRecord().udpEndpoints())
          .containsExactly(
              node.localAddress(), new InetSocketAddress("::1", node.localAddress().getPort()));
      assertReachedOverBoth(nodes, node);
    }
  }

  private static void assertReachedOverBoth(LoopbackNodes nodes, DiscoveryService node)
      throws UnknownHostException {
    for (String address : LOOPBACK) {
      DiscoveryService asker =
          nodes.start(builder -> builder.bindAddress(new InetSocketAddress(address, 0)));
      Enode there =
          Enode.of(
              enode(node).publicKey(),
              InetAddress.getByName(address),
              0,
              node.localAddress().getPort());
      assertThat(get(asker.ping(there))).as(address).isPositive();
      assertThat(get(node.ping(enode(asker)))).as("back to " + address).isPositive();
    }
  }

  private static boolean hasIpv6() {
    try (java.net.DatagramSocket socket =
        new java.net.DatagramSocket(new InetSocketAddress("::1", 0))) {
      return socket.isBound();
    } catch (java.net.SocketException e) {
      return false;
    }
  }
}
