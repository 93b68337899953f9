package io.kadlink.rlpx;

import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Hello;
import io.kadlink.rlpx.wire.Priority;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.rlpx.wire.SharedCapability;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.tuweni.bytes.Bytes;

/**
 * One node, authenticated, both Hellos exchanged. Methods may be called from any thread; the
 * listener is called on the connection's event loop, one call at a time, in wire order.
 */
public interface RlpxConnection {

  /** The key the handshake proved. */
  PublicKey remoteKey();

  Hello remoteHello();

  SocketAddress remoteAddress();

  /** Our end of the connection. */
  SocketAddress localAddress();

  /** Whether the other side dialed. */
  boolean inbound();

  /** What both sides speak, in message-id order; never empty. */
  List<SharedCapability> capabilities();

  /** Starts delivery. Messages wait unread in the socket until then. Call once. */
  void start(Listener listener);

  /**
   * Queues one message. It is compressed by the caller, encrypted and written on the event loop,
   * flushed with its neighbours once per turn.
   *
   * @param id message id on the wire (the capability's offset included)
   * @param payload at most 16 MiB - 1
   * @param priority among the messages that wait for this connection; it never overtakes an earlier
   *     one of the same or a higher priority
   * @return false when it was dropped: the connection is closed, or as much of its capability is
   *     queued as may be. In that case {@link Listener#writable} follows when there is room again
   * @throws IllegalArgumentException when no shared capability owns {@code id}, or the payload does
   *     not fit a frame (it is too long, or barely short enough and can't be compressed)
   */
  boolean send(int id, Bytes payload, Priority priority);

  /** Queues one message of normal priority. */
  default boolean send(int id, Bytes payload) {
    return send(id, payload, Priority.NORMAL);
  }

  /**
   * Whether a message would be queued now. When not, {@link Listener#writable} follows, as after a
   * message that was dropped, but nothing was.
   *
   * @param payloadBytes before compression, which is not counted on
   * @throws IllegalArgumentException when no shared capability owns {@code id}
   */
  boolean hasRoom(int id, int payloadBytes, Priority priority);

  /** Bytes queued and not yet taken by the socket. */
  long pendingBytes();

  /**
   * Stops or resumes reading from the socket: back-pressure for a slow consumer. Called by the
   * listener it holds from the next message on. Called from another thread it takes a turn of the
   * connection's event loop, and messages may be delivered until then.
   */
  void setReading(boolean reading);

  /** The round trip of the last answered ping; the first is sent a second after {@link #start}. */
  Optional<Duration> roundTrip();

  /** Sends Disconnect and closes once it is written, or after a short time limit. */
  CompletionStage<Void> disconnect(DisconnectReason reason);

  /** Completes, never exceptionally, when the connection is gone. */
  CompletionStage<Ending> closed();

  /**
   * How a connection ended.
   *
   * @param reason as told by whoever ended it
   * @param byRemote whether that was the other side
   * @param detail for logs: what exactly happened
   */
  record Ending(DisconnectReason reason, boolean byRemote, String detail) {}

  /** Receives what the other side sends. */
  interface Listener {
    /**
     * One subprotocol message.
     *
     * @param id message id on the wire (the capability's offset included)
     * @param payload decompressed; the listener's own
     * @throws ProtocolViolation to end the connection with its reason
     */
    void message(SharedCapability capability, int id, Bytes payload) throws ProtocolViolation;

    /** A message of this capability was refused for lack of room; now there is room again. */
    default void writable(SharedCapability capability) {}
  }
}
