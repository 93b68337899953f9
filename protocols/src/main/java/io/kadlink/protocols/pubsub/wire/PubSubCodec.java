package io.kadlink.protocols.pubsub.wire;

import io.kadlink.identity.NodeId;
import io.kadlink.identity.Signature;
import io.kadlink.identity.crypto.Secp256k1;
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
import io.kadlink.rlpx.wire.Priority;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.rlp.RLPException;
import org.apache.tuweni.rlp.RLPReader;
import org.apache.tuweni.rlp.RLPWriter;

/**
 * Turns {@link Packet}s into RLP and back. Sizes and counts are checked before anything is kept,
 * ids are copied out of the packet that brought them, and list elements after the known ones are
 * skipped unread (EIP-8).
 */
public final class PubSubCodec {
  /** Codes set aside for pubsub/1; those without a packet yet are ignored by receivers. */
  public static final int MESSAGE_CODES = 16;

  private static final int MAX_UNSIGNED_BYTES = Long.BYTES;

  private PubSubCodec() {}

  /**
   * The RLP of {@code packet}, without its code.
   *
   * @throws IllegalArgumentException when it is over a limit that the receiver would not accept
   */
  public static Bytes encode(Packet packet) {
    Bytes encoded =
        RLP.encodeList(
            writer -> {
              switch (packet) {
                case Subscriptions subscriptions ->
                    writer.writeList(
                        withinTopics(subscriptions.changes()), PubSubCodec::writeChange);
                case Publish publish -> writeMessage(writer, publish.message());
                case Graft graft ->
                    writer.writeList(withinTopics(graft.topics()), PubSubCodec::writeTopic);
                case Prune prune ->
                    writer.writeList(withinTopics(prune.pruned()), PubSubCodec::writePruned);
                case IHave iHave -> {
                  withinIds(iHave.announcements().stream().mapToInt(a -> a.ids().size()).sum());
                  writer.writeList(
                      withinTopics(iHave.announcements()), PubSubCodec::writeAnnouncement);
                }
                case IWant iWant -> {
                  withinIds(iWant.ids().size());
                  writer.writeList(iWant.ids(), PubSubCodec::writeId);
                }
              }
            });
    int limit = maxBytes(packet.code());
    if (encoded.size() > limit) {
      throw new IllegalArgumentException(
          "packet " + packet.code() + " has " + encoded.size() + " bytes of at most " + limit);
    }
    return encoded;
  }

  /**
   * Reads one packet.
   *
   * @return empty for a code that pubsub/1 sets aside but does not use
   * @throws ProtocolViolation when it is malformed or over a limit
   */
  public static Optional<Packet> decode(int code, Bytes encoded) throws ProtocolViolation {
    if (encoded.size() > maxBytes(code)) {
      throw violation(
          "packet " + code + " has " + encoded.size() + " bytes of at most " + maxBytes(code));
    }
    Function<RLPReader, Packet> read;
    switch (code) {
      case Subscriptions.CODE ->
          read = reader -> new Subscriptions(topicList(reader, PubSubCodec::readChange));
      case Publish.CODE -> read = reader -> new Publish(readMessage(reader));
      case Graft.CODE -> read = reader -> new Graft(topicList(reader, PubSubCodec::readTopic));
      case Prune.CODE -> read = reader -> new Prune(topicList(reader, PubSubCodec::readPruned));
      case IHave.CODE -> read = PubSubCodec::readIHave;
      case IWant.CODE ->
          read = reader -> new IWant(list(reader, Limits.MAX_IDS_PER_MESSAGE, PubSubCodec::readId));
      default -> {
        return Optional.empty();
      }
    }
    try {
      return Optional.of(RLP.decode(encoded, outer -> readWhole(outer, read)));
    } catch (MalformedException
        | RLPException
        | IllegalArgumentException
        | IndexOutOfBoundsException e) {
      throw new ProtocolViolation(
          DisconnectReason.SUBPROTOCOL_ERROR,
          "packet " + code + " is malformed: " + e.getMessage(),
          e);
    }
  }

  /** The name of the packet with this code; codes without one are reserved. */
  public static String name(int code) {
    return switch (code) {
      case Subscriptions.CODE -> "Subscriptions";
      case Publish.CODE -> "Publish";
      case Graft.CODE -> "Graft";
      case Prune.CODE -> "Prune";
      case IHave.CODE -> "IHave";
      case IWant.CODE -> "IWant";
      default -> "reserved";
    };
  }

  /** Control is short and keeps the mesh in shape; what IHAVE announces is on its way elsewhere. */
  public static Priority priority(int code) {
    return switch (code) {
      case Publish.CODE -> Priority.NORMAL;
      case IHave.CODE -> Priority.LOW;
      default -> Priority.HIGH;
    };
  }

  private static int maxBytes(int code) {
    return code == Publish.CODE ? Limits.MAX_PUBLISH_BYTES : Limits.MAX_CONTROL_BYTES;
  }

  private static ProtocolViolation violation(String message) {
    return new ProtocolViolation(DisconnectReason.SUBPROTOCOL_ERROR, message);
  }

  // Writing

  private static <T> List<T> withinTopics(List<T> entries) {
    if (entries.size() > Limits.MAX_TOPICS_PER_MESSAGE) {
      throw new IllegalArgumentException(
          entries.size() + " entries of at most " + Limits.MAX_TOPICS_PER_MESSAGE);
    }
    return entries;
  }

  private static void withinIds(int ids) {
    if (ids > Limits.MAX_IDS_PER_MESSAGE) {
      throw new IllegalArgumentException(ids + " ids of at most " + Limits.MAX_IDS_PER_MESSAGE);
    }
  }

  static void writeTopic(RLPWriter writer, Topic topic) {
    writer.writeList(
        inner -> {
          writeUnsigned(inner, topic.chainId());
          inner.writeValue(Bytes.wrap(topic.name().getBytes(StandardCharsets.US_ASCII)));
        });
  }

  /** An unsigned 64-bit number: big endian, no leading zeros, zero as the empty string. */
  static void writeUnsigned(RLPWriter writer, long value) {
    writer.writeValue(Bytes.ofUnsignedLong(value).trimLeadingZeros());
  }

  private static void writeId(RLPWriter writer, MessageId id) {
    writer.writeValue(id.bytes());
  }

  private static void writeChange(RLPWriter writer, Change change) {
    writer.writeList(
        inner -> {
          writeTopic(inner, change.topic());
          writeUnsigned(inner, change.subscribed() ? 1 : 0);
        });
  }

  private static void writePruned(RLPWriter writer, Pruned pruned) {
    writer.writeList(
        inner -> {
          writeTopic(inner, pruned.topic());
          writeUnsigned(inner, pruned.backoffSeconds());
        });
  }

  private static void writeAnnouncement(RLPWriter writer, Announcement announcement) {
    writer.writeList(
        inner -> {
          writeTopic(inner, announcement.topic());
          inner.writeList(announcement.ids(), PubSubCodec::writeId);
        });
  }

  private static void writeMessage(RLPWriter writer, Message message) {
    writer.writeValue(message.publisher().bytes());
    writeTopic(writer, message.topic());
    writeUnsigned(writer, message.sequence());
    writer.writeValue(message.payload());
    writer.writeValue(message.signature().bytes());
  }

  // Reading

  private static Packet readWhole(RLPReader outer, Function<RLPReader, Packet> read) {
    Packet packet = outer.readList(read);
    if (!outer.isComplete()) {
      throw new MalformedException("bytes after the packet");
    }
    return packet;
  }

  private static <T> List<T> topicList(RLPReader reader, Function<RLPReader, T> element) {
    return list(reader, Limits.MAX_TOPICS_PER_MESSAGE, element);
  }

  private static <T> List<T> list(RLPReader reader, int max, Function<RLPReader, T> element) {
    return reader.readList(
        inner -> {
          List<T> elements = new ArrayList<>();
          while (!inner.isComplete()) {
            if (elements.size() == max) {
              throw new MalformedException("more than " + max + " elements");
            }
            elements.add(element.apply(inner));
          }
          return elements;
        });
  }

  private static Topic readTopic(RLPReader reader) {
    return reader.readList(
        inner -> {
          long chainId = readUnsigned(inner, "chain id");
          Bytes name = inner.readValue();
          if (name.size() > Limits.MAX_TOPIC_NAME_BYTES) {
            throw new MalformedException("topic name of " + name.size() + " bytes");
          }
          String text = new String(name.toArrayUnsafe(), StandardCharsets.ISO_8859_1);
          if (!Topic.isValidName(text)) {
            throw new MalformedException("topic name is empty or not printable ASCII");
          }
          return new Topic(chainId, text);
        });
  }

  private static long readUnsigned(RLPReader reader, String what) {
    Bytes value = reader.readValue();
    if (value.size() > MAX_UNSIGNED_BYTES) {
      throw new MalformedException(what + " of " + value.size() + " bytes");
    }
    if (!value.isEmpty() && value.get(0) == 0) {
      throw new MalformedException(what + " with leading zeros");
    }
    return value.toLong();
  }

  private static Bytes readFixed(RLPReader reader, int size, String what) {
    Bytes value = reader.readValue();
    if (value.size() != size) {
      throw new MalformedException(what + " of " + value.size() + " bytes instead of " + size);
    }
    return value.copy();
  }

  private static MessageId readId(RLPReader reader) {
    return new MessageId(Bytes32.wrap(readFixed(reader, Bytes32.SIZE, "message id")));
  }

  private static Change readChange(RLPReader reader) {
    return reader.readList(
        inner -> {
          Topic topic = readTopic(inner);
          long flag = readUnsigned(inner, "subscription flag");
          if (flag != 0 && flag != 1) {
            throw new MalformedException("subscription flag is neither 0 nor 1");
          }
          return new Change(topic, flag == 1);
        });
  }

  private static Pruned readPruned(RLPReader reader) {
    return reader.readList(
        inner -> {
          Topic topic = readTopic(inner);
          return new Pruned(topic, readUnsigned(inner, "back-off"));
        });
  }

  private static IHave readIHave(RLPReader reader) {
    int[] idsLeft = {Limits.MAX_IDS_PER_MESSAGE};
    return new IHave(
        topicList(
            reader,
            entry ->
                entry.readList(
                    inner -> {
                      Topic topic = readTopic(inner);
                      List<MessageId> ids = list(inner, idsLeft[0], PubSubCodec::readId);
                      idsLeft[0] -= ids.size();
                      return new Announcement(topic, ids);
                    })));
  }

  private static Message readMessage(RLPReader reader) {
    NodeId publisher = new NodeId(Bytes32.wrap(readFixed(reader, Bytes32.SIZE, "publisher")));
    Topic topic = readTopic(reader);
    long sequence = readUnsigned(reader, "sequence");
    Bytes payload = reader.readValue();
    if (payload.size() > Limits.MAX_PAYLOAD_BYTES) {
      throw new MalformedException(
          "payload of " + payload.size() + " bytes, at most " + Limits.MAX_PAYLOAD_BYTES);
    }
    Bytes signature = readFixed(reader, Secp256k1.SIGNATURE_BYTES, "signature");
    if (signature.get(Secp256k1.SIGNATURE_BYTES - 1) >>> 1 != 0) {
      throw new MalformedException("recovery id is neither 0 nor 1");
    }
    return Message.received(publisher, topic, sequence, payload, new Signature(signature));
  }

  /** Leaves the reader's lambdas; never leaves {@link #decode}. */
  private static final class MalformedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedException(String message) {
      super(message, null, false, false);
    }
  }
}
