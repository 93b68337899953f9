package io.kadlink.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.kadlink.server.admission.Subject;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.Echo;
import io.kadlink.server.testing.TestNetwork;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody sets the machine's clock, a day forward or back. */
class ClockJumpTest {
  private volatile Duration set = Duration.ZERO;

  private Instant now() {
    return Instant.now().plus(set);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, -1})
  void sessionsStayDialingGoesOnAndBansHold(int days) {
    try (TestNetwork network = new TestNetwork()) {
      NodeKey key = NodeKey.generate();
      Server other = network.server(b -> b.key(key).protocols(new Echo()));
      Enode enode = other.enode();
      Echo asking = new Echo();
      Server server =
          network.server(
              b ->
                  b.clock(this::now)
                      .protocols(asking)
                      .dialing(StaticNodesTest.FAST)
                      .staticNodes(enode));
      Peer peer = network.peer(server, other);
      Subject banned = Subject.parse("203.0.113.1");
      Await.value(server.access().deny(banned, Optional.of(Duration.ofMinutes(5)), "a test"));

      set = Duration.ofDays(days);
      peer.send(asking, Echo.ASK, Bytes.of(1));
      Await.until("the session is used", () -> !asking.received(Echo.ANSWER).isEmpty());
      assertThat(server.access().denied()).as("the ban holds").hasSize(1);

      other.close();
      Await.until("it is gone", () -> server.peers().isEmpty());
      Await.until(
          "it is not reached", () -> Await.value(server.dialReasons()).containsKey(key.id()));
      set = Duration.ZERO; // while the next dial is waited for
      network.peer(
          server, network.server(b -> b.key(key).port(enode.tcpPort()).protocols(new Echo())));
    }
  }
}
