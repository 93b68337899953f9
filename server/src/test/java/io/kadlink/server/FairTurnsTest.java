package io.kadlink.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.NodeId;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.Echo;
import io.kadlink.server.testing.TestNetwork;
import io.micrometer.core.instrument.Counter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** Peers take turns at a protocol, however much one of them has sent. */
class FairTurnsTest {
  private static final int FLOOD = 200;

  /** Remembers who was heard, from when it is released. */
  private static final class Listening extends Echo {
    final CountDownLatch released = new CountDownLatch(1);
    final List<NodeId> heard = new CopyOnWriteArrayList<>();

    @Override
    public void message(Peer peer, int code, Bytes payload) {
      try {
        released.await(); // a protocol must not block: this one does, so that messages gather
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      heard.add(peer.id());
    }
  }

  @Test
  void oneMessageIsHeardSoonBehindAFloodOfAnotherPeer() {
    try (TestNetwork network = new TestNetwork()) {
      Listening listening = new Listening();
      Server server = network.server(listening);
      Echo flooding = new Echo();
      Server flooder = network.server(flooding);
      Peer toServer = network.connect(flooder, server);
      for (int i = 0; i < FLOOD; i++) {
        assertThat(toServer.send(flooding, Echo.ASK, Bytes.of(i))).isTrue();
      }
      Await.until("the flood has arrived", () -> received(server) == FLOOD);
      Echo quiet = new Echo();
      Server honest = network.server(quiet);
      // Its session waits for the blocked loop, too; what it sends is behind the flood.
      Peer once = network.connect(honest, server);
      assertThat(once.send(quiet, Echo.ASK, Bytes.of(1))).isTrue();
      Await.until("the honest message has arrived", () -> received(server) == FLOOD + 1);
      listening.released.countDown();
      Await.until("all are heard", () -> listening.heard.size() == FLOOD + 1);
      assertThat(listening.heard.indexOf(honest.id())).isLessThanOrEqualTo(2 * Inbox.TURN_MESSAGES);
    }
  }

  private static double received(Server server) {
    return server.metrics().find("kadlink.messages").tag("direction", "in").counters().stream()
        .filter(counter -> String.valueOf(counter.getId().getTag("protocol")).startsWith("echo"))
        .mapToDouble(Counter::count)
        .sum();
  }
}
