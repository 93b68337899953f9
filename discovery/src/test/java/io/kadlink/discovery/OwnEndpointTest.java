package io.kadlink.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LocalNode;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.testing.VirtualTime;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Who decides where this node is: its operator, then who was asked, then the crowd. */
class OwnEndpointTest {
  private static final InetSocketAddress CROWD = VirtualNetwork.address(80, 1, 1, 1);
  private static final InetAddress ROUTER = VirtualNetwork.address(90, 1, 1, 1).getAddress();
  private static final InetAddress AT_FIRST = VirtualNetwork.address(10, 0, 0, 2).getAddress();
  private static final int TCP = 30303;
  private static final int UDP = 30304;

  private final VirtualTime time = new VirtualTime();
  private final LocalNode local =
      new LocalNode(time, NodeKey.generate(), List.of(AT_FIRST), UDP, TCP, Optional.empty());
  private int networks;

  private OwnEndpoint endpoint(InetAddress... fixed) {
    return new OwnEndpoint(
        time,
        local,
        List.of(fixed),
        (ip, tcp, udp) -> local.update(record -> record.endpoint(ip, tcp, udp)));
  }

  /** So many networks that have not voted before see us there. */
  private void vote(OwnEndpoint own, int count, InetSocketAddress us) {
    for (int i = 0; i < count; i++) {
      networks++;
      own.seenAt(
          Contact.of(
              NodeKey.generate().publicKey(),
              VirtualNetwork.address(20, networks / 250, networks % 250, 1),
              0),
          us);
    }
  }

  private String advertised() {
    Enode enode = local.record().enode().orElseThrow();
    return enode.udpEndpoint().getAddress().getHostAddress()
        + " "
        + enode.tcpPort()
        + " "
        + enode.udpPort();
  }

  private static KnownEndpoint mapped(InetAddress address, int tcp, int udp) {
    return new KnownEndpoint(address, OptionalInt.of(tcp), OptionalInt.of(udp));
  }

  private static KnownEndpoint address(InetAddress address) {
    return new KnownEndpoint(address, OptionalInt.empty(), OptionalInt.empty());
  }

  @Test
  void aMappedEndpointIsAdvertisedWhateverTheCrowdSees() {
    OwnEndpoint own = endpoint();
    own.pin(mapped(ROUTER, 4001, 4002));
    vote(own, 20, CROWD);
    assertThat(advertised()).isEqualTo("90.1.1.1 4001 4002");
  }

  @Test
  void aMappedEndpointReplacesWhatTheCrowdSaw() {
    OwnEndpoint own = endpoint();
    vote(own, 20, CROWD);
    assertThat(advertised()).isEqualTo("80.1.1.1 30303 " + CROWD.getPort());
    own.pin(mapped(ROUTER, 4001, 4002));
    assertThat(advertised()).isEqualTo("90.1.1.1 4001 4002");
  }

  @Test
  void aMappingThatIsRenewedDoesNotRaiseTheSequenceNumber() {
    OwnEndpoint own = endpoint();
    own.pin(mapped(ROUTER, 4001, 4002));
    long seq = local.record().seq();
    own.pin(mapped(ROUTER, 4001, 4002));
    assertThat(local.record().seq()).isEqualTo(seq);
    own.pin(mapped(ROUTER, 4001, 4003));
    assertThat(local.record().seq()).isEqualTo(seq + 1);
  }

  @Test
  void aMappingThatIsLostGivesTheOwnPortsBackAndTheCrowdItsVoice() {
    OwnEndpoint own = endpoint();
    own.pin(mapped(ROUTER, 4001, 4002));
    own.unpin(ROUTER);
    assertThat(advertised()).isEqualTo("90.1.1.1 30303 30304");
    vote(own, 20, CROWD);
    assertThat(advertised()).isEqualTo("80.1.1.1 30303 " + CROWD.getPort());
  }

  @Test
  void whatTheCrowdSawBeforeIsSeenAgainAfterAMappingWasLost() {
    OwnEndpoint own = endpoint();
    vote(own, 20, CROWD);
    own.pin(mapped(ROUTER, 4001, 4002));
    own.unpin(ROUTER);
    vote(own, 1, CROWD);
    assertThat(advertised()).isEqualTo("80.1.1.1 30303 " + CROWD.getPort());
  }

  @Test
  void ofAnAddressKnownWithoutPortsTheCrowdGivesTheUdpPort() {
    OwnEndpoint own = endpoint();
    own.pin(address(CROWD.getAddress()));
    assertThat(advertised()).isEqualTo("80.1.1.1 30303 30304");
    vote(own, 20, CROWD);
    assertThat(advertised()).isEqualTo("80.1.1.1 30303 " + CROWD.getPort());
    own.pin(address(CROWD.getAddress()));
    assertThat(advertised()).as("asked again").isEqualTo("80.1.1.1 30303 " + CROWD.getPort());
  }

  @Test
  void aCrowdThatSeesAnotherAddressThanTheOneKnownIsNotBelieved() {
    OwnEndpoint own = endpoint();
    own.pin(address(ROUTER));
    vote(own, 20, CROWD);
    assertThat(advertised()).isEqualTo("90.1.1.1 30303 30304");
  }

  @Test
  void whatTheOperatorFixedStays() {
    OwnEndpoint own = endpoint(AT_FIRST);
    own.pin(mapped(ROUTER, 4001, 4002));
    vote(own, 20, CROWD);
    assertThat(advertised()).isEqualTo("10.0.0.2 30303 30304");
  }

  @Test
  void takingBackWhatWasNotSaidChangesNothing() {
    OwnEndpoint own = endpoint();
    own.unpin(ROUTER);
    assertThat(advertised()).isEqualTo("10.0.0.2 30303 30304");
  }
}
