package io.kadlink.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.testing.LoopbackNodes;
import io.kadlink.discovery.testing.RawPacket;
import io.kadlink.discovery.testing.UdpPeer;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import java.time.Duration;
import java.util.Random;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A node lives on, and keeps its friends, whatever is thrown at its port. */
class GarbageTest {
  private final LoopbackNodes nodes = new LoopbackNodes();
  private final DiscoveryService node = nodes.start(30303);
  private final Enode enode = LoopbackNodes.enode(node);
  private final DiscoveryService friend = nodes.start(30304, enode);

  @AfterEach
  void stop() {
    nodes.close();
  }

  @Test
  void randomBytesHalfPacketsAndHostileListsLeaveTheNodeAlive() {
    LoopbackNodes.await("both know each other", () -> bothKnowEachOther());
    Random random = new Random(1);
    int garbage = 0;
    try (UdpPeer peer = new UdpPeer(NodeKey.generate(), node.localAddress(), "127.0.0.1")) {
      for (int size = 0; size < 1500; size += 7) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        peer.send(bytes);
        garbage++;
      }
      for (int type = 1; type <= 6; type++) {
        for (int i = 0; i < 20; i++) {
          byte[] data = new byte[random.nextInt(200)];
          random.nextBytes(data);
          peer.send(RawPacket.of(type, Bytes.wrap(data), peer.key));
          peer.send(
              RawPacket.of(
                  type,
                  Bytes.concatenate(Bytes.fromHexString("fbffffffff"), Bytes.wrap(data)),
                  peer.key));
          garbage += 2;
        }
      }
      assertThat(peer.receiveAll()).isEmpty();
    }
    int sent = garbage;
    LoopbackNodes.await("all of it is counted", () -> dropped() >= sent);
    assertThat(LoopbackNodes.get(friend.ping(enode))).isLessThan(Duration.ofSeconds(1));
    assertThat(bothKnowEachOther()).isTrue();
  }

  private double dropped() {
    return nodes.meters.get("kadlink.discovery.v4.dropped").counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  private boolean bothKnowEachOther() {
    return LoopbackNodes.get(node.knows(friend.localRecord().id()))
        && LoopbackNodes.get(friend.knows(enode.id()));
  }
}
