package io.kadlink.protocols.pubsub;

import io.kadlink.identity.NodeKey;
import io.kadlink.protocols.pubsub.wire.Message;
import io.kadlink.protocols.pubsub.wire.MessageId;
import io.kadlink.protocols.pubsub.wire.Packet;
import io.kadlink.protocols.pubsub.wire.Packet.Change;
import io.kadlink.protocols.pubsub.wire.Packet.Graft;
import io.kadlink.protocols.pubsub.wire.Packet.Publish;
import io.kadlink.protocols.pubsub.wire.Packet.Subscriptions;
import io.kadlink.protocols.pubsub.wire.PubSubCodec;
import io.kadlink.protocols.pubsub.wire.Topic;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.testing.MemoryNetwork;
import io.kadlink.server.testing.MemoryNode;
import io.kadlink.server.testing.TestPeer;
import io.micrometer.core.instrument.Counter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.tuweni.bytes.Bytes;

/**
 * One node that runs pubsub, on virtual time, and peers whose part the test plays packet by packet.
 */
final class Scene {
  static final Topic TOPIC = new Topic(1, "weather");
  static final Topic OTHER = new Topic(1, "news");

  final MemoryNetwork network;
  final PubSub pubSub;
  final MemoryNode node;
  final List<Message> delivered = new ArrayList<>();
  private long sequences;

  Scene() {
    this(PubSubOptions.builder());
  }

  Scene(PubSubOptions.Builder options) {
    this(options, 1);
  }

  Scene(PubSubOptions.Builder options, long seed) {
    network = new MemoryNetwork(seed);
    pubSub = new PubSub(options.build());
    node = network.node(pubSub.protocol());
  }

  /** Our node subscribes; what it gets is in {@link #delivered}. */
  Subscription subscribe(Topic topic) {
    Subscription subscription = pubSub.subscribe(topic, delivered::add);
    settle();
    return subscription;
  }

  void validator(Topic topic, Validator validator) {
    pubSub.validator(topic, validator);
    settle();
  }

  /** Exactly {@code count} heartbeats pass. */
  void heartbeats(int count) {
    network.loop().advance(Duration.ofSeconds(count));
  }

  /** All that is due now happens. */
  void settle() {
    network.loop().runDue();
  }

  Remote peer() {
    return new Remote(false);
  }

  /** A peer that dialed us. */
  Remote inboundPeer() {
    return new Remote(true);
  }

  List<Remote> subscribers(int count, Topic topic) {
    return IntStream.range(0, count).mapToObj(i -> peer().subscribes(topic)).toList();
  }

  Message message(NodeKey publisher, Topic topic, String payload) {
    long now = Propagation.micros(network.loop().now());
    return Message.sign(
        publisher, topic, now + sequences++, Bytes.wrap(payload.getBytes(StandardCharsets.UTF_8)));
  }

  double dropped(DropReason reason) {
    return node.metrics().counter("kadlink.pubsub.dropped", "reason", reason.tag()).count();
  }

  double faults(Fault fault) {
    return node.metrics().counter("kadlink.pubsub.faults", "kind", fault.tag()).count();
  }

  double count(String name) {
    Counter counter = node.metrics().find("kadlink.pubsub." + name).counter();
    return java.util.Objects.requireNonNull(counter, name).count();
  }

  /** The far end of a session with our node. */
  final class Remote {
    final NodeKey key;
    private final boolean inbound;
    TestPeer peer;

    private Remote(boolean inbound) {
      this.key = NodeKey.generate();
      this.inbound = inbound;
      this.peer = connect();
    }

    private TestPeer connect() {
      TestPeer session = new TestPeer(key.publicKey(), pubSub.protocol());
      if (inbound) {
        session.asInbound();
      }
      pubSub.protocol().connected(session);
      return session;
    }

    void disconnects() {
      pubSub.protocol().disconnected(peer, DisconnectReason.CLIENT_QUITTING);
    }

    void reconnects() {
      disconnects();
      peer = connect();
    }

    Remote says(Packet packet) {
      try {
        tries(packet);
      } catch (ProtocolViolation e) {
        throw new AssertionError("it was told: " + e.getMessage(), e);
      }
      return this;
    }

    void tries(Packet packet) throws ProtocolViolation {
      pubSub.protocol().message(peer, packet.code(), PubSubCodec.encode(packet));
      settle();
    }

    Remote subscribes(Topic topic) {
      return says(new Subscriptions(List.of(new Change(topic, true))));
    }

    Remote grafts(Topic topic) {
      return says(new Graft(List.of(topic)));
    }

    Remote publishes(Message message) {
      return says(new Publish(message));
    }

    /** What our node sent it since the last call. */
    List<Packet> hears() {
      return peer.takeSent().stream().map(Remote::decode).toList();
    }

    <P extends Packet> List<P> hears(Class<P> kind) {
      return hears().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    List<MessageId> hearsMessages() {
      return hears(Publish.class).stream().map(publish -> publish.message().id()).toList();
    }

    private static Packet decode(TestPeer.Sent sent) {
      try {
        return PubSubCodec.decode(sent.code(), sent.payload()).orElseThrow();
      } catch (ProtocolViolation e) {
        throw new AssertionError("our node sent what it would not accept", e);
      }
    }
  }
}
