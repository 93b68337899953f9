package io.kadlink.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.Echo;
import io.kadlink.server.testing.TestNetwork;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a peer or a protocol does wrong costs that one session, and nothing else. */
class MisbehaviourTest {
  private final Logger hostLog = (Logger) LoggerFactory.getLogger(ProtocolHost.class);

  /** Picky about what it is asked. */
  private static final class Picky extends Echo {
    static final Bytes FORBIDDEN = Bytes.of(1);
    static final Bytes BUG = Bytes.of(2);
    static final Bytes DEEP = Bytes.of(3);

    @Override
    public void message(Peer peer, int code, Bytes payload) throws ProtocolViolation {
      if (payload.equals(FORBIDDEN)) {
        throw new ProtocolViolation(DisconnectReason.PROTOCOL_BREACH, "said the forbidden word");
      }
      if (payload.equals(BUG)) {
        throw new IllegalStateException("a bug in the protocol");
      }
      if (payload.equals(DEEP)) {
        message(peer, code, payload);
      }
      super.message(peer, code, payload);
    }
  }

  @BeforeEach
  void expectWarnings() {
    hostLog.setLevel(Level.OFF);
  }

  @AfterEach
  void restoreLog() {
    hostLog.setLevel(null);
  }

  @Test
  void aViolationDisconnectsWithItsReasonAndIsCounted() {
    after(Picky.FORBIDDEN, DisconnectReason.PROTOCOL_BREACH, "kadlink.protocol.violations");
  }

  @Test
  void anExceptionDisconnectsWithSubprotocolErrorAndIsCounted() {
    after(Picky.BUG, DisconnectReason.SUBPROTOCOL_ERROR, "kadlink.protocol.failures");
  }

  @Test
  void endlessRecursionDisconnectsWithSubprotocolErrorAndIsCounted() {
    after(Picky.DEEP, DisconnectReason.SUBPROTOCOL_ERROR, "kadlink.protocol.failures");
  }

  private static void after(Bytes message, DisconnectReason reason, String counter) {
    try (TestNetwork network = new TestNetwork()) {
      Picky picky = new Picky();
      Echo bad = new Echo();
      Echo good = new Echo();
      Server server = network.server(picky);
      Server badServer = network.server(bad);
      Server goodServer = network.server(good);
      Peer fromBad = network.connect(badServer, server);
      Peer fromGood = network.connect(goodServer, server);

      fromBad.send(bad, Echo.ASK, message);
      fromBad.send(bad, Echo.ASK, Bytes.of(9));

      Await.until("the bad one is gone", () -> badServer.peers().isEmpty());
      Await.until("its protocol knows", () -> bad.open() == 0 && bad.events().size() == 2);
      assertThat(bad.events().getLast()).isEqualTo(new Echo.Disconnected(fromBad, reason));
      assertThat(picky.received(Echo.ASK)).as("nothing after the violation counts").isEmpty();
      assertThat(server.metrics().get(counter).counter().count()).isEqualTo(1);

      fromGood.send(good, Echo.ASK, Bytes.of(9));
      Await.until("the good one is served", () -> good.received(Echo.ANSWER).size() == 1);
      Await.until("only the bad one went", () -> server.peers().size() == 1);
    }
  }

  @Test
  void aProtocolThatThrowsOnConnectStillHearsOfTheDisconnect() {
    try (TestNetwork network = new TestNetwork()) {
      Echo failing =
          new Echo() {
            @Override
            public void connected(Peer peer) {
              super.connected(peer);
              throw new IllegalStateException("a bug in the protocol");
            }
          };
      Server a = network.server(failing);
      Server b = network.server(new Echo());

      Await.value(b.connect(a.enode()));

      Await.until("it is over", () -> failing.events().size() == 2 && a.peers().isEmpty());
      assertThat(failing.events().getFirst()).isInstanceOf(Echo.Connected.class);
      assertThat(failing.events().getLast()).isInstanceOf(Echo.Disconnected.class);
    }
  }

  @Test
  void aListenerOfEventsThatThrowsHarmsNobody() {
    ((Logger) LoggerFactory.getLogger(Events.class)).setLevel(Level.OFF);
    try (TestNetwork network = new TestNetwork()) {
      Server a = network.server(new Echo());
      a.events(
          event -> {
            throw new IllegalStateException("a bug in a listener");
          });
      network.connect(a, network.server(new Echo()));
    } finally {
      ((Logger) LoggerFactory.getLogger(Events.class)).setLevel(null);
    }
  }
}
