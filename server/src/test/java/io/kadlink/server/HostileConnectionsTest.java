package io.kadlink.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.Echo;
import io.kadlink.server.testing.TestNetwork;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Strangers on the TCP port cost them their connection, and honest peers nothing. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HostileConnectionsTest {

  @Test
  void garbageIsClosedAndPeersGoOn() throws IOException {
    try (TestNetwork network = new TestNetwork()) {
      Echo asking = new Echo();
      Server target = network.server(new Echo());
      Peer peer = network.connect(network.server(asking), target);
      Random random = new Random(1);

      for (int i = 0; i < 100; i++) {
        byte[] garbage = new byte[random.nextInt(2_000) + 400];
        random.nextBytes(garbage);
        try (Socket socket = new Socket("127.0.0.1", target.enode().tcpPort())) {
          socket.setSoTimeout((int) Await.LIMIT.toMillis());
          socket.getOutputStream().write(garbage);
          assertThat(closes(socket)).isTrue();
        }
      }

      peer.send(asking, Echo.ASK, Bytes.of(1));
      Await.until("the peer is served", () -> !asking.received(Echo.ANSWER).isEmpty());
      assertThat(target.peers()).hasSize(1);
      network.connect(network.server(new Echo()), target);
    }
  }

  /** No byte comes; at the end of the stream, or by a reset, it is closed. */
  private static boolean closes(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (java.net.SocketException reset) {
      return true;
    }
  }

  @Test
  void silentConnectionsKeepNobodyOutAndAreClosed() throws IOException {
    try (TestNetwork network = new TestNetwork()) {
      Server target = network.server(new Echo());
      List<Socket> silent = new ArrayList<>();
      try {
        for (int i = 0; i < 100; i++) {
          Socket socket = new Socket("127.0.0.1", target.enode().tcpPort());
          socket.setSoTimeout((int) Await.LIMIT.toMillis());
          silent.add(socket);
        }

        network.connect(network.server(new Echo()), target);

        for (Socket socket : silent) {
          assertThat(closes(socket)).isTrue();
        }
        assertThat(target.peers()).hasSize(1);
      } finally {
        for (Socket socket : silent) {
          socket.close();
        }
      }
    }
  }
}
