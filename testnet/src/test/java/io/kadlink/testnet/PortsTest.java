package io.kadlink.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class PortsTest {
  @Test
  void noTwoNodesShareAPort() throws IOException {
    Ports ports = Ports.free(16);
    assertThat(ports.devp2p(15)).isLessThan(ports.rpc(0));
    assertThat(ports.rpc(15) - ports.devp2p(0)).isEqualTo(31);
  }

  @Test
  void aTakenTcpPortIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> Ports.at(taken.getLocalPort(), 1))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(Integer.toString(taken.getLocalPort()));
    }
  }

  @Test
  void aTakenUdpPortIsNamedToo() throws IOException {
    try (DatagramSocket taken =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      assertThatThrownBy(() -> Ports.at(taken.getLocalPort(), 1))
          .hasMessageContaining(Integer.toString(taken.getLocalPort()));
    }
  }
}
