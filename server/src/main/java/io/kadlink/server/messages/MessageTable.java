package io.kadlink.server.messages;

import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Priority;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.tuweni.bytes.Bytes;

/**
 * The messages of a protocol: each type with its code, its codec and its priority. Immutable.
 *
 * @param <M> what all messages have in common, usually a sealed interface
 */
public final class MessageTable<M> {

  /**
   * Reads one kind of message.
   *
   * @param <T> what it makes
   */
  @FunctionalInterface
  public interface Decoder<T> {
    /**
     * Reads a payload; on any thread, in several at the same time.
     *
     * @param payload everything the peer sent under the message's code
     * @throws ProtocolViolation to disconnect the peer with its reason
     * @throws RuntimeException when it is malformed: a breach of protocol
     */
    T decode(Bytes payload) throws ProtocolViolation;
  }

  private record Row<T>(
      Class<T> type, Function<? super T, Bytes> encoder, Decoder<T> decoder, Priority priority) {
    Bytes encode(Object message) {
      return encoder.apply(type.cast(message));
    }
  }

  private final List<Row<? extends M>> rows;
  private final Map<Class<?>, Integer> codes = new HashMap<>();

  private MessageTable(List<Row<? extends M>> rows) {
    this.rows = List.copyOf(rows);
    for (int code = 0; code < rows.size(); code++) {
      if (codes.put(rows.get(code).type(), code) != null) {
        throw new IllegalArgumentException(rows.get(code).type() + " is there twice");
      }
    }
  }

  /** An empty table; the first message added has code 0. */
  public static <M> Builder<M> builder() {
    return new Builder<>();
  }

  /** How many codes it uses. */
  public int size() {
    return rows.size();
  }

  /**
   * The code of a message.
   *
   * @throws IllegalArgumentException when its class is not in the table
   */
  public int code(M message) {
    Integer code = codes.get(message.getClass());
    if (code == null) {
      throw new IllegalArgumentException(message.getClass() + " is no message of this protocol");
    }
    return code;
  }

  /** The payload of a message. */
  public Bytes encode(M message) {
    return rows.get(code(message)).encode(message);
  }

  /**
   * The message in a payload.
   *
   * @throws ProtocolViolation when there is none
   */
  public M decode(int code, Bytes payload) throws ProtocolViolation {
    Row<? extends M> row = rows.get(code);
    try {
      return row.decoder().decode(payload);
    } catch (RuntimeException e) {
      throw new ProtocolViolation(
          DisconnectReason.PROTOCOL_BREACH,
          "malformed-message",
          "malformed " + row.type().getSimpleName() + ": " + e.getMessage(),
          e);
    }
  }

  /** The simple name of the class of messages of a code. */
  public String name(int code) {
    return rows.get(code).type().getSimpleName();
  }

  /** How urgent messages of a code are. */
  public Priority priority(int code) {
    return rows.get(code).priority();
  }

  /**
   * Collects messages in the order of their codes.
   *
   * @param <M> what all messages have in common
   */
  public static final class Builder<M> {
    private final List<Row<? extends M>> rows = new ArrayList<>();

    private Builder() {}

    /** The message with the next code, of normal priority. */
    public <T extends M> Builder<M> add(
        Class<T> type, Function<? super T, Bytes> encoder, Decoder<T> decoder) {
      return add(type, Priority.NORMAL, encoder, decoder);
    }

    /** The message with the next code. */
    public <T extends M> Builder<M> add(
        Class<T> type, Priority priority, Function<? super T, Bytes> encoder, Decoder<T> decoder) {
      rows.add(new Row<>(type, encoder, decoder, priority));
      return this;
    }

    public MessageTable<M> build() {
      return new MessageTable<>(rows);
    }
  }
}
