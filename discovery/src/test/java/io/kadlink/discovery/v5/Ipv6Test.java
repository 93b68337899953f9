package io.kadlink.discovery.v5;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.testing.V5Node;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.identity.NodeRecord;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** discv5 between nodes that have IPv6 addresses only, or both. */
class Ipv6Test {
  private final V5Scene scene = new V5Scene();
  private final V5Node asker = scene.node(1, at("2003::1"));
  private final V5Node other = scene.node(2, at("2003:0:0:1::1"));

  private static InetSocketAddress at(String ip) {
    return new InetSocketAddress(InetAddresses.forString(ip), VirtualNetwork.PORT);
  }

  private void pass() {
    scene.network.time.pass(Duration.ofSeconds(1));
  }

  private static void prove(V5Node node, NodeRecord record) {
    node.table.addProven(Contact.of(record, record.udpEndpoint().orElseThrow()));
  }

  @Test
  void twoNodesGetToKnowEachOther() {
    List<Optional<Duration>> answers = new ArrayList<>();
    asker.v5.ping(other.contact(), answers::add);
    pass();
    assertThat(answers).hasSize(1).doesNotContain(Optional.empty());
    assertThat(asker.table.find(other.id()).map(Contact::udp)).contains(at("2003:0:0:1::1"));
    assertThat(other.table.isProven(asker.id())).isTrue();
    assertThat(asker.seenAt).containsOnly(at("2003::1"));
  }

  @Test
  void nodesAreToldOfWithTheirIpv6AddressesButNotPrivateOnes() {
    NodeRecord publicNode = record(5, "2003:0:0:2::1");
    NodeRecord privateNode = record(6, "fd00::1");
    prove(other, publicNode);
    prove(other, privateNode);
    List<NodeRecord> told = new ArrayList<>();
    List<Integer> distances =
        List.of(other.id().logDistance(publicNode.id()), other.id().logDistance(privateNode.id()));
    asker.v5.findNodeAt(other.contact(), distances, answer -> answer.ifPresent(told::addAll));
    pass();
    assertThat(told).containsExactly(publicNode);
  }

  @Test
  void ofTwoEndpointsTheOneInTheTellersFamilyIsTaken() {
    NodeRecord both =
        NodeRecord.builder()
            .endpoint(at("60.1.1.1").getAddress(), 30303, 30303)
            .endpoint(at("2003:0:0:2::1").getAddress(), 30303, 30303)
            .sign(V5Peer.key(5));
    for (String teller : List.of("2003::9", "60.2.2.2")) {
      Optional<Contact> contact =
          Endpoints.contact(both, InetAddresses.forString(teller), any -> true);
      assertThat(contact.orElseThrow().address().getClass())
          .isEqualTo(InetAddresses.forString(teller).getClass());
    }
  }

  private static NodeRecord record(int key, String ip) {
    return NodeRecord.builder().endpoint(at(ip).getAddress(), 30303, 30303).sign(V5Peer.key(key));
  }
}
