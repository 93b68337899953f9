package io.kadlink.discovery.lookup;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.Table;
import io.kadlink.identity.PublicKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts lookups from the table, and lets the table learn from them. Confined to its loop. */
public final class Lookups {
  private static final Logger log = LoggerFactory.getLogger(Lookups.class);

  private final PublicKey self;
  private final Loop loop;
  private final RandomGenerator random;
  private final Table table;
  private final DiscoveryProtocol protocol;
  private final Counter lookups;
  private final Counter queries;
  private final Counter timeouts;

  /**
   * Lookups of the node with this key.
   *
   * @param table where they start from, and which learns of what they find
   * @param registry where lookups, queries and time-outs are counted
   */
  public Lookups(
      PublicKey self,
      Loop loop,
      RandomGenerator random,
      Table table,
      DiscoveryProtocol protocol,
      MeterRegistry registry) {
    this.self = self;
    this.loop = loop;
    this.random = random;
    this.table = table;
    this.protocol = protocol;
    this.lookups = registry.counter("kadlink.discovery.lookups");
    this.queries = registry.counter("kadlink.discovery.lookup.queries");
    this.timeouts = registry.counter("kadlink.discovery.lookup.timeouts");
  }

  /** Looks for the nodes nearest to {@code target}. */
  public void find(PublicKey target, Consumer<LookupResult> done) {
    start(Target.of(target), List.of(), done);
  }

  /**
   * Looks for our own neighbourhood.
   *
   * @param first asked in any case, though others may be nearer
   */
  public void self(List<Contact> first, Consumer<LookupResult> done) {
    start(Target.of(self), first, done);
  }

  /** Looks somewhere at random. */
  public void random(Consumer<LookupResult> done) {
    start(Target.random(random), List.of(), done);
  }

  private void start(Target target, List<Contact> first, Consumer<LookupResult> done) {
    loop.assertInLoop();
    lookups.increment();
    Lookup lookup =
        new Lookup(
            target,
            self.id(),
            this::ask,
            result -> {
              queries.increment(result.queries());
              timeouts.increment(result.timeouts());
              log.debug(
                  "lookup asked {} nodes, {} did not answer, {} hops",
                  result.queries(),
                  result.timeouts(),
                  result.hops());
              done.accept(result);
            });
    lookup.start(table.closest(target.id(), Lookup.SEEDS), first);
  }

  private void ask(Contact contact, Target target, Consumer<Optional<List<Contact>>> done) {
    protocol.findNode(
        contact,
        target,
        answer -> {
          Optional<List<Contact>> nodes =
              answer.map(all -> all.stream().filter(table::concerns).toList());
          if (nodes.isPresent()) {
            table.answered(contact.id());
            nodes.get().forEach(table::addFound);
          } else {
            table.failed(contact.id());
          }
          done.accept(nodes);
        });
  }
}
