package io.kadlink.discovery.dns;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.loop.TokenBucket;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Asks the resolver for parts of trees: not too often, not for too long, not for what is known. A
 * part is verified before it is handed on. Confined to the loop; each callback is called once,
 * later, on it.
 *
 * <p>The caller bounds how many questions wait: a tree has one at a time.
 */
final class Queries {
  /** Questions that may go out at once after a pause. */
  static final int BURST = 10;

  /** An entry never changes under its name; this only bounds what a resolver may say. */
  private static final Duration LONGEST_KEPT = Duration.ofDays(28);

  private static final Duration SHORTEST_KEPT = Duration.ofMinutes(1);

  /** TXT records looked at under one name. */
  private static final int MAX_TEXTS = 32;

  private record Kept(TreeEntry entry, long untilNanos) {}

  private final TxtResolver resolver;
  private final Loop loop;
  private final DnsOptions options;
  private final Drops drops;
  private final Counter asked;
  private final Deque<Runnable> queue = new ArrayDeque<>();
  private final Map<Bytes, Kept> cache;
  private final TokenBucket allowance;
  private Loop.@Nullable Timer timer;
  private boolean closed;

  Queries(TxtResolver resolver, Loop loop, DnsOptions options, MeterRegistry registry) {
    this.resolver = resolver;
    this.loop = loop;
    this.options = options;
    this.drops = new Drops(registry);
    this.asked =
        Counter.builder("kadlink.discovery.dns.queries")
            .description("DNS queries for node lists")
            .register(registry);
    this.allowance = new TokenBucket(options.queriesPerSecond(), BURST, loop.nanoTime());
    this.cache =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Bytes, Kept> eldest) {
            return size() > options.maxCachedEntries();
          }
        };
  }

  Drops drops() {
    return drops;
  }

  /** The root of a tree, its signature verified. */
  void root(TreeLink link, Consumer<Outcome<TreeRoot>> done) {
    ask(link.domain(), answer -> root(link, answer), done);
  }

  private static Outcome<TreeRoot> root(TreeLink link, TxtResolver.Answer answer) {
    for (String text : looked(answer)) {
      if (EntryCodec.isRoot(text)) {
        TreeRoot root;
        try {
          root = EntryCodec.decodeRoot(text);
        } catch (BadEntryException e) {
          return new Outcome.Failed<>(DnsFailure.BAD_ROOT, String.valueOf(e.getMessage()));
        }
        return root.verify(link.publicKey())
            ? new Outcome.Found<>(root, answer.ttl())
            : new Outcome.Failed<>(DnsFailure.BAD_SIGNATURE, "another key signed it");
      }
    }
    return new Outcome.Failed<>(DnsFailure.NO_ENTRY, "no root among the TXT records");
  }

  /** The entry of this hash, from the cache when it is there. */
  void entry(String domain, EntryHash hash, Consumer<Outcome<TreeEntry>> done) {
    loop.assertInLoop();
    Kept kept = cache.get(hash.shortest());
    if (kept != null && kept.untilNanos() - loop.nanoTime() > 0) {
      Outcome<TreeEntry> found = new Outcome.Found<>(kept.entry(), Duration.ZERO);
      loop.execute(() -> done.accept(found));
      return;
    }
    ask(
        hash + "." + domain,
        answer -> entry(hash, answer),
        outcome -> {
          if (outcome instanceof Outcome.Found<TreeEntry> found) {
            Duration ttl = clamp(found.ttl(), SHORTEST_KEPT, LONGEST_KEPT);
            cache.put(hash.shortest(), new Kept(found.part(), loop.nanoTime() + ttl.toNanos()));
          }
          done.accept(outcome);
        });
  }

  private static Outcome<TreeEntry> entry(EntryHash hash, TxtResolver.Answer answer) {
    boolean any = false;
    for (String text : looked(answer)) {
      if (text.length() <= EntryCodec.MAX_TEXT_CHARS && hash.matches(text)) {
        try {
          return new Outcome.Found<>(EntryCodec.decode(text), answer.ttl());
        } catch (BadEntryException e) {
          return new Outcome.Failed<>(DnsFailure.BAD_ENTRY, String.valueOf(e.getMessage()));
        }
      }
      any |= EntryCodec.isEntry(text);
    }
    return any
        ? new Outcome.Failed<>(DnsFailure.WRONG_HASH, "the entry there has another hash")
        : new Outcome.Failed<>(DnsFailure.NO_ENTRY, "no entry among the TXT records");
  }

  private static List<String> looked(TxtResolver.Answer answer) {
    return answer.texts().subList(0, Math.min(MAX_TEXTS, answer.texts().size()));
  }

  /** Nothing is asked any more; callbacks that wait are never called. */
  void close() {
    loop.assertInLoop();
    closed = true;
    queue.clear();
    if (timer != null) {
      timer.cancel();
    }
  }

  private <T> void ask(
      String name, Function<TxtResolver.Answer, Outcome<T>> read, Consumer<Outcome<T>> done) {
    loop.assertInLoop();
    if (closed) {
      return;
    }
    queue.addLast(() -> send(name, read, done));
    drain();
  }

  private void drain() {
    long now = loop.nanoTime();
    while (!queue.isEmpty() && allowance.take(now)) {
      queue.removeFirst().run();
    }
    if (!queue.isEmpty() && timer == null) {
      timer =
          loop.schedule(
              allowance.untilNext(),
              () -> {
                timer = null;
                drain();
              });
    }
  }

  /** One query under way: the answer or the time-out, whatever comes first. */
  private <T> void send(
      String name, Function<TxtResolver.Answer, Outcome<T>> read, Consumer<Outcome<T>> done) {
    asked.increment();
    boolean[] over = {false};
    Consumer<Outcome<T>> end =
        outcome -> {
          if (!over[0] && !closed) {
            over[0] = true;
            if (outcome instanceof Outcome.Failed<T> failed) {
              drops.count(failed.failure(), name, failed.detail());
            }
            done.accept(outcome);
          }
        };
    Loop.Timer timeout =
        loop.schedule(
            options.timeout(),
            () -> end.accept(new Outcome.Failed<>(DnsFailure.TIMEOUT, "no answer in time")));
    resolver
        .resolve(name)
        .whenComplete(
            (answer, failure) ->
                loop.execute(
                    () -> {
                      timeout.cancel();
                      end.accept(
                          failure == null
                              ? read.apply(answer)
                              : new Outcome.Failed<>(DnsFailure.LOOKUP_FAILED, reason(failure)));
                    }));
  }

  private static String reason(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return String.valueOf(cause.getMessage());
  }

  private static Duration clamp(Duration value, Duration least, Duration most) {
    Duration floored = value.compareTo(least) < 0 ? least : value;
    return floored.compareTo(most) > 0 ? most : floored;
  }
}
