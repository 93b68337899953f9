package io.kadlink.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.Echo;
import io.kadlink.server.testing.TestNetwork;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** A program hears what happens to peers, in order, for as long as it wants to. */
class EventsTest {

  @Test
  void connectingAndDisconnectingAreToldInOrderWithTheReason() {
    try (TestNetwork network = new TestNetwork()) {
      Server a = network.server(new Echo());
      Server b = network.server(new Echo());
      List<ServerEvent> atA = new CopyOnWriteArrayList<>();
      List<ServerEvent> atB = new CopyOnWriteArrayList<>();
      a.events(atA::add);
      b.events(atB::add);

      Peer peer = network.connect(a, b);
      Peer back = network.peer(b, a);
      Await.value(peer.disconnect(DisconnectReason.USELESS_PEER));
      Await.until("both were told", () -> atA.size() == 2 && atB.size() == 2);

      assertThat(atA.getFirst()).isEqualTo(new ServerEvent.PeerConnected(peer));
      assertThat(atB.getFirst()).isEqualTo(new ServerEvent.PeerConnected(back));
      assertThat(atA.getLast())
          .isInstanceOfSatisfying(
              ServerEvent.PeerDisconnected.class,
              event -> {
                assertThat(event.peer()).isEqualTo(peer);
                assertThat(event.reason()).isEqualTo(DisconnectReason.USELESS_PEER);
                assertThat(event.byRemote()).isFalse();
              });
      assertThat(atB.getLast())
          .isInstanceOfSatisfying(
              ServerEvent.PeerDisconnected.class,
              event -> {
                assertThat(event.peer()).isEqualTo(back);
                assertThat(event.reason()).isEqualTo(DisconnectReason.USELESS_PEER);
                assertThat(event.byRemote()).isTrue();
              });
      assertThat(disconnects(a, "local")).isEqualTo(1);
      assertThat(disconnects(b, "remote")).isEqualTo(1);
    }
  }

  private static double disconnects(Server server, String side) {
    return server
        .metrics()
        .get("kadlink.disconnects")
        .tag("reason", "useless_peer")
        .tag("side", side)
        .counter()
        .count();
  }

  @Test
  void aDialThatCameToNothingIsTold() {
    try (TestNetwork network = new TestNetwork()) {
      Server a = network.server(new Echo());
      Server gone = network.server(new Echo());
      gone.close();
      List<ServerEvent> events = new CopyOnWriteArrayList<>();
      a.events(events::add);

      Await.failure(a.connect(gone.enode()));

      assertThat(events)
          .singleElement()
          .isInstanceOfSatisfying(
              ServerEvent.DialFailed.class,
              event -> {
                assertThat(event.remote().id()).isEqualTo(gone.id());
                assertThat(event.why()).contains("refused");
              });
    }
  }

  @Test
  void aClosedSubscriptionHearsNothingMore() {
    try (TestNetwork network = new TestNetwork()) {
      Server a = network.server(new Echo());
      List<ServerEvent> closed = new CopyOnWriteArrayList<>();
      List<ServerEvent> open = new CopyOnWriteArrayList<>();
      Server.Subscription subscription = a.events(closed::add);
      a.events(open::add);
      network.connect(network.server(new Echo()), a);
      Await.until("both heard", () -> closed.size() == 1 && open.size() == 1);

      subscription.close();
      network.connect(network.server(new Echo()), a);

      Await.until("the other still hears", () -> open.size() == 2);
      assertThat(closed).hasSize(1);
    }
  }

  @Test
  void thePeersGaugeFollows() {
    try (TestNetwork network = new TestNetwork()) {
      Server a = network.server(new Echo());
      network.connect(a, network.server(new Echo()));
      network.connect(network.server(new Echo()), a);
      Peer last = network.connect(network.server(new Echo()), a);
      System.gc(); // a gauge must not depend on who else remembers its source

      assertThat(gauge(a, "dialed")).isEqualTo(1);
      assertThat(gauge(a, "accepted")).isEqualTo(2);
      Await.value(last.disconnect(DisconnectReason.REQUESTED));
      Await.until("it is gone", () -> gauge(a, "accepted") == 1);
    }
  }

  private static double gauge(Server server, String direction) {
    return server.metrics().get("kadlink.peers").tag("direction", direction).gauge().value();
  }
}
