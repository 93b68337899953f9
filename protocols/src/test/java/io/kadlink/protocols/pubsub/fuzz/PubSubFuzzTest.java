package io.kadlink.protocols.pubsub.fuzz;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.testing.FuzzRunner;
import io.kadlink.protocols.pubsub.wire.Message;
import io.kadlink.protocols.pubsub.wire.MessageId;
import io.kadlink.protocols.pubsub.wire.Packet;
import io.kadlink.protocols.pubsub.wire.PubSubCodec;
import io.kadlink.protocols.pubsub.wire.Topic;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

class PubSubFuzzTest {
  private static final Duration BRIEFLY = Duration.ofSeconds(4);

  @Test
  void noBytesMakeThePubSubDecoderFailInAnUnexpectedWay() {
    Topic topic = new Topic(1, "weather");
    MessageId id = new MessageId(Bytes32.repeat((byte) 7));
    NodeKey key = NodeKey.of(Bytes32.leftPad(Bytes.of(1)));
    List<byte[]> seeds =
        Stream.of(
                new Packet.Subscriptions(List.of(new Packet.Change(topic, true))),
                new Packet.Publish(Message.sign(key, topic, 1, Bytes.of(1, 2, 3))),
                new Packet.Graft(List.of(topic)),
                new Packet.Prune(List.of(new Packet.Pruned(topic, 60))),
                new Packet.IHave(List.of(new Packet.Announcement(topic, List.of(id)))),
                new Packet.IWant(List.of(id)))
            .map(
                packet ->
                    Bytes.concatenate(Bytes.of(packet.code()), PubSubCodec.encode(packet))
                        .toArray())
            .toList();
    FuzzRunner.run(PubSubCodecFuzz.class, BRIEFLY, seeds);
  }
}
