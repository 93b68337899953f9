package io.kadlink.discovery.table;

import io.kadlink.discovery.loop.Loop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides which node is asked next whether it is alive. New, moved and failing nodes are on the
 * fast list, nodes that passed on the slow one; each list is walked in rounds, in random order and
 * at random times: nobody can foresee when a given node is asked, yet every node is.
 *
 * <p>A node that is new is asked as soon as few checks run, because a fresh table is no use to
 * anyone before its nodes are proven.
 */
final class Revalidation {
  /** A check on the fast list starts at a random time up to this long after the one before. */
  static final Duration FAST = Duration.ofSeconds(3);

  /** The same for the slow list. */
  static final Duration SLOW = Duration.ofSeconds(9);

  /**
   * Intervals in the longest round: lists with more nodes are walked faster. A round of the fast
   * list takes about 24 seconds at most, one of the slow list about five minutes.
   */
  private static final int FAST_ROUND = 16;

  private static final int SLOW_ROUND = 64;

  /** Checks of new nodes that run at the same time; the next follows when one is done. */
  static final int MAX_EAGER = 8;

  private final Loop loop;
  private final RandomGenerator random;
  private final LivenessCheck check;
  private final BiConsumer<Entry, Boolean> verdict;
  private final Queue fast = new Queue(FAST, FAST_ROUND);
  private final Queue slow = new Queue(SLOW, SLOW_ROUND);
  private final Set<Entry> running = new HashSet<>();
  private final Deque<Entry> fresh = new ArrayDeque<>();
  private boolean closed;

  Revalidation(
      Loop loop, RandomGenerator random, LivenessCheck check, BiConsumer<Entry, Boolean> verdict) {
    this.loop = loop;
    this.random = random;
    this.check = check;
    this.verdict = verdict;
  }

  /** A new entry. */
  void watch(Entry entry) {
    fast.add(entry);
    fresh.add(entry);
    // Only after the caller's turn: the entry may be proven in the same breath.
    loop.execute(this::startFresh);
  }

  /** An entry that passed. */
  void trust(Entry entry) {
    if (fast.remove(entry)) {
      slow.add(entry);
    }
  }

  /** An entry that failed or moved. */
  void suspect(Entry entry) {
    if (slow.remove(entry)) {
      fast.add(entry);
    }
  }

  void forget(Entry entry) {
    fast.remove(entry);
    slow.remove(entry);
    fresh.remove(entry);
  }

  void close() {
    closed = true;
    fresh.clear();
    fast.cancel();
    slow.cancel();
  }

  private void startFresh() {
    while (running.size() < MAX_EAGER && !fresh.isEmpty()) {
      Entry entry = fresh.remove();
      if (!entry.proven) {
        start(entry);
      }
    }
  }

  private void start(Entry entry) {
    if (closed || !running.add(entry)) {
      return;
    }
    Contact asked = entry.contact;
    check.check(
        asked,
        answered -> {
          running.remove(entry);
          if (closed) {
            return;
          }
          // An answer about the endpoint before says nothing of one that moved meanwhile.
          if (asked.udp().equals(entry.contact.udp())) {
            verdict.accept(entry, answered);
          }
          startFresh();
        });
  }

  private final class Queue {
    private final Duration interval;
    private final int longestRound;
    private final List<Entry> entries = new ArrayList<>();

    /** Those of the entries that were not asked in this round. */
    private final List<Entry> due = new ArrayList<>();

    private Loop.@Nullable Timer timer;

    Queue(Duration interval, int longestRound) {
      this.interval = interval;
      this.longestRound = longestRound;
    }

    void add(Entry entry) {
      entries.add(entry);
      due.add(entry);
      if (timer == null) {
        schedule();
      }
    }

    boolean remove(Entry entry) {
      boolean there = entries.remove(entry);
      due.remove(entry);
      if (entries.isEmpty()) {
        cancel();
      }
      return there;
    }

    void cancel() {
      if (timer != null) {
        timer.cancel();
        timer = null;
      }
    }

    private void schedule() {
      if (closed || entries.isEmpty()) {
        timer = null;
        return;
      }
      long longest = interval.toNanos();
      if (entries.size() > longestRound) {
        longest = longest * longestRound / entries.size();
      }
      timer = loop.schedule(Duration.ofNanos(random.nextLong(longest) + 1), this::next);
    }

    private void next() {
      timer = null;
      if (due.isEmpty()) {
        due.addAll(entries);
      }
      start(due.remove(random.nextInt(due.size())));
      if (timer == null) {
        schedule();
      }
    }
  }
}
