package io.kadlink.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.table.AddressRules;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LocalNode;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.udp.Transport;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Where a node says it is, and whom it hears there. */
class OwnEndpointTest {
  private static final InetSocketAddress WHERE_IT_IS = VirtualNetwork.address(20, 1, 1, 1);
  private static final InetAddress PRIVATE = VirtualNetwork.address(10, 0, 0, 5).getAddress();
  private static final Duration LONG = Duration.ofMinutes(10);

  private final VirtualNetwork network = new VirtualNetwork(31);
  private final VirtualNetwork.Node bootnode = network.start();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  /** A node that says at first that it is at a private address. */
  private LocalDiscovery start(DiscoverySettings settings) {
    AtomicReference<LocalDiscovery> target = new AtomicReference<>();
    Transport transport =
        network.open(WHERE_IT_IS, (from, datagram) -> target.get().received(from, datagram));
    LocalDiscovery discovery =
        new LocalDiscovery(
            network.time,
            new LocalNode(
                network.time,
                NodeKey.generate(),
                List.of(PRIVATE),
                VirtualNetwork.PORT,
                30303,
                Optional.empty()),
            transport,
            new Random(1),
            meters,
            settings
                .withVersions(EnumSet.of(DiscoveryVersion.V4))
                .withBootnodes(List.of(bootnode.contact())),
            Optional.empty());
    target.set(discovery);
    discovery.start();
    return discovery;
  }

  private void grow(int nodes) {
    for (int i = 0; i < nodes; i++) {
      network.start(bootnode);
    }
  }

  @Test
  void whatEnoughNetworksSeeGoesIntoTheRecordWithAHigherSequenceNumber() {
    grow(EndpointPrediction.MIN_VOTES);
    LocalDiscovery node = start(DiscoverySettings.defaults());
    NodeRecord first = node.local().record();
    assertThat(first.udpEndpoint().orElseThrow().getAddress()).isEqualTo(PRIVATE);
    AtomicReference<NodeRecord> told = new AtomicReference<>();
    node.watchRecord(told::set);
    assertThat(network.time.passUntil(() -> told.get() != null, LONG)).isTrue();
    assertThat(node.local().record()).isEqualTo(told.get());
    assertThat(told.get().udpEndpoint()).contains(WHERE_IT_IS);
    assertThat(told.get().tcpEndpoint()).contains(WHERE_IT_IS);
    assertThat(told.get().seq()).isEqualTo(first.seq() + 1);
  }

  @Test
  void aFixedAddressStaysWhateverOthersSay() {
    grow(EndpointPrediction.MIN_VOTES);
    LocalDiscovery node = start(DiscoverySettings.defaults().withFixedAddresses(List.of(PRIVATE)));
    NodeRecord first = node.local().record();
    assertThat(
            network.time.passUntil(
                () -> node.proven().size() >= EndpointPrediction.MIN_VOTES, LONG))
        .isTrue();
    network.time.pass(Duration.ofSeconds(1));
    assertThat(node.local().record()).isEqualTo(first);
  }

  @Test
  void addressesThatAreNotAllowedAreNotHeard() {
    grow(3);
    InetAddress friend = network.nodes().get(1).address.getAddress();
    LocalDiscovery node =
        start(
            DiscoverySettings.defaults()
                .withAddresses(AddressRules.defaults().withAllowed(friend::equals)));
    assertThat(meters.get("kadlink.discovery.outside").counter().count()).isZero();
    for (VirtualNetwork.Node asker : network.nodes()) {
      AtomicReference<Optional<Duration>> pong = new AtomicReference<>();
      asker.discovery().ping(Contact.of(node.local().record(), WHERE_IT_IS), pong::set);
      assertThat(network.time.passUntil(() -> pong.get() != null, LONG)).isTrue();
      assertThat(pong.get().isPresent()).isEqualTo(asker.address.getAddress().equals(friend));
    }
    assertThat(meters.get("kadlink.discovery.outside").counter().count()).isPositive();
    assertThat(node.proven()).allMatch(contact -> contact.address().equals(friend));
  }
}
