package io.kadlink.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.InetAddresses;
import io.kadlink.server.nat.NatMethod;
import io.kadlink.server.nat.NatStatus;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.TestNetwork;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server does with the endpoint that it is told of. */
class NatTest {
  private static final String TOLD = "80.1.2.3";

  /** A STUN server on loopback that sees everyone at one public address. */
  private static DatagramSocket stunServer() throws IOException {
    DatagramSocket socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
    Thread.startVirtualThread(
        () -> {
          try {
            while (true) {
              DatagramPacket request = new DatagramPacket(new byte[100], 100);
              socket.receive(request);
              byte[] answer =
                  ByteBuffer.allocate(32)
                      .putInt(0x0101000c)
                      .put(request.getData(), 4, 16)
                      .putInt(0x00010008) // MAPPED-ADDRESS
                      .putInt(0x00010fff) // IPv4, some port
                      .put(InetAddresses.forString(TOLD).getAddress())
                      .array();
              socket.send(new DatagramPacket(answer, answer.length, request.getSocketAddress()));
            }
          } catch (IOException e) {
            // closed
          }
        });
    return socket;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theAddressThatAStunServerToldIsInRecordAndEnode(boolean discovery) throws IOException {
    try (DatagramSocket stun = stunServer();
        TestNetwork network = new TestNetwork()) {
      Server server =
          network.server(
              options ->
                  options
                      .discovery(discovery)
                      .nat(NatMethod.stun("127.0.0.1:" + stun.getLocalPort())));
      Await.until("the record names it", () -> server.enode().host().equals(TOLD));
      assertThat(server.record().enode().orElseThrow().tcpPort())
          .isEqualTo(server.enode().tcpPort())
          .isNotZero();
      assertThat(server.enode().udpPort() != 0).isEqualTo(discovery);
      assertThat(server.nat().state()).isEqualTo(NatStatus.State.FOUND);
      assertThat(server.nat().address()).contains(InetAddresses.forString(TOLD));
    }
  }

  @Test
  void onLoopbackThereIsNoRouter() {
    try (TestNetwork network = new TestNetwork()) {
      Server server = network.server(options -> options.nat(NatMethod.any()));
      Await.until("it says so", () -> server.nat().state() == NatStatus.State.FAILED);
      assertThat(server.nat().problem()).contains("there is no router in the network of 127.0.0.1");
      assertThat(server.enode().host()).isEqualTo("127.0.0.1");
    }
  }

  @Test
  void anExternalAddressIsAdvertisedAndNothingIsAsked() {
    InetAddress external = InetAddresses.forString(TOLD);
    try (TestNetwork network = new TestNetwork()) {
      Server server = network.server(options -> options.nat(NatMethod.externalAddress(external)));
      assertThat(server.enode().host()).isEqualTo(TOLD);
      assertThat(server.nat()).isEqualTo(NatStatus.fixed(NatMethod.externalAddress(external)));
    }
  }

  @Test
  void withoutAMethodNothingIsSaid() {
    try (TestNetwork network = new TestNetwork()) {
      Server server = network.server();
      assertThat(server.nat().state()).isEqualTo(NatStatus.State.OFF);
    }
  }

  @Test
  void anAddressToAdvertiseAndAMethodToFindOneContradictEachOther() {
    assertThatThrownBy(
            () ->
                TestNetwork.builder()
                    .advertise(InetAddresses.forString(TOLD))
                    .nat(NatMethod.any())
                    .start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nat any");
  }

  @Test
  void aLifetimeOutsideItsRangeIsRefused() {
    assertThatThrownBy(() -> TestNetwork.builder().natLifetime(Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
