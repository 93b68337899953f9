package io.kadlink.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.kadlink.identity.NodeKey;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.admission.Denial;
import io.kadlink.server.admission.Subject;
import io.kadlink.server.reputation.Behaviour;
import io.kadlink.server.reputation.ReputationOptions;
import io.kadlink.server.store.StateFile;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.Echo;
import io.kadlink.server.testing.TestNetwork;
import io.micrometer.core.instrument.Gauge;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What nodes do, and what persons decide, over real sessions and restarts. */
class BansTest {
  @TempDir private Path folder;

  /** Calls one message a breach. */
  private static final class Strict extends Echo {
    @Override
    public void message(Peer peer, int code, Bytes payload) throws ProtocolViolation {
      if (payload.equals(Bytes.of(1))) {
        throw new ProtocolViolation(DisconnectReason.PROTOCOL_BREACH, "said the forbidden word");
      }
      super.message(peer, code, payload);
    }
  }

  private static void cantConnect(Server dialer, Server to) {
    assertThatThrownBy(() -> Await.value(dialer.connect(to.enode())))
        .hasStackTraceContaining("DialException");
  }

  @Test
  void aBreachBansForAnHourIsKnownByItsReasonAndOutlivesARestart() {
    NodeKey key = NodeKey.generate();
    try (TestNetwork network = new TestNetwork()) {
      Echo bad = new Echo();
      Server banning = network.server(b -> b.key(key).stateFolder(folder).protocols(new Strict()));
      Server offender = network.server(bad);
      List<ServerEvent> events = new CopyOnWriteArrayList<>();
      banning.events(events::add);
      Peer peer = network.connect(offender, banning);
      peer.send(bad, Echo.ASK, Bytes.of(1));
      Await.until("it is banned", () -> !banning.access().denied().isEmpty());

      Denial denial = banning.access().denied().getFirst();
      assertThat(denial.subject()).isEqualTo(new Subject.Node(offender.id()));
      assertThat(denial.origin()).isEqualTo(Denial.Origin.REPUTATION);
      assertThat(denial.why()).contains("forbidden word");
      Await.until(
          "it is told", () -> events.stream().anyMatch(ServerEvent.Banned.class::isInstance));
      assertThat(events)
          .filteredOn(ServerEvent.Banned.class::isInstance)
          .singleElement()
          .extracting(event -> ((ServerEvent.Banned) event).duration())
          .isEqualTo(Duration.ofHours(1));
      cantConnect(offender, banning);
      assertThat(Await.value(banning.dialReasons()).get(offender.id()).why()).contains("banned");
      banning.close();

      Server again = network.server(b -> b.key(key).stateFolder(folder).protocols(new Strict()));
      cantConnect(offender, again);
      cantConnect(again, offender);
      assertThat(Await.value(again.access().standing(offender.id())).orElseThrow().lastBad())
          .contains("forbidden word");

      assertThat(Await.value(again.access().lift(denial.subject()))).isTrue();
      network.connect(offender, again);
      assertThat(Await.value(again.access().standing(offender.id()))).isEmpty();
    }
  }

  @Test
  void reportsOfAProtocolEndTheSessionOfAWorthlessPeerAndNeverOfATrustedOne() {
    try (TestNetwork network = new TestNetwork()) {
      Echo echo = new Echo();
      Server server = network.server(echo);
      Server useless = network.server(new Echo());
      Server trusted = network.server(new Echo());
      server.addTrustedNode(trusted.id());
      network.connect(useless, server);
      network.connect(trusted, server);
      for (int i = 0; i < 10; i++) {
        network.peer(server, trusted).report(Behaviour.USELESS_ANSWER, "nothing");
        server
            .peer(useless.id())
            .ifPresent(peer -> peer.report(Behaviour.USELESS_ANSWER, "nothing"));
      }
      Await.until("the useless one is gone", () -> server.peer(useless.id()).isEmpty());

      assertThat(server.peer(trusted.id())).isPresent();
      assertThat(Await.value(server.access().standing(trusted.id())).orElseThrow().score())
          .isEqualTo(ReputationOptions.DEFAULT.trustedFloor());
      server.addTrustedNode(useless.id());
      network.connect(useless, server);
    }
  }

  @Test
  void whomAPersonDeniesGoesAtOnceAndStaysAwayOverARestart() throws Exception {
    NodeKey key = NodeKey.generate();
    try (TestNetwork network = new TestNetwork()) {
      Server server = network.server(b -> b.key(key).stateFolder(folder).protocols(new Echo()));
      Server other = network.server(new Echo());
      network.connect(other, server);

      Subject loopback = Subject.parse("127.0.0.0/8");
      assertThat(Await.value(server.access().deny(loopback, Optional.empty(), "a test"))).isTrue();
      Await.until("it is gone", () -> server.peers().isEmpty() && other.peers().isEmpty());
      cantConnect(other, server);
      cantConnect(server, other);
      server.close();
      assertThat(Files.readString(folder.resolve(Discipline.ACCESS_FILE))).contains("127.0.0.0/8");

      Server again = network.server(b -> b.key(key).stateFolder(folder).protocols(new Echo()));
      cantConnect(other, again);
      assertThat(Await.value(again.access().lift(loopback))).isTrue();
      network.connect(other, again);
    }
  }

  @Test
  void whatAPersonWasToldIsOnDisk() throws Exception {
    try (TestNetwork network = new TestNetwork()) {
      Server server = network.server(b -> b.stateFolder(folder).protocols(new Echo()));
      Path file = folder.resolve(Discipline.ACCESS_FILE);
      for (int i = 0; i < 20; i++) {
        Subject whom = Subject.parse("203.0.113." + i);
        Await.value(server.access().deny(whom, Optional.empty(), "a test"));
        assertThat(Files.readString(file)).contains("\"" + whom + "\"");
        Await.value(server.access().lift(whom));
        assertThat(Files.readString(file)).doesNotContain("\"" + whom + "\"");
      }
      Subject allowed = Subject.parse("198.51.100.1");
      Await.value(server.access().allow(allowed));
      assertThat(Files.readString(file)).contains(allowed.toString());
      Await.value(server.access().disallow(allowed));
      assertThat(Files.readString(file)).doesNotContain(allowed.toString());
    }
  }

  @Test
  void aChangeThatCanNotBeKeptIsSaidHoldsAllTheSameAndIsWrittenAtTheEnd() throws Exception {
    Logger log = (Logger) LoggerFactory.getLogger(StateFile.class);
    log.setLevel(Level.OFF);
    try (TestNetwork network = new TestNetwork()) {
      Server server = network.server(b -> b.stateFolder(folder).protocols(new Echo()));
      Server other = network.server(new Echo());
      network.connect(other, server);
      // A folder in the way of the new file: as with a full disk, it can't be written.
      Path obstacle = Files.createDirectory(folder.resolve(Discipline.ACCESS_FILE + ".new"));
      Subject subject = new Subject.Node(other.id());
      assertThatThrownBy(
              () -> Await.value(server.access().deny(subject, Optional.empty(), "a test")))
          .hasStackTraceContaining(NotKeptException.class.getName())
          .hasStackTraceContaining("it is done, but lost if this node ends");
      Await.until("it is gone", () -> server.peers().isEmpty());
      assertThat(server.metrics().get("kadlink.state.unwritten").gauges())
          .extracting(Gauge::value)
          .containsExactlyInAnyOrder(1.0, 0.0);

      Files.delete(obstacle);
      server.close();
      assertThat(Files.readString(folder.resolve(Discipline.ACCESS_FILE)))
          .contains(other.id().toString());
    } finally {
      log.setLevel(null);
    }
  }

  @Test
  void withAnAllowListOnlyTheAllowedAndTheStaticAreAdmitted() {
    try (TestNetwork network = new TestNetwork()) {
      Server allowed = network.server(new Echo());
      Server named = network.server(new Echo());
      Server stranger = network.server(new Echo());
      Server server =
          network.server(
              b ->
                  b.protocols(new Echo())
                      .allow(List.of(new Subject.Node(allowed.id())))
                      .allowListOnly(true)
                      .staticNodes(named.enode()));
      network.peer(server, named);
      network.connect(allowed, server);
      cantConnect(stranger, server);
      assertThat(
              server
                  .metrics()
                  .counter("kadlink.refusals", "reason", "not_allowed", "direction", "accepted")
                  .count())
          .isEqualTo(1);
    }
  }
}
