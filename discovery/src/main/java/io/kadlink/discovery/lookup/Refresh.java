package io.kadlink.discovery.lookup;

import com.google.common.collect.Comparators;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LivenessCheck;
import io.kadlink.discovery.table.Table;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills the table and keeps it full. At the start it knocks at every bootnode until that answers,
 * and once at nodes known from earlier runs; the first that answers sets off a lookup of our own
 * neighbourhood at once. After that, rounds of one such lookup and a few random ones: a few seconds
 * apart while the table is thin and rounds find something, doubling while they don't, and half a
 * period to a period apart while it is well filled. A table that becomes thin again has its next
 * round within seconds.
 */
public final class Refresh {
  private static final Logger log = LoggerFactory.getLogger(Refresh.class);

  /** Fewer proven nodes than one lookup wants: the table is thin. */
  static final int THIN = Lookup.RESULTS;

  /** First wait of a thin table. */
  static final Duration THIN_WAIT = Duration.ofSeconds(2);

  /** A thin table that finds nothing any more still looks this often: someone may have come. */
  static final Duration MAX_THIN_WAIT = Duration.ofSeconds(30);

  private static final int RANDOM_LOOKUPS = 3;

  /**
   * A bootnode that is just starting answers within seconds: the first knocks are close together.
   */
  private static final Duration FIRST_KNOCK_WAIT = Duration.ofMillis(500);

  private static final Duration MAX_KNOCK_WAIT = Duration.ofSeconds(15);

  /** Nodes known from earlier runs that may still be there. */
  @FunctionalInterface
  public interface Seeds {
    /** Asks for some of them, not always the same; they come on the loop, perhaps later. */
    void draw(Consumer<List<Contact>> done);
  }

  private final Loop loop;
  private final RandomGenerator random;
  private final Table table;
  private final Lookups lookups;
  private final LivenessCheck ping;
  private final List<Contact> bootnodes;
  private final Seeds seeds;
  private final Duration period;
  private Duration thinWait = THIN_WAIT;
  private Loop.@Nullable Timer timer;

  /** The table was well filled when the next round was scheduled. */
  private boolean patient;

  private boolean running;
  private boolean again;
  private boolean closed;

  /** Bootnodes being knocked at. */
  private int knocking;

  /**
   * A refresh, not started yet.
   *
   * @param period between two rounds when the table is well filled, at most; half of it at least
   */
  public Refresh(
      Loop loop,
      RandomGenerator random,
      Table table,
      Lookups lookups,
      LivenessCheck ping,
      List<Contact> bootnodes,
      Seeds seeds,
      Duration period) {
    this.loop = loop;
    this.random = random;
    this.table = table;
    this.lookups = lookups;
    this.ping = ping;
    this.bootnodes = List.copyOf(bootnodes);
    this.seeds = seeds;
    this.period = period;
  }

  /** Knocks at bootnodes and seeds, and schedules the first round. */
  public void start() {
    loop.assertInLoop();
    knockAtBootnodes();
    knockAtSeeds();
    schedule();
  }

  /** Ends knocking and rounds. */
  public void close() {
    loop.assertInLoop();
    closed = true;
    if (timer != null) {
      timer.cancel();
    }
  }

  /** Starts a round now; when one is under way, another follows it. */
  public void now() {
    loop.assertInLoop();
    if (closed) {
      return;
    }
    if (running) {
      again = true;
      return;
    }
    running = true;
    int before = table.provenCount();
    if (before == 0) {
      knockAtBootnodes();
      knockAtSeeds();
    } else {
      // A bootnode that was gone and came back knows nobody: it has to be found by us.
      bootnodes.forEach(table::addFound);
    }
    lookups.self(
        before == 0 ? List.of() : anyBootnode(),
        result -> {
          // In a small network our neighbourhood is everybody.
          boolean allKnown = table.provenCount() == before && isThin();
          randomLookups(allKnown ? 0 : RANDOM_LOOKUPS, () -> finished(before));
        });
  }

  /**
   * One bootnode, to be asked for our neighbourhood. When the network had fallen apart, our table
   * may hold no one of the other part, and its buckets may be full.
   */
  private List<Contact> anyBootnode() {
    List<Contact> usable = bootnodes.stream().filter(table::concerns).toList();
    return usable.isEmpty() ? List.of() : List.of(usable.get(random.nextInt(usable.size())));
  }

  private void randomLookups(int left, Runnable then) {
    if (left == 0 || closed || table.provenCount() == 0) {
      then.run();
      return;
    }
    lookups.random(result -> randomLookups(left - 1, then));
  }

  private void finished(int provenBefore) {
    running = false;
    if (again) {
      again = false;
      now();
      return;
    }
    boolean grew = table.provenCount() > provenBefore;
    thinWait = grew ? THIN_WAIT : Comparators.min(thinWait.multipliedBy(2), MAX_THIN_WAIT);
    schedule();
  }

  /** A node left the table. When that made it thin, the next round comes soon. */
  public void removed() {
    loop.assertInLoop();
    if (closed || !patient || !isThin()) {
      return;
    }
    log.debug("the table has become thin, {} proven nodes", table.provenCount());
    patient = false;
    thinWait = THIN_WAIT;
    if (!running) {
      schedule();
    }
  }

  private void schedule() {
    if (closed) {
      return;
    }
    patient = !isThin();
    Duration longest = patient ? period : Comparators.min(thinWait, period);
    long half = longest.toNanos() / 2;
    if (timer != null) {
      timer.cancel();
    }
    timer = loop.schedule(Duration.ofNanos(half + random.nextLong(half + 1)), this::due);
  }

  /** A round that is under way schedules the next one itself. */
  private void due() {
    if (!running) {
      now();
    }
  }

  private boolean isThin() {
    return table.provenCount() < THIN;
  }

  private void knockAtBootnodes() {
    if (knocking == 0) {
      bootnodes.forEach(
          bootnode -> {
            knocking++;
            knock(bootnode, FIRST_KNOCK_WAIT);
          });
    }
  }

  private void knockAtSeeds() {
    seeds.draw(
        drawn -> {
          if (!closed) {
            log.debug("knocking at {} nodes known from before", drawn.size());
            drawn.stream().filter(table::concerns).forEach(this::knockAtSeed);
          }
        });
  }

  private void knockAtSeed(Contact seed) {
    ping.check(
        seed,
        answered -> {
          if (answered && isThin()) {
            now();
          }
        });
  }

  private void knock(Contact bootnode, Duration wait) {
    if (closed) {
      return;
    }
    Consumer<Boolean> done =
        answered -> {
          if (answered) {
            knocking--;
            log.debug("bootnode {} answered", bootnode);
            now();
          } else if (!isThin()) {
            knocking--; // the next round tries it again, and nobody waits for it
          } else {
            log.debug("bootnode {} did not answer, next try in {}", bootnode, wait);
            Duration next = Comparators.min(wait.multipliedBy(3).dividedBy(2), MAX_KNOCK_WAIT);
            loop.schedule(wait, () -> knock(bootnode, next));
          }
        };
    ping.check(bootnode, done);
  }
}
