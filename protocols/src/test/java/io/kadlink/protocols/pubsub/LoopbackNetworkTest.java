package io.kadlink.protocols.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.NodeKey;
import io.kadlink.protocols.pubsub.wire.Limits;
import io.kadlink.protocols.pubsub.wire.Message;
import io.kadlink.protocols.pubsub.wire.MessageId;
import io.kadlink.protocols.pubsub.wire.Packet.Publish;
import io.kadlink.protocols.pubsub.wire.PubSubCodec;
import io.kadlink.protocols.pubsub.wire.Topic;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.Server;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.TestNetwork;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Eight real servers over sockets. */
class LoopbackNetworkTest {
  private static final int SERVERS = 8;
  private static final Topic TOPIC = new Topic(1337, "weather");

  private record Station(PubSub pubSub, Server server, Queue<Message> got) {}

  private final TestNetwork network = new TestNetwork();
  private final List<Station> stations = new ArrayList<>();

  /** Servers in a ring with chords to those two and three further; all subscribe. */
  private void build() {
    for (int i = 0; i < SERVERS; i++) {
      PubSub pubSub = new PubSub(PubSubOptions.builder().floodPublish(false).build());
      Queue<Message> got = new ConcurrentLinkedQueue<>();
      pubSub.subscribe(TOPIC, got::add);
      stations.add(new Station(pubSub, network.server(pubSub.protocol()), got));
    }
    for (int i = 0; i < SERVERS; i++) {
      for (int step = 1; step <= 3; step++) {
        network.connect(server(i), server((i + step) % SERVERS));
      }
    }
    for (Station station : stations) {
      Await.until(
          "each mesh has its lower bound",
          () -> Await.value(station.pubSub().mesh(TOPIC)).size() >= 4);
    }
  }

  private Server server(int index) {
    return stations.get(index).server();
  }

  @AfterEach
  void stop() {
    network.close();
  }

  @Test
  void aHundredMessagesReachAllSubscribersOnce() {
    build();
    List<CompletionStage<Published>> published = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      published.add(stations.get(i % SERVERS).pubSub().publish(TOPIC, Bytes.ofUnsignedInt(i)));
    }
    Set<MessageId> ids = new HashSet<>();
    published.forEach(one -> ids.add(Await.value(one).id()));
    assertThat(ids).hasSize(100);
    for (Station station : stations) {
      Await.until("each got all", () -> station.got().size() >= 100);
    }
    for (Station station : stations) {
      assertThat(station.got()).extracting(Message::id).containsExactlyInAnyOrderElementsOf(ids);
    }
  }

  @Test
  void theLargestMessageReachesAllSubscribers() {
    build();
    byte[] large = new byte[Limits.MAX_PAYLOAD_BYTES];
    new java.util.Random(1).nextBytes(large); // does not compress
    stations.getFirst().pubSub().publish(TOPIC, Bytes.wrap(large));
    for (Station station : stations) {
      Await.until("each got it", () -> !station.got().isEmpty());
      assertThat(station.got()).hasSize(1);
      assertThat(station.got().element().payload()).isEqualTo(Bytes.wrap(large));
    }
  }

  @Test
  void aForgerIsDisconnectedAndTheOthersGoOn() {
    build();
    Forger forger = new Forger();
    Server attacker = network.server(forger);
    network.connect(attacker, server(0));
    Peer victim = Await.value(forger.connected);
    Message message =
        Message.sign(
            NodeKey.generate(), TOPIC, Propagation.micros(Instant.now()), Bytes.of(1, 2, 3));
    Message forged =
        Message.received(
            message.publisher(),
            TOPIC,
            message.sequence(),
            message.payload(),
            NodeKey.generate().sign(message.id().bytes()));
    assertThat(victim.send(forger, Publish.CODE, PubSubCodec.encode(new Publish(forged)))).isTrue();
    assertThat(Await.value(forger.disconnected)).isEqualTo(DisconnectReason.SUBPROTOCOL_ERROR);
    assertThat(server(0).metrics().counter("kadlink.pubsub.dropped", "reason", "forged").count())
        .isEqualTo(1);
    MessageId published = Await.value(stations.getLast().pubSub().publish(TOPIC, Bytes.of(4))).id();
    for (Station station : stations) {
      Await.until("each got the true one", () -> !station.got().isEmpty());
      assertThat(station.got()).extracting(Message::id).containsExactly(published);
    }
  }

  /** Speaks pubsub/1 and says nothing of its own accord. */
  private static final class Forger implements Protocol {
    final CompletableFuture<Peer> connected = new CompletableFuture<>();
    final CompletableFuture<DisconnectReason> disconnected = new CompletableFuture<>();

    @Override
    public String name() {
      return "pubsub";
    }

    @Override
    public int version() {
      return 1;
    }

    @Override
    public int messageCount() {
      return PubSubCodec.MESSAGE_CODES;
    }

    @Override
    public void connected(Peer peer) {
      connected.complete(peer);
    }

    @Override
    public void message(Peer peer, int code, Bytes payload) {}

    @Override
    public void disconnected(Peer peer, DisconnectReason reason) {
      disconnected.complete(reason);
    }
  }
}
