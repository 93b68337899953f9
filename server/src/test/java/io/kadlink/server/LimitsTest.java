package io.kadlink.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.NodeKey;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.Echo;
import io.kadlink.server.testing.TestNetwork;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** How many peers, and which. */
class LimitsTest {

  @Test
  void thoseWhoComeWhenAllSlotsAreTakenAreRefused() {
    try (TestNetwork network = new TestNetwork()) {
      Server full = network.server(options -> options.protocol(new Echo()).maxPeers(2));
      List<ServerEvent> events = new CopyOnWriteArrayList<>();
      full.events(events::add);
      network.connect(network.server(new Echo()), full);
      network.connect(network.server(new Echo()), full);
      Server third = network.server(new Echo());

      assertThat(Await.failure(third.connect(full.enode())))
          .hasMessageContaining(DisconnectReason.TOO_MANY_PEERS.toString());
      assertThat(full.peers()).hasSize(2);
      assertThat(events)
          .filteredOn(ServerEvent.Refused.class::isInstance)
          .map(ServerEvent.Refused.class::cast)
          .singleElement()
          .satisfies(
              refused -> {
                assertThat(refused.remote().id()).isEqualTo(third.id());
                assertThat(refused.reason()).isEqualTo(DisconnectReason.TOO_MANY_PEERS);
              });
      assertThat(Await.value(full.dialReasons()))
          .hasEntrySatisfying(
              third.id(),
              reason ->
                  assertThat(reason.why()).contains("all 2 slots for accepted peers are taken"));
    }
  }

  @Test
  void aFreedSlotCanBeTakenAgain() {
    try (TestNetwork network = new TestNetwork()) {
      Server full = network.server(options -> options.protocol(new Echo()).maxPeers(1));
      Server first = network.server(new Echo());
      Server second = network.server(new Echo());
      Peer peer = network.connect(first, full);
      Await.failure(second.connect(full.enode()));

      Await.value(peer.disconnect(DisconnectReason.REQUESTED));
      Await.until("the slot is free", () -> full.peers().isEmpty());

      network.connect(second, full);
    }
  }

  @Test
  void trustedNodesAreAdmittedPastTheLimit() {
    try (TestNetwork network = new TestNetwork()) {
      Server trusted = network.server(new Echo());
      Server late = network.server(new Echo());
      Server full =
          network.server(
              options -> options.protocol(new Echo()).maxPeers(0).trustedNodes(trusted.enode()));
      network.connect(trusted, full);
      Await.failure(late.connect(full.enode()));

      full.addTrustedNode(late.id());
      network.connect(late, full);
      assertThat(full.peers()).hasSize(2);
    }
  }

  @Test
  void whatIsDialedOnRequestCountsAgainstNoLimit() {
    try (TestNetwork network = new TestNetwork()) {
      Server full = network.server(options -> options.protocol(new Echo()).maxPeers(0));
      Server one = network.server(new Echo());
      Server two = network.server(new Echo());

      network.connect(full, one);
      network.connect(full, two);

      assertThat(full.peers()).hasSize(2);
    }
  }

  @Test
  void anInboundConnectionOfAStaticNodePassesTheLimit() {
    try (TestNetwork network = new TestNetwork()) {
      Server hidden = network.server(options -> options.protocol(new Echo()).listen(false));
      Server full =
          network.server(
              options -> options.protocol(new Echo()).maxPeers(0).staticNodes(hidden.enode()));

      network.connect(hidden, full);
    }
  }

  @Test
  void aSecondConnectionOfTheSameNodeIsRefusedAndTheFirstStays() {
    try (TestNetwork network = new TestNetwork()) {
      NodeKey key = NodeKey.generate();
      Server target = network.server(new Echo());
      Server first = network.server(options -> options.key(key).protocol(new Echo()));
      Server twin = network.server(options -> options.key(key).protocol(new Echo()));
      network.connect(first, target);
      Peer seen = network.peer(target, first);

      assertThat(Await.failure(twin.connect(target.enode())))
          .hasMessageContaining(DisconnectReason.ALREADY_CONNECTED.toString());
      assertThat(target.peers()).containsExactly(seen);
      assertThat(first.peers()).hasSize(1);
    }
  }

  @Test
  void connectionsFromOutsideThePermittedNetworksAreClosedUnanswered() {
    try (TestNetwork network = new TestNetwork()) {
      Server closed =
          network.server(options -> options.protocol(new Echo()).netRestrict("10.0.0.0/8"));
      Server other = network.server(new Echo());

      assertThat(Await.failure(other.connect(closed.enode()))).isInstanceOf(DialException.class);
      assertThat(Await.failure(closed.connect(other.enode())))
          .hasMessageContaining("outside the permitted networks");
      assertThat(
              closed
                  .metrics()
                  .get("kadlink.refusals")
                  .tag("reason", "netrestrict")
                  .counter()
                  .count())
          .isEqualTo(1);
    }
  }

  @Test
  void aNodeWithoutListenerDialsAndCanNotBeDialed() {
    try (TestNetwork network = new TestNetwork()) {
      Server hidden = network.server(options -> options.protocol(new Echo()).listen(false));
      Server open = network.server(new Echo());

      assertThat(hidden.enode().tcpPort()).isZero();
      assertThat(hidden.record().tcpEndpoint()).isEmpty();
      assertThat(Await.failure(open.connect(hidden.enode())))
          .hasMessageContaining("announces no TCP port");
      network.connect(hidden, open);
    }
  }
}
