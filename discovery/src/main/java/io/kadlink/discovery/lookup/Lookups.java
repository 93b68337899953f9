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
import org.apache.tuweni.bytes.Bytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts lookups from the table, and lets the table learn from them. Confined to its loop. */
public final class Lookups {
  private static final Logger log = LoggerFactory.getLogger(Lookups.class);

  private final PublicKey self;
  private final Loop loop;
  private final RandomGenerator random;
  private final Table table;
  private final Query query;
  private final Counter lookups;
  private final Counter queries;
  private final Counter timeouts;

  public Lookups(
      PublicKey self,
      Loop loop,
      RandomGenerator random,
      Table table,
      Query query,
      MeterRegistry registry) {
    this.self = self;
    this.loop = loop;
    this.random = random;
    this.table = table;
    this.query = query;
    this.lookups = registry.counter("kadlink.discovery.lookups");
    this.queries = registry.counter("kadlink.discovery.lookup.queries");
    this.timeouts = registry.counter("kadlink.discovery.lookup.timeouts");
  }

  /** Looks for the nodes nearest to {@code target}. */
  public void find(PublicKey target, Consumer<LookupResult> done) {
    start(target.bytes(), done);
  }

  /** Looks for our own neighbourhood. */
  public void self(Consumer<LookupResult> done) {
    find(self, done);
  }

  /** Looks somewhere at random. */
  public void random(Consumer<LookupResult> done) {
    byte[] target = new byte[PublicKey.BYTES];
    random.nextBytes(target);
    start(Bytes.wrap(target), done);
  }

  private void start(Bytes target, Consumer<LookupResult> done) {
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
    lookup.start(table.closest(lookup.targetId(), Lookup.RESULTS));
  }

  private void ask(Contact contact, Bytes target, Consumer<Optional<List<Contact>>> done) {
    query.ask(
        contact,
        target,
        answer -> {
          if (answer.isPresent()) {
            table.answered(contact.id());
            answer.get().forEach(table::addFound);
          } else {
            table.failed(contact.id());
          }
          done.accept(answer);
        });
  }
}
