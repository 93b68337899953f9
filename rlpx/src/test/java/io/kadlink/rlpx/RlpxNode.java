package io.kadlink.rlpx;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.SharedCapability;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.tuweni.bytes.Bytes;

/** An RLPx endpoint on loopback, for tests: its key, its counters, and what it received. */
final class RlpxNode implements AutoCloseable {
  static final Capability ECHO = new Capability("echo", 1);
  static final int ECHO_MESSAGES = 3;

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  final NodeKey key;
  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  final NettyRlpx rlpx;
  final BlockingQueue<RlpxConnection> accepted = new LinkedBlockingQueue<>();
  final InetSocketAddress address;

  /** What a session received. */
  record Message(SharedCapability capability, int id, Bytes payload) {}

  private RlpxNode(NodeKey key, UnaryOperator<RlpxOptions.Builder> change, Transport transport)
      throws Exception {
    this.key = key;
    RlpxOptions.Builder options =
        RlpxOptions.builder(key, "kadlink/test", metrics).capability(ECHO, ECHO_MESSAGES);
    rlpx = new NettyRlpx(change.apply(options).build(), transport);
    address =
        get(rlpx.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), accepted::add));
  }

  static RlpxNode listening(Transport transport, UnaryOperator<RlpxOptions.Builder> change)
      throws Exception {
    return new RlpxNode(NodeKey.generate(), change, transport);
  }

  static RlpxNode listening(Transport transport) throws Exception {
    return listening(transport, options -> options);
  }

  PublicKey publicKey() {
    return key.publicKey();
  }

  RlpxConnection dial(RlpxNode other) throws Exception {
    return get(rlpx.dial(other.address, other.publicKey()));
  }

  /** The next connection this node accepted. */
  RlpxConnection accepted() throws Exception {
    RlpxConnection connection = accepted.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (connection == null) {
      throw new AssertionError("no connection was accepted");
    }
    return connection;
  }

  /** How often what this counter names was counted. */
  double count(String counter, String... tags) {
    return metrics.find(counter).tags(Tags.of(tags)).counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  /** Starts delivery into a queue. */
  static BlockingQueue<Message> receive(RlpxConnection connection) {
    BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
    connection.start(
        (capability, id, payload) -> messages.add(new Message(capability, id, payload)));
    return messages;
  }

  static <T> T next(BlockingQueue<T> queue) throws Exception {
    T value = queue.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (value == null) {
      throw new AssertionError("nothing came");
    }
    return value;
  }

  @SuppressWarnings("NullAway") // a stage of Void completes with null
  static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** What a failed stage failed with. */
  static RlpxException failure(CompletionStage<?> stage) throws Exception {
    try {
      get(stage);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RlpxException failure) {
        return failure;
      }
      throw e;
    }
    throw new AssertionError("it did not fail");
  }

  /** Waits until {@code value} says so. */
  static void await(String what, Supplier<Boolean> value) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!value.get()) {
      if (System.nanoTime() > end) {
        throw new TimeoutException("waited for: " + what);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  static Optional<DisconnectReason> reason(DisconnectReason reason) {
    return Optional.of(reason);
  }

  @Override
  public void close() {
    rlpx.close();
  }
}
