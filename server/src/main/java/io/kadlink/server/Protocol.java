package io.kadlink.server;

import io.kadlink.rlpx.Unpacking;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Priority;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.tuweni.bytes.Bytes;

/**
 * A subprotocol. All callbacks of all protocols that share a {@link #name()} run on one loop
 * ({@link ProtocolContext#loop()}), one at a time and in order, so a protocol keeps its state in
 * plain fields. They must not block.
 */
public interface Protocol {

  /** 1 to 8 printable ASCII characters, e.g. {@code "eth"}. */
  String name();

  /** 0 or more; of several versions of one name the highest that both sides speak is used. */
  int version();

  /** How many message codes it uses: codes are 0 to {@code messageCount() - 1}. */
  int messageCount();

  /**
   * How urgent messages of this code are among all that wait for a peer: asked once for each code.
   * {@link Priority} says which order is kept between them.
   *
   * @param code 0 to {@code messageCount() - 1}
   */
  default Priority priority(int code) {
    return Priority.NORMAL;
  }

  /**
   * What metrics call messages of this code: asked once for each code.
   *
   * @param code 0 to {@code messageCount() - 1}
   */
  default String messageName(int code) {
    return "0x%02x".formatted(code);
  }

  /**
   * How many bytes it wants to have waiting for one peer at most: asked once. Above it {@link
   * Peer#hasRoom} and {@link Peer#send} say false, earlier for lower priorities, and {@link
   * #writable} follows. What a server allows is never exceeded, so this can only be less; one
   * message is let in whatever its size.
   */
  default long maxPendingBytes() {
    return Long.MAX_VALUE;
  }

  /** Name and version as Hello lists them. */
  default Capability capability() {
    return new Capability(name(), version());
  }

  /** Called once, before the server listens. */
  default void start(ProtocolContext context) {}

  /** A session with a peer that speaks this protocol is up; messages may be sent from here on. */
  default void connected(Peer peer) {}

  /**
   * One message.
   *
   * @param code 0 to {@code messageCount() - 1}
   * @param payload decompressed, the protocol's own; usually RLP
   * @throws ProtocolViolation to disconnect the peer with its reason
   */
  void message(Peer peer, int code, Bytes payload) throws ProtocolViolation;

  /** That a message is worked off. */
  CompletionStage<?> DONE = CompletableFuture.completedStage(null);

  /**
   * What the server calls for each message; unless overridden, {@link #message}. A protocol that
   * works on messages elsewhere returns a stage that ends when it is done with this one: until then
   * its bytes count as unread, and a peer that sends faster than that is slowed down. The next
   * message comes all the same. A stage that fails with a {@link ProtocolViolation} disconnects the
   * peer with its reason.
   */
  default CompletionStage<?> handle(Peer peer, int code, Bytes payload) throws ProtocolViolation {
    message(peer, code, payload);
    return DONE;
  }

  /**
   * The first half of {@link #handle}, for a payload of {@link Unpacking#LARGE_BYTES} or more: what
   * takes long and needs nothing of the protocol's state, such as decoding it. Called on another
   * thread than the loop, which serves other peers meanwhile. What this peer sends behind it waits,
   * and so does {@link #disconnected}.
   *
   * @return the second half, which is called on the loop
   * @throws ProtocolViolation to disconnect the peer with its reason
   */
  default Decoded decodeLarge(Peer peer, int code, Bytes payload) throws ProtocolViolation {
    return () -> handle(peer, code, payload);
  }

  /** A large message that is ready to be handled. */
  @FunctionalInterface
  interface Decoded {
    /** On the loop, as {@link Protocol#handle}. */
    CompletionStage<?> handle() throws ProtocolViolation;
  }

  /**
   * There was a lack of room ({@link Peer#send} or {@link Peer#hasRoom} said false), and now three
   * quarters of what this protocol may have waiting are free again. Called once after any number of
   * such answers.
   */
  default void writable(Peer peer) {}

  /** The session is gone; nothing more can be sent. Follows every {@link #connected}. */
  default void disconnected(Peer peer, DisconnectReason reason) {}

  /** The server is stopping; sessions are still up and get their goodbye afterwards. */
  default void stop() {}
}
