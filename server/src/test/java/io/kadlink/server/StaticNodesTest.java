package io.kadlink.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.dial.DialOptions;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.Echo;
import io.kadlink.server.testing.TestNetwork;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Static nodes are dialed, and dialed again. */
class StaticNodesTest {
  /** The usual schedule, a hundred times faster. */
  static final DialOptions FAST =
      new DialOptions(
          16,
          Duration.ofMillis(350),
          Duration.ofMillis(10),
          Duration.ofMillis(200),
          Duration.ofMillis(100),
          Duration.ofSeconds(36),
          Duration.ofMillis(20),
          Duration.ofMillis(200),
          Duration.ofMillis(100));

  @Test
  void aStaticNodeThatStartsLaterIsFound() {
    try (TestNetwork network = new TestNetwork()) {
      NodeKey key = NodeKey.generate();
      Server placeholder = network.server(options -> options.key(key).protocol(new Echo()));
      Enode enode = placeholder.enode();
      placeholder.close();

      Server a =
          network.server(options -> options.protocol(new Echo()).dialing(FAST).staticNodes(enode));
      Await.until("a dial failed", () -> Await.value(a.dialReasons()).containsKey(key.id()));
      Server b =
          network.server(options -> options.key(key).protocol(new Echo()).port(enode.tcpPort()));

      network.peer(a, b);
    }
  }

  @Test
  void aStaticNodeThatComesBackIsConnectedAgain() {
    try (TestNetwork network = new TestNetwork()) {
      NodeKey key = NodeKey.generate();
      Server first = network.server(options -> options.key(key).protocol(new Echo()));
      Enode enode = first.enode();
      Server a =
          network.server(options -> options.protocol(new Echo()).dialing(FAST).staticNodes(enode));
      network.peer(a, first);

      first.close();
      Await.until("it is gone", () -> a.peers().isEmpty());
      Server second =
          network.server(options -> options.key(key).protocol(new Echo()).port(enode.tcpPort()));

      network.peer(a, second);
    }
  }

  @Test
  void aStaticNodeThatDisconnectsIsDialedAgain() {
    try (TestNetwork network = new TestNetwork()) {
      Server b = network.server(new Echo());
      Server a =
          network.server(
              options -> options.protocol(new Echo()).dialing(FAST).staticNodes(b.enode()));
      Peer first = network.peer(b, a);

      Await.value(first.disconnect(DisconnectReason.TOO_MANY_PEERS));

      Await.until(
          "there is another session",
          () -> b.peer(a.id()).filter(peer -> !peer.equals(first)).isPresent());
    }
  }

  @Test
  void aRemovedStaticNodeIsNotDialedAgain() {
    try (TestNetwork network = new TestNetwork()) {
      Server b = network.server(new Echo());
      Server a =
          network.server(
              options -> options.protocol(new Echo()).dialing(FAST).staticNodes(b.enode()));
      Peer peer = network.peer(a, b);

      a.removeStaticNode(b.id());
      assertThat(a.peers()).containsExactly(peer);
      Await.value(peer.disconnect(DisconnectReason.REQUESTED));

      Await.until("both forgot it", () -> a.peers().isEmpty() && b.peers().isEmpty());
      Await.holds("it is not dialed", Duration.ofMillis(500), () -> a.peers().isEmpty());
    }
  }

  @Test
  void aHostNameIsLookedUp() {
    try (TestNetwork network = new TestNetwork()) {
      Server b = network.server(new Echo());
      Enode byName = new Enode(b.enode().publicKey(), "localhost", b.enode().tcpPort(), 0);
      Server a = network.server(options -> options.protocol(new Echo()).staticNodes(byName));

      network.peer(a, b);
    }
  }

  @Test
  void anUnknownHostNameIsTheReason() {
    try (TestNetwork network = new TestNetwork()) {
      Enode nowhere =
          new Enode(NodeKey.generate().publicKey(), "no-such-host.invalid", 30303, 30303);
      Server a = network.server(new Echo());

      assertThat(Await.failure(a.connect(nowhere)))
          .hasMessageContaining("unknown host 'no-such-host.invalid'");
    }
  }
}
