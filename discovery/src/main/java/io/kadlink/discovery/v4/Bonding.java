package io.kadlink.discovery.v4;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Contact;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Makes a node willing to answer questions. It answers only those whose endpoint it has proven, and
 * we can't see what it remembers. So, unless it pinged us lately: ping it; it answers and, if it
 * has no proof of us, pings back; once we answered that, it may be asked. When no ping follows its
 * pong, it most likely remembers us.
 */
final class Bonding {
  /** How long after its pong the node's own ping may take. */
  static final Duration REVERSE_PING_WAIT = Duration.ofMillis(500);

  private final Loop loop;
  private final Bonds bonds;
  private final Pings pings;
  private final Map<Bonds.Endpoint, List<Waiter>> waiting = new HashMap<>();

  private final class Waiter {
    final Consumer<Boolean> done;
    final Loop.Timer timeout;

    Waiter(Bonds.Endpoint endpoint, Consumer<Boolean> done) {
      this.done = done;
      this.timeout = loop.schedule(REVERSE_PING_WAIT, () -> assume(endpoint, this));
    }
  }

  Bonding(Loop loop, Bonds bonds, Pings pings) {
    this.loop = loop;
    this.bonds = bonds;
    this.pings = pings;
  }

  /**
   * Makes sure that the node may be asked.
   *
   * @param done true when the node may be asked now, false when it did not answer a ping
   */
  void ensure(Contact contact, Consumer<Boolean> done) {
    Bonds.Endpoint endpoint = new Bonds.Endpoint(contact.id(), contact.address());
    if (bonds.isProvenToThem(endpoint)) {
      done.accept(true);
      return;
    }
    pings.ping(
        contact,
        answer -> {
          if (answer.isEmpty()) {
            done.accept(false);
          } else if (bonds.isProvenToThem(endpoint)) {
            done.accept(true); // its ping was faster than its pong
          } else {
            waiting
                .computeIfAbsent(endpoint, key -> new ArrayList<>())
                .add(new Waiter(endpoint, done));
          }
        });
  }

  /** A ping from there was answered: whoever waited for that can go on. */
  void provenToThem(Bonds.Endpoint endpoint) {
    bonds.provenToThem(endpoint);
    List<Waiter> waiters = waiting.remove(endpoint);
    if (waiters != null) {
      waiters.forEach(
          waiter -> {
            waiter.timeout.cancel();
            waiter.done.accept(true);
          });
    }
  }

  void close() {
    List<List<Waiter>> all = List.copyOf(waiting.values());
    waiting.clear();
    all.forEach(
        waiters ->
            waiters.forEach(
                waiter -> {
                  waiter.timeout.cancel();
                  waiter.done.accept(false);
                }));
  }

  private void assume(Bonds.Endpoint endpoint, Waiter waiter) {
    List<Waiter> waiters = waiting.get(endpoint);
    if (waiters != null && waiters.contains(waiter)) {
      provenToThem(endpoint);
    }
  }
}
