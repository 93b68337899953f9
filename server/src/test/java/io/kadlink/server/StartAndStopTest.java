package io.kadlink.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.Echo;
import io.kadlink.server.testing.TestNetwork;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** A server comes up whole or not at all, and goes with a goodbye. */
class StartAndStopTest {

  @Test
  void aTakenTcpPortIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() -> TestNetwork.builder().port(taken.getLocalPort()).start())
          .isInstanceOf(ServerStartException.class)
          .hasMessage("TCP port " + taken.getLocalPort() + " is in use on 127.0.0.1");
    }
  }

  private static DatagramSocket takenForUdpAlone() throws IOException {
    InetAddress here = InetAddress.getByName("127.0.0.1");
    while (true) {
      DatagramSocket taken = new DatagramSocket(new InetSocketAddress(here, 0));
      try (ServerSocket tcp = new ServerSocket(taken.getLocalPort(), 1, here)) {
        assertThat(tcp.isBound()).isTrue();
        return taken;
      } catch (BindException e) {
        taken.close(); // TCP uses it, too; another one
      }
    }
  }

  @Test
  void aTakenUdpPortIsNamedAndTheTcpPortIsFreeAgain() throws Exception {
    try (DatagramSocket taken = takenForUdpAlone()) {
      int port = taken.getLocalPort();
      assertThatThrownBy(() -> TestNetwork.builder().discovery(true).port(port).start())
          .isInstanceOf(ServerStartException.class)
          .hasMessage("UDP port " + port + " is in use on 127.0.0.1");
      try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
        assertThat(free.isBound()).isTrue();
      }
    }
  }

  @Test
  void anAddressOfAnotherMachineIsNamed() {
    assertThatThrownBy(() -> TestNetwork.builder().host("192.0.2.1").start())
        .isInstanceOf(ServerStartException.class)
        .hasMessageContaining("192.0.2.1")
        .hasMessageContaining("no such address");
  }

  @Test
  void aProtocolThatFailsToStartIsNamed() {
    Echo failing =
        new Echo() {
          @Override
          public void start(ProtocolContext context) {
            throw new IllegalStateException("no genesis block");
          }
        };
    assertThatThrownBy(() -> TestNetwork.builder().protocol(failing).start())
        .isInstanceOf(ServerStartException.class)
        .hasMessage("protocol echo/1 did not start: no genesis block");
  }

  @Test
  void theSameCapabilityTwiceIsRefused() {
    assertThatThrownBy(() -> TestNetwork.builder().protocols(new Echo(), new Echo()).start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("echo/1 is given twice");
  }

  @Test
  void aServerThatStopsSaysGoodbyeToEachPeer() {
    try (TestNetwork network = new TestNetwork()) {
      Server stopping = network.server(new Echo());
      List<Echo> others = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        Echo echo = new Echo();
        others.add(echo);
        network.connect(network.server(echo), stopping);
      }

      stopping.close();

      for (Echo other : others) {
        Await.until("it knows", () -> other.events().size() == 2);
        assertThat(((Echo.Disconnected) other.events().getLast()).reason())
            .isEqualTo(DisconnectReason.CLIENT_QUITTING);
      }
    }
  }

  @Test
  void whatWasSentBeforeTheGoodbyeArrives() {
    try (TestNetwork network = new TestNetwork()) {
      Echo sending = new Echo();
      Echo receiving = new Echo();
      Server a = network.server(sending);
      Server b = network.server(receiving);
      Peer peer = network.connect(a, b);
      for (int i = 0; i < 100; i++) {
        peer.send(sending, Echo.ANSWER, Bytes.random(10_000));
      }

      a.close();

      Await.until("all has arrived", () -> receiving.received(Echo.ANSWER).size() == 100);
    }
  }

  @Test
  void whatWasSentBeforeTheGoodbyeArrivesAlsoAtAProtocolThatIsBusy() {
    try (TestNetwork network = new TestNetwork()) {
      Echo sending = new Echo();
      Echo receiving = new Echo();
      Server a = network.server(sending);
      Server b = network.server(receiving);
      CountDownLatch gone = new CountDownLatch(1);
      b.events(
          event -> {
            if (event instanceof ServerEvent.PeerDisconnected) {
              gone.countDown();
            }
          });
      Peer peer = network.connect(a, b);
      receiving.loop().execute(() -> Await.opened("b's server knows of the goodbye", gone));
      for (int i = 0; i < 10; i++) {
        peer.send(sending, Echo.ANSWER, Bytes.of(i));
      }

      a.close();

      Await.until("the protocol knows, too", () -> receiving.events().size() == 12);
      assertThat(receiving.received(Echo.ANSWER)).hasSize(10);
      assertThat(receiving.events().getLast()).isInstanceOf(Echo.Disconnected.class);
    }
  }

  @Test
  void protocolsAreStoppedWhileTheirSessionsAreUpAndHearOfEachEnd() {
    List<String> heard = new CopyOnWriteArrayList<>();
    Echo echo =
        new Echo() {
          @Override
          public void stop() {
            heard.add("stop with " + open());
          }

          @Override
          public void disconnected(Peer peer, DisconnectReason reason) {
            heard.add("disconnected");
          }
        };
    try (TestNetwork network = new TestNetwork()) {
      Server stopping = network.server(echo);
      network.connect(network.server(new Echo()), stopping);
      Await.until("its protocol knows", () -> echo.open() == 1);

      stopping.close();

      assertThat(heard).containsExactly("stop with 1", "disconnected");
      assertThat(stopping.peers()).isEmpty();
    }
  }

  @Test
  void aPeerThatDoesNotAnswerDoesNotHoldUpTheStop() throws Exception {
    try (TestNetwork network = new TestNetwork();
        ServerSocket silent = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Server server = network.server(new Echo());
      var dial =
          server.connect(
              new io.kadlink.identity.Enode(
                  io.kadlink.identity.NodeKey.generate().publicKey(),
                  "127.0.0.1",
                  silent.getLocalPort(),
                  0));
      silent.accept();
      long before = System.nanoTime();

      server.close();

      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(4));
      assertThat(Await.failure(dial)).hasMessageContaining("stopping");
    }
  }

  @Test
  void aStoppedServerAnswersEveryCallAndCanBeStoppedAgain() {
    Server server = TestNetwork.builder().protocol(new Echo()).start();
    var enode = server.enode();
    server.close();

    server.close();
    Await.value(server.stop().thenApply(done -> "stopped"));
    assertThat(server.enode()).isEqualTo(enode);
    assertThat(server.peers()).isEmpty();
    assertThat(Await.failure(server.connect(enode))).hasMessageContaining("stopping");
    assertThat(Await.value(server.dialReasons())).isEmpty();
    server.addStaticNode(enode);
    server.removeStaticNode(server.id());
  }

  @Test
  void aServerCanBeStoppedFromItsOwnLoop() {
    try (TestNetwork network = new TestNetwork()) {
      Server server = network.server(new Echo());
      server.events(event -> server.close());
      network.server(new Echo()).connect(server.enode());

      Await.until("it is stopping", () -> isStopping(server));
      Await.value(server.stop().thenApply(done -> "stopped"));
    }
  }

  @Test
  void aStoppedServerLeavesNoThreadBehind() {
    long before = threads();
    Server server =
        TestNetwork.builder().discovery(true).protocols(new Echo(1), new Echo(2)).start();
    assertThat(threads()).isGreaterThan(before);

    server.close();

    Await.until("its threads are gone", () -> threads() <= before);
  }

  private static boolean isStopping(Server server) {
    try {
      server.connect(server.enode()).toCompletableFuture().get(1, TimeUnit.SECONDS);
      return false;
    } catch (ExecutionException e) {
      return String.valueOf(e.getMessage()).contains("stopping");
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(
            thread ->
                thread.getName().startsWith("kadlink-") || thread.getName().startsWith("rlpx"))
        .count();
  }
}
