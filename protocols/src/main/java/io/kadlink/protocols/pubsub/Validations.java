package io.kadlink.protocols.pubsub;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.protocols.pubsub.wire.Message;
import io.kadlink.protocols.pubsub.wire.MessageId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Messages that wait for their topic's validator; bounded in number, bytes and time. */
final class Validations {
  private static final Logger LOG = LoggerFactory.getLogger(Validations.class);

  /** One message under way. */
  static final class Pending {
    private final Message message;
    private final Set<Link> senders = new LinkedHashSet<>();
    private final BiConsumer<Verdict, Set<Link>> decided;
    private final Instant deadline;

    private Pending(Message message, Instant deadline, BiConsumer<Verdict, Set<Link>> decided) {
      this.message = message;
      this.deadline = deadline;
      this.decided = decided;
    }

    private void decide(Verdict verdict) {
      decided.accept(verdict, senders);
    }
  }

  private final PubSubOptions options;
  private final Loop loop;
  private final PubSubMetrics metrics;
  private final Map<MessageId, Pending> waiting = new LinkedHashMap<>();
  private long bytes;

  Validations(PubSubOptions options, Loop loop, PubSubMetrics metrics) {
    this.options = options;
    this.loop = loop;
    this.metrics = metrics;
  }

  boolean hasRoomFor(Message message) {
    return waiting.size() < options.maxValidations()
        && bytes + message.payload().size() <= options.maxValidationBytes();
  }

  /**
   * Hands {@code message} to {@code validator}.
   *
   * @param decided gets the verdict, and who sent duplicates meanwhile, on the loop
   */
  void start(
      Message message, Validator validator, Instant now, BiConsumer<Verdict, Set<Link>> decided) {
    Pending pending = new Pending(message, now.plus(options.validationTimeout()), decided);
    waiting.put(message.id(), pending);
    bytes += message.payload().size();
    CompletableFuture<Verdict> verdict;
    try {
      verdict = validator.validate(message).toCompletableFuture();
    } catch (RuntimeException e) {
      verdict = CompletableFuture.failedFuture(e);
    }
    if (verdict.isDone()) {
      var unused = verdict.whenComplete((v, e) -> conclude(pending, v, e));
    } else {
      var unused = verdict.whenComplete((v, e) -> loop.execute(() -> conclude(pending, v, e)));
    }
  }

  private void conclude(Pending pending, @Nullable Verdict verdict, @Nullable Throwable error) {
    if (!finish(pending)) {
      return;
    }
    if (verdict == null) {
      metrics.drop(DropReason.VALIDATION_ERROR);
      LOG.warn("validator failed on {}: {}", pending.message, String.valueOf(error));
    }
    pending.decide(verdict == null ? Verdict.IGNORE : verdict);
  }

  private boolean finish(Pending pending) {
    if (!waiting.remove(pending.message.id(), pending)) {
      return false;
    }
    bytes -= pending.message.payload().size();
    return true;
  }

  /** A duplicate came from {@code link}: no need to send it there. */
  void heardFrom(MessageId id, Link link) {
    Pending pending = waiting.get(id);
    if (pending != null) {
      pending.senders.add(link);
    }
  }

  /** Gives up on what waited too long. */
  void expire(Instant now) {
    List<Pending> late = new ArrayList<>();
    for (Pending pending : waiting.values()) {
      if (now.isBefore(pending.deadline)) {
        break;
      }
      late.add(pending);
    }
    for (Pending pending : late) {
      if (finish(pending)) {
        metrics.drop(DropReason.VALIDATION_TIMEOUT);
        LOG.debug("no verdict in time on {}", pending.message);
        pending.decide(Verdict.IGNORE);
      }
    }
  }
}
