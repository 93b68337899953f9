package io.kadlink.protocols.pubsub.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.NodeKey;
import io.kadlink.protocols.pubsub.wire.Packet.Announcement;
import io.kadlink.protocols.pubsub.wire.Packet.Change;
import io.kadlink.protocols.pubsub.wire.Packet.Graft;
import io.kadlink.protocols.pubsub.wire.Packet.IHave;
import io.kadlink.protocols.pubsub.wire.Packet.IWant;
import io.kadlink.protocols.pubsub.wire.Packet.Prune;
import io.kadlink.protocols.pubsub.wire.Packet.Pruned;
import io.kadlink.protocols.pubsub.wire.Packet.Publish;
import io.kadlink.protocols.pubsub.wire.Packet.Subscriptions;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.rlp.RLPWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PubSubCodecTest {
  private static final NodeKey KEY = NodeKey.of(Bytes32.leftPad(Bytes.of(1)));
  private static final Topic TOPIC = new Topic(1, "weather");
  private static final Topic WIDE = new Topic(-1, "~".repeat(Limits.MAX_TOPIC_NAME_BYTES));

  static Stream<Packet> packets() {
    return Stream.of(
        new Subscriptions(List.of()),
        new Subscriptions(List.of(new Change(TOPIC, true), new Change(WIDE, false))),
        new Publish(Message.sign(KEY, TOPIC, 0, Bytes.EMPTY)),
        new Publish(Message.sign(KEY, WIDE, -1, Bytes.repeat((byte) 3, 100_000))),
        new Graft(List.of(TOPIC, WIDE)),
        new Prune(List.of(new Pruned(TOPIC, 60), new Pruned(WIDE, 0), new Pruned(TOPIC, -1))),
        new IHave(
            List.of(new Announcement(TOPIC, ids(3)), new Announcement(new Topic(0, "a"), ids(0)))),
        new IWant(ids(2)));
  }

  @ParameterizedTest
  @MethodSource("packets")
  void whatIsEncodedIsDecodedToTheSame(Packet packet) throws ProtocolViolation {
    assertThat(PubSubCodec.decode(packet.code(), PubSubCodec.encode(packet))).contains(packet);
  }

  @ParameterizedTest
  @MethodSource("packets")
  void elementsAfterTheKnownOnesAreIgnored(Packet packet) throws ProtocolViolation {
    Bytes known = RLP.decode(PubSubCodec.encode(packet), r -> r.readList(l -> l.readRemaining()));
    Bytes more = Bytes.concatenate(RLP.encodeString("news"), RLP.encodeList(l -> l.writeInt(7)));
    Bytes longer = rlp(writer -> writer.writeRLP(Bytes.concatenate(known, more)));
    assertThat(PubSubCodec.decode(packet.code(), longer)).contains(packet);
  }

  @Test
  void elementsAfterTheKnownOnesOfAnEntryAreIgnored() throws ProtocolViolation {
    Bytes encoded =
        rlp(
            packet ->
                packet.writeList(
                    entries ->
                        entries.writeList(
                            entry -> {
                              entry.writeList(
                                  topic -> {
                                    topic.writeInt(1);
                                    topic.writeString("weather");
                                    topic.writeString("in Paris");
                                  });
                              entry.writeInt(60);
                              entry.writeList(peers -> peers.writeString("someone else"));
                            })));
    assertThat(PubSubCodec.decode(Prune.CODE, encoded))
        .contains(new Prune(List.of(new Pruned(TOPIC, 60))));
  }

  @ParameterizedTest
  @ValueSource(ints = {0x06, 0x0f})
  void codesSetAsideAreNoViolation(int code) throws ProtocolViolation {
    assertThat(PubSubCodec.decode(code, Bytes.fromHexString("0xdeadbeef"))).isEmpty();
  }

  @Test
  void theLargestOfEachIsAccepted() throws ProtocolViolation {
    List<Topic> topics =
        IntStream.range(0, Limits.MAX_TOPICS_PER_MESSAGE)
            .mapToObj(i -> new Topic(-1, "%0128d".formatted(i)))
            .toList();
    List<Packet> largest =
        List.of(
            new Subscriptions(topics.stream().map(t -> new Change(t, true)).toList()),
            new Graft(topics),
            new Prune(topics.stream().map(t -> new Pruned(t, -1)).toList()),
            new IWant(ids(Limits.MAX_IDS_PER_MESSAGE)),
            new IHave(
                Stream.concat(
                        topics.stream().skip(1).map(t -> new Announcement(t, List.of())),
                        Stream.of(
                            new Announcement(topics.getFirst(), ids(Limits.MAX_IDS_PER_MESSAGE))))
                    .toList()),
            new Publish(
                Message.sign(KEY, WIDE, -1, Bytes.wrap(new byte[Limits.MAX_PAYLOAD_BYTES]))));
    for (Packet packet : largest) {
      assertThat(PubSubCodec.decode(packet.code(), PubSubCodec.encode(packet))).contains(packet);
    }
  }

  @Test
  void aSenderKeepsToTheLimits() {
    List<Topic> topics =
        IntStream.rangeClosed(0, Limits.MAX_TOPICS_PER_MESSAGE)
            .mapToObj(i -> new Topic(1, "t" + i))
            .toList();
    List<MessageId> many = ids(Limits.MAX_IDS_PER_MESSAGE + 1);
    for (Packet packet :
        List.of(
            new Graft(topics),
            new IWant(many),
            new IHave(
                List.of(
                    new Announcement(TOPIC, many.subList(0, 2)),
                    new Announcement(WIDE, many.subList(2, many.size())))))) {
      assertThatIllegalArgumentException().isThrownBy(() -> PubSubCodec.encode(packet));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Message.sign(KEY, TOPIC, 1, Bytes.wrap(new byte[Limits.MAX_PAYLOAD_BYTES + 1])));
    for (String name : List.of("", "a b", "a\n", "é", "a".repeat(129))) {
      assertThatIllegalArgumentException().isThrownBy(() -> new Topic(1, name));
    }
  }

  @Test
  void aPayloadOverTheLimitIsAViolation() {
    assertMalformed(
        Publish.CODE,
        rlp(
            writer -> {
              writer.writeValue(KEY.id().bytes());
              PubSubCodec.writeTopic(writer, TOPIC);
              writer.writeInt(1);
              writer.writeValue(Bytes.wrap(new byte[Limits.MAX_PAYLOAD_BYTES + 1]));
              writer.writeValue(Bytes.wrap(new byte[65]));
            }),
        "payload of 1048577 bytes");
  }

  @Test
  void aPacketOverTheLimitIsAViolationWhateverIsInIt() {
    assertMalformed(
        Publish.CODE, Bytes.wrap(new byte[Limits.MAX_PUBLISH_BYTES + 1]), "at most 1052672");
    assertMalformed(
        IWant.CODE, Bytes.wrap(new byte[Limits.MAX_CONTROL_BYTES + 1]), "at most 262144");
    assertMalformed(0x0f, Bytes.wrap(new byte[Limits.MAX_CONTROL_BYTES + 1]), "at most 262144");
  }

  @Test
  void moreEntriesThanAllowedAreAViolation() {
    Bytes grafts =
        rlp(
            packet ->
                packet.writeList(
                    topics -> {
                      for (int i = 0; i <= Limits.MAX_TOPICS_PER_MESSAGE; i++) {
                        PubSubCodec.writeTopic(topics, TOPIC);
                      }
                    }));
    assertMalformed(Graft.CODE, grafts, "more than 256 elements");
    Bytes iHave =
        rlp(
            packet ->
                packet.writeList(
                    announcements -> {
                      for (int ids : new int[] {Limits.MAX_IDS_PER_MESSAGE, 1}) {
                        announcements.writeList(
                            announcement -> {
                              PubSubCodec.writeTopic(announcement, TOPIC);
                              announcement.writeList(
                                  list -> ids(ids).forEach(id -> list.writeValue(id.bytes())));
                            });
                      }
                    }));
    assertMalformed(IHave.CODE, iHave, "more than 0 elements");
  }

  static Stream<Bytes> malformedGrafts() {
    return Stream.of(
        Bytes.EMPTY,
        Bytes.of(0x80),
        Bytes.of(0xc0),
        Bytes.fromHexString("0xc180"), // no list inside
        Bytes.fromHexString("0xc1c0").slice(0, 1), // cut short
        Bytes.fromHexString("0xfbffffffffffffffff"), // a length beyond everything
        Bytes.fromHexString("0xffffffffffffffffff"),
        Bytes.concatenate(graft("w", Bytes.of(1)), Bytes.of(0)), // bytes after the packet
        graft("", Bytes.of(1)),
        graft("a b", Bytes.of(1)),
        graft("a\u007f", Bytes.of(1)),
        graft("x".repeat(129), Bytes.of(1)),
        graft("w", Bytes.fromHexString("0x0001")), // leading zero
        graft("w", Bytes.fromHexString("0x010000000000000000"))); // 9 bytes
  }

  @ParameterizedTest
  @MethodSource("malformedGrafts")
  void malformedBytesAreAViolation(Bytes encoded) {
    assertMalformed(Graft.CODE, encoded, "malformed");
  }

  @Test
  void idsAndSignaturesOfAnotherSizeAreAViolation() {
    assertMalformed(
        IWant.CODE,
        rlp(packet -> packet.writeList(list -> list.writeValue(Bytes.wrap(new byte[31])))),
        "message id of 31 bytes");
    Message message = Message.sign(KEY, TOPIC, 1, Bytes.of(1));
    assertMalformed(
        Publish.CODE, publish(message, message.signature().bytes().slice(1)), "signature of 64");
    Bytes oddV = Bytes.concatenate(message.signature().bytes().slice(0, 64), Bytes.of(2));
    assertMalformed(Publish.CODE, publish(message, oddV), "recovery id");
    Bytes negativeV = Bytes.concatenate(message.signature().bytes().slice(0, 64), Bytes.of(0x80));
    assertMalformed(Publish.CODE, publish(message, negativeV), "recovery id");
  }

  private static Bytes publish(Message message, Bytes signature) {
    return rlp(
        writer -> {
          writer.writeValue(message.publisher().bytes());
          PubSubCodec.writeTopic(writer, message.topic());
          PubSubCodec.writeUnsigned(writer, message.sequence());
          writer.writeValue(message.payload());
          writer.writeValue(signature);
        });
  }

  private static Bytes graft(String name, Bytes chainId) {
    return rlp(
        packet ->
            packet.writeList(
                topics ->
                    topics.writeList(
                        topic -> {
                          topic.writeValue(chainId);
                          topic.writeString(name);
                        })));
  }

  private static void assertMalformed(int code, Bytes encoded, String why) {
    assertThatThrownBy(() -> PubSubCodec.decode(code, encoded))
        .isInstanceOfSatisfying(
            ProtocolViolation.class,
            e -> {
              assertThat(e.reason()).isEqualTo(DisconnectReason.SUBPROTOCOL_ERROR);
              assertThat(e).hasMessageContaining(why);
            });
  }

  private static Bytes rlp(Consumer<RLPWriter> content) {
    return RLP.encodeList(content);
  }

  private static List<MessageId> ids(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new MessageId(Bytes32.leftPad(Bytes.ofUnsignedInt(i))))
        .toList();
  }
}
