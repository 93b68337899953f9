package io.kadlink.discovery.v4;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.testing.VirtualPeer;
import io.kadlink.discovery.v4.Packet.Ping;
import io.kadlink.discovery.v4.Packet.Pong;
import io.kadlink.identity.PublicKey;
import org.junit.jupiter.api.Test;

/** A flood of strangers can't have a node ping without bound. */
class PingBackTest {
  private final VirtualNetwork network = new VirtualNetwork(2);
  private final VirtualNetwork.Node node = network.start();

  @Test
  void strangersArePingedBackUntilSoManyPingsArePending() {
    VirtualPeer last = network.peer(VirtualNetwork.address(8, 8, 8, 8), node);
    VirtualPeer tooLate = network.peer(VirtualNetwork.address(9, 9, 9, 9), node);
    pingNobody(Pings.MAX_PENDING_FOR_STRANGERS - 1);
    last.send(last.ping());
    last.await(Ping.class);
    tooLate.send(tooLate.ping());
    assertThat(tooLate.receiveAll())
        .singleElement()
        .satisfies(answer -> assertThat(answer.packet()).isInstanceOf(Pong.class));
    assertThat(node.dropped("busy")).isEqualTo(1);
  }

  /** Pings so many endpoints where nobody is. */
  private void pingNobody(int count) {
    PublicKey nobody = network.randomTarget();
    for (int i = 0; i < count; i++) {
      Contact contact = Contact.of(nobody, VirtualNetwork.address(60, i >> 8, i & 0xff, 1), 30303);
      node.discovery().ping(contact, answer -> {});
    }
  }
}
