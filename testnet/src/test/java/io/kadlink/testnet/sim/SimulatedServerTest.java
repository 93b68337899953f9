package io.kadlink.testnet.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.identity.NodeKey;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.Peer;
import io.kadlink.server.ServerBuilder;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whole servers, as they run in production, on virtual time and a virtual network. */
class SimulatedServerTest {
  private final World world =
      new World(1, 1, EnumSet.of(DiscoveryVersion.V4), null, (elapsed, live, events) -> {});
  private final List<DisconnectReason> goodbyes = new ArrayList<>();
  private final SimulatedServer bootnode =
      world.start(builder -> builder.protocol(new SilentProtocol(goodbyes::add)));

  private UnaryOperator<ServerBuilder> joining() {
    return builder ->
        builder.protocol(new SilentProtocol(goodbyes::add)).bootnodes(bootnode.enode());
  }

  private SimulatedServer joined() {
    pass(1);
    SimulatedServer server = world.start(joining());
    pass(10);
    assertThat(server.peers()).extracting(Peer::id).containsExactly(bootnode.id());
    assertThat(bootnode.peers()).extracting(Peer::id).containsExactly(server.id());
    return server;
  }

  private void pass(int seconds) {
    world.time().pass(Duration.ofSeconds(seconds));
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void twoThatKnowOfEachOtherBecomePeersAndStayIt() {
    joined();
    world.time().pass(Duration.ofMinutes(15));
    assertThat(bootnode.peers()).hasSize(1);
    assertThat(goodbyes).isEmpty();
  }

  @Test
  void oneThatStopsIsGoneAtOnce() {
    SimulatedServer server = joined();
    server.stop();
    pass(2);
    assertThat(bootnode.peers()).isEmpty();
    assertThat(goodbyes).contains(DisconnectReason.CLIENT_QUITTING);
  }

  @Test
  void oneThatVanishesIsMissedAfterItsSilence() {
    SimulatedServer server = joined();
    world.leave(server);
    pass(25);
    assertThat(bootnode.peers()).hasSize(1);
    pass(25);
    assertThat(bootnode.peers()).isEmpty();
    assertThat(goodbyes).containsExactly(DisconnectReason.TIMEOUT);
  }

  @Test
  void oneThatComesBackInTheSamePlaceIsPeerAgainSoon() {
    SimulatedServer server = joined();
    NodeKey key = server.key();
    InetSocketAddress address = server.address();
    world.leave(server);
    SimulatedServer again = world.start(key, address, joining());
    pass(60);
    assertThat(again.peers()).extracting(Peer::id).containsExactly(bootnode.id());
    assertThat(bootnode.peers()).extracting(Peer::id).containsExactly(again.id());
  }

  @Test
  void sessionsAcrossASplitEndAndComeBack() {
    SimulatedServer server = joined();
    server.side(1);
    world.network().split();
    pass(60);
    assertThat(bootnode.peers()).isEmpty();
    assertThat(server.peers()).isEmpty();
    world.network().heal();
    world.time().pass(Duration.ofMinutes(3));
    assertThat(bootnode.peers()).hasSize(1);
  }
}
