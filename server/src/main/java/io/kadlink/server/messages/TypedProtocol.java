package io.kadlink.server.messages;

import com.google.common.util.concurrent.MoreExecutors;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Priority;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.ProtocolContext;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.LongFunction;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A subprotocol with typed messages. A subclass gets decoded messages in {@link #received}, sends
 * with {@link #send}, and asks with {@link #ask}, which matches answers by id.
 *
 * <p>Callbacks run on the protocol's loop, one at a time, and must not block. A {@linkplain
 * Handling#BLOCKING blocking} protocol has {@link #received} called on virtual threads instead: for
 * each peer one message after the other, in order, for several peers at the same time. It may wait
 * there for whatever it likes, answers of the same peer included. What it has not worked off counts
 * as unread, so that a fast peer is slowed down.
 *
 * <p>Payloads from 256 KiB on are decoded off the loop, so {@linkplain MessageTable.Decoder
 * decoders} touch nothing of the protocol's state.
 *
 * @param <M> what all messages have in common, usually a sealed interface
 */
public abstract class TypedProtocol<M> implements Protocol {
  private final String name;
  private final int version;
  private final MessageTable<M> table;
  private final Handling handling;
  private final Requests requests = new Requests();
  private final Map<Peer, Executor> workers = new ConcurrentHashMap<>();
  private @Nullable ProtocolContext context;
  private @Nullable Counter unasked;

  /** Where {@link #received} runs. */
  public enum Handling {
    /** On the protocol's loop; must not block. */
    ON_LOOP,
    /** On a virtual thread for each peer; may block. */
    BLOCKING
  }

  /** A protocol whose handlers run on its loop. */
  protected TypedProtocol(String name, int version, MessageTable<M> table) {
    this(name, version, table, Handling.ON_LOOP);
  }

  /**
   * @param name 1 to 8 printable ASCII characters
   * @param version 0 or more
   */
  protected TypedProtocol(String name, int version, MessageTable<M> table, Handling handling) {
    this.name = name;
    this.version = version;
    this.table = table;
    this.handling = handling;
  }

  /**
   * A message that is no answer to a question of ours.
   *
   * @throws ProtocolViolation to disconnect the peer with its reason
   */
  protected abstract void received(Peer peer, M message) throws ProtocolViolation;

  /** Queues a message; false when it was dropped. Any thread. */
  public final boolean send(Peer peer, M message) {
    return peer.send(this, table.code(message), table.encode(message));
  }

  /**
   * Sends a question and waits for its answer, without blocking. Any thread. Cancelling the result
   * frees what it takes; a late answer is counted and dropped.
   *
   * @param question makes the message from the id it gets
   * @param answer the kind of message that answers it
   * @param limit how long the answer may take; past it the peer's reputation suffers
   * @return fails with {@link RequestException}
   */
  public final <A extends Answer> CompletableFuture<A> ask(
      Peer peer, LongFunction<? extends M> question, Class<A> answer, Duration limit) {
    long id = requests.nextId();
    return requests.ask(
        peer, id, answer, limit, context().loop(), () -> send(peer, question.apply(id)));
  }

  /** What the server handed to this protocol. */
  protected final ProtocolContext context() {
    return Objects.requireNonNull(context, "the protocol has not been started");
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final int version() {
    return version;
  }

  @Override
  public final int messageCount() {
    return table.size();
  }

  @Override
  public final Priority priority(int code) {
    return table.priority(code);
  }

  @Override
  public final String messageName(int code) {
    return table.name(code);
  }

  /** A subclass that overrides this calls it. */
  @Override
  public void start(ProtocolContext context) {
    this.context = context;
    this.unasked =
        context.metrics().counter("kadlink.messages.unasked", "protocol", capability().toString());
  }

  /** A subclass that overrides this calls it first. */
  @Override
  public void connected(Peer peer) {
    if (handling == Handling.BLOCKING) {
      workers.put(peer, MoreExecutors.newSequentialExecutor(Thread::startVirtualThread));
    }
  }

  /** A subclass that overrides this calls it. */
  @Override
  public void disconnected(Peer peer, DisconnectReason reason) {
    requests.disconnected(peer);
    workers.remove(peer);
  }

  @Override
  public final void message(Peer peer, int code, Bytes payload) throws ProtocolViolation {
    var unused = handle(peer, code, payload);
  }

  @Override
  public final CompletionStage<?> handle(Peer peer, int code, Bytes payload)
      throws ProtocolViolation {
    return handle(peer, table.decode(code, payload));
  }

  @Override
  public final Decoded decodeLarge(Peer peer, int code, Bytes payload) throws ProtocolViolation {
    M message = table.decode(code, payload);
    return () -> handle(peer, message);
  }

  private CompletionStage<?> handle(Peer peer, M message) throws ProtocolViolation {
    if (isAnswer(peer, message)) {
      return DONE;
    }
    Executor worker = workers.get(peer);
    if (worker == null) {
      received(peer, message);
      return DONE;
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    worker.execute(
        () -> {
          try {
            received(peer, message);
            done.complete(null);
          } catch (ProtocolViolation | RuntimeException | StackOverflowError e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }

  private boolean isAnswer(Peer peer, M message) {
    if (!(message instanceof Answer answer)) {
      return false;
    }
    if (!requests.answered(peer, answer)) {
      Objects.requireNonNull(unasked).increment();
    }
    return true;
  }
}
