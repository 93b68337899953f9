package io.kadlink.rlpx;

import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.RlpxException.Step;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.netty.channel.Channel;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection in the making: its clocks, its log lines, and its one outcome.
 *
 * <pre>
 *   HANDSHAKE  initiator: auth out, ack in     recipient: auth in, ack out
 *       |      the gate is asked: authenticated?
 *   HELLO      Hello out, Hello in
 *       |      the gate is asked: greeted?
 *   a Session, or an RlpxException that says at which step and why
 * </pre>
 *
 * Confined to the channel's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close or write that fails shows as a lost channel
final class Attempt {
  private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

  private final Channel channel;
  private final boolean inbound;
  private final RlpxLimits limits;
  private final RlpxMetrics metrics;
  private final CompletableFuture<RlpxConnection> result = new CompletableFuture<>();
  private final ScheduledFuture<?> whole;
  private ScheduledFuture<?> current;
  private Step step = Step.HANDSHAKE;
  private String name;
  private Consumer<DisconnectReason> farewell;

  Attempt(Channel channel, @Nullable PublicKey dialed, RlpxOptions options, RlpxMetrics metrics) {
    this.channel = channel;
    this.inbound = dialed == null;
    this.limits = options.limits();
    this.metrics = metrics;
    this.name = direction() + text(address());
    this.farewell = reason -> channel.close();
    if (dialed != null) {
      identified(dialed);
    }
    Duration limit = limits.handshake();
    whole = after(limit, () -> timedOut("the handshake and Hello", limit));
    current = after(limits.step(), () -> timedOut("the first packet", limits.step()));
  }

  Channel channel() {
    return channel;
  }

  boolean inbound() {
    return inbound;
  }

  CompletableFuture<RlpxConnection> result() {
    return result;
  }

  boolean over() {
    return result.isDone();
  }

  Step step() {
    return step;
  }

  /** In a log line: direction, address and, once known, the first digits of the node id. */
  String name() {
    return name;
  }

  SocketAddress address() {
    return channel.remoteAddress();
  }

  /** Who it is, or claims to be. */
  void identified(PublicKey remote) {
    name = direction() + text(address()) + " (" + remote.id().shortForm() + ")";
  }

  /** How to leave from now on, other than by closing the channel. */
  void leaveBy(Consumer<DisconnectReason> way) {
    farewell = way;
  }

  /** Waits for the other side's next packet, no longer than a step may take. */
  void await(Step step, String what) {
    this.step = step;
    LOG.debug("rlpx {}: waiting for {}", name, what);
    current.cancel(false);
    current = after(limits.step(), () -> timedOut(what, limits.step()));
  }

  /** The cryptographic handshake is done; the gate takes its time now. */
  void keysAgreed() {
    step = Step.HELLO;
    pause();
  }

  /** Something other than the other side takes its time now; only the whole limit runs on. */
  void pause() {
    current.cancel(false);
  }

  /** One step of the way, for whoever follows the log. */
  void log(String what) {
    LOG.debug("rlpx {}: {}", name, what);
  }

  /** The other side broke a rule. */
  void violated(ProtocolViolation violation) {
    giveUp(step, violation.reason(), violation.rule(), violation.getMessage());
  }

  /** The connection went away, or could not be used. */
  void lost(@Nullable Throwable cause) {
    String how =
        cause == null ? "the other side closed the connection" : "connection failed: " + cause;
    String rule = cause == null ? "closed" : "network";
    fail(step, Optional.empty(), rule, how + (step == Step.HELLO ? "" : beforeKeys()));
  }

  /** We are the ones who give up: fails, and leaves in the way there is at this step. */
  void giveUp(Step at, DisconnectReason reason, String rule, String message) {
    if (!over()) {
      fail(at, Optional.of(reason), rule, message);
      farewell.accept(reason);
    }
  }

  /** Ends it, for a reason that leaves nobody to be told. */
  void fail(Step at, Optional<DisconnectReason> reason, String rule, String message) {
    if (over()) {
      return;
    }
    stopClocks();
    metrics.failed(inbound, at, rule);
    LOG.debug("rlpx {}: failed at {}: {}", name, at.name().toLowerCase(Locale.ROOT), message);
    result.completeExceptionally(new RlpxException(at, reason, message));
  }

  void succeed(RlpxConnection connection) {
    stopClocks();
    metrics.connected(inbound);
    result.complete(connection);
  }

  /** Runs {@code task} on the event loop: now when we are on it. */
  void inLoop(Runnable task) {
    if (channel.eventLoop().inEventLoop()) {
      task.run();
      return;
    }
    try {
      channel.eventLoop().execute(task);
    } catch (RejectedExecutionException shutDown) {
      result.completeExceptionally(
          new RlpxException(step, Optional.empty(), "the event loop is shut down"));
    }
  }

  private void timedOut(String what, Duration limit) {
    giveUp(
        step,
        DisconnectReason.TIMEOUT,
        "timeout",
        "waited " + limit.toMillis() + " ms for " + what);
  }

  /** An address without the slashes of its {@code toString}. */
  static String text(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? NetUtil.toSocketAddressString(inet)
        : String.valueOf(address);
  }

  private String direction() {
    return inbound ? "from " : "to ";
  }

  private void stopClocks() {
    whole.cancel(false);
    current.cancel(false);
  }

  private String beforeKeys() {
    return inbound ? " before its auth was complete" : " before its ack: has it the key we dialed?";
  }

  private ScheduledFuture<?> after(Duration delay, Runnable task) {
    return channel.eventLoop().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
  }
}
