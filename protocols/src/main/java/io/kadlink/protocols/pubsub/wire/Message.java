package io.kadlink.protocols.pubsub.wire;

import io.kadlink.identity.NodeId;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signature;
import io.kadlink.identity.Signer;
import io.kadlink.identity.crypto.InvalidCurveInputException;
import io.kadlink.identity.crypto.Keccak256;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.jspecify.annotations.Nullable;

/** One publication, signed by its publisher (docs/protocols/pubsub.md §Messages). Immutable. */
public final class Message {
  /**
   * Sets what is signed here apart from all else a node key signs: no RLP list, no transaction type
   * and no discovery packet begins with this text.
   */
  private static final Bytes DOMAIN =
      Bytes.wrap("kadlink/pubsub/1/message".getBytes(StandardCharsets.US_ASCII));

  /** Half the order of secp256k1: of s and its negative only the smaller is a valid signature. */
  private static final Bytes32 HALF_ORDER =
      Bytes32.fromHexString("0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

  private final NodeId publisher;
  private final Topic topic;
  private final long sequence;
  private final Bytes payload;
  private final Signature signature;
  private @Nullable MessageId id;

  private Message(
      NodeId publisher, Topic topic, long sequence, Bytes payload, Signature signature) {
    this.publisher = publisher;
    this.topic = topic;
    this.sequence = sequence;
    this.payload = payload;
    this.signature = signature;
  }

  /**
   * A message as it came in; nothing about it is known to be true before {@link #isAuthentic()}.
   *
   * @throws IllegalArgumentException when the payload is over the limit
   */
  public static Message received(
      NodeId publisher, Topic topic, long sequence, Bytes payload, Signature signature) {
    checkSize(payload);
    return new Message(publisher, topic, sequence, payload, signature);
  }

  /**
   * Signs a new message.
   *
   * @param sequence microseconds since the epoch, higher than any this publisher used before
   * @throws IllegalArgumentException when the payload is over the limit
   */
  public static Message sign(Signer signer, Topic topic, long sequence, Bytes payload) {
    checkSize(payload);
    Bytes own = Bytes.wrap(payload.toArray()); // copy() shares a whole array with its owner
    NodeId publisher = signer.publicKey().id();
    MessageId id = computeId(publisher, topic, sequence, own);
    Message message = new Message(publisher, topic, sequence, own, signer.sign(id.bytes()));
    message.id = id;
    return message;
  }

  private static void checkSize(Bytes payload) {
    if (payload.size() > Limits.MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException(
          "a payload has at most "
              + Limits.MAX_PAYLOAD_BYTES
              + " bytes, this one has "
              + payload.size());
    }
  }

  private static MessageId computeId(NodeId publisher, Topic topic, long sequence, Bytes payload) {
    Bytes32 payloadHash = Bytes32.wrap(Keccak256.hash(payload.toArrayUnsafe()));
    Bytes content =
        RLP.encodeList(
            writer -> {
              writer.writeValue(publisher.bytes());
              PubSubCodec.writeTopic(writer, topic);
              PubSubCodec.writeUnsigned(writer, sequence);
              writer.writeValue(payloadHash);
            });
    return new MessageId(
        Bytes32.wrap(Keccak256.hash(Bytes.concatenate(DOMAIN, content).toArrayUnsafe())));
  }

  /** The id, computed on first use. Two threads may both compute it; they find the same. */
  public MessageId id() {
    MessageId known = id;
    if (known == null) {
      known = computeId(publisher, topic, sequence, payload);
      id = known;
    }
    return known;
  }

  /**
   * Whether {@link #publisher()} signed this content: the key recovered from the signature hashes
   * to the publisher's node id. One curve operation.
   */
  public boolean isAuthentic() {
    if (signature.s().compareTo(HALF_ORDER) > 0) {
      return false;
    }
    try {
      return PublicKey.recover(id().bytes(), signature).id().equals(publisher);
    } catch (InvalidCurveInputException e) {
      return false;
    }
  }

  /** The node id of who signed it. */
  public NodeId publisher() {
    return publisher;
  }

  public Topic topic() {
    return topic;
  }

  /** Unsigned; when the publisher says it published, in microseconds since the epoch. */
  public long sequence() {
    return sequence;
  }

  /** {@link #sequence()} as a point in time. */
  public Instant publishedAt() {
    return Instant.EPOCH
        .plusSeconds(Long.divideUnsigned(sequence, 1_000_000))
        .plusNanos(Long.remainderUnsigned(sequence, 1_000_000) * 1_000);
  }

  /** 0 to {@value Limits#MAX_PAYLOAD_BYTES} bytes. */
  public Bytes payload() {
    return payload;
  }

  public Signature signature() {
    return signature;
  }

  /** Equal when content and signature are. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Message that
        && id().equals(that.id())
        && signature.equals(that.signature);
  }

  @Override
  public int hashCode() {
    return Objects.hash(id());
  }

  @Override
  public String toString() {
    return "Message["
        + id().shortForm()
        + " on "
        + topic
        + " by "
        + publisher.shortForm()
        + ", "
        + payload.size()
        + " bytes]";
  }
}
