package io.kadlink.discovery.crawl;

import io.kadlink.discovery.lookup.DiscoveryProtocol;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Visits every node of a network that can be reached from the nodes of a set and a few others, and
 * brings the set up to date. Confined to its loop.
 *
 * <p>Each node is asked for its record and then, bucket by bucket, for the nodes it knows, until
 * that brings nothing new. A network whose nodes know their neighbourhood is seen completely then,
 * since every node is told by those next to it; random lookups, which other crawlers make, meet the
 * same nodes again and again and never know when they are done. Versions of the protocol are
 * crawled side by side; who answers by one is tried by the others too.
 *
 * <p>Memory is bounded, whatever strangers tell: see {@link Survey} and {@link NodeSet}.
 */
public final class Crawler {
  private final Loop loop;
  private final NodeSet set;
  private final Consumer<CrawlReport> done;
  private final List<Survey> surveys = new ArrayList<>();
  private final Ledger ledger;
  private final Loop.Timer timeLimit;
  private final long startNanos;
  private boolean started;
  private boolean ended;
  private boolean complete;
  private Duration took = Duration.ZERO;

  /**
   * A crawl, not started yet.
   *
   * @param self this node, not to be visited
   * @param protocols the versions of the protocol to crawl by
   * @param set brought up to date; belongs to the loop until {@code done}
   * @param from nodes to start from besides those of the set
   * @param done called once, on the loop
   */
  public Crawler(
      Loop loop,
      RandomGenerator random,
      NodeId self,
      List<DiscoveryProtocol> protocols,
      NodeSet set,
      List<Contact> from,
      CrawlOptions options,
      Consumer<CrawlReport> done) {
    loop.assertInLoop();
    if (protocols.isEmpty()) {
      throw new IllegalArgumentException("a crawl speaks at least one version of the protocol");
    }
    this.loop = loop;
    this.set = set;
    this.done = done;
    this.ledger = new Ledger(loop, set, protocols.size(), options.recheckAfter());
    this.startNanos = loop.nanoTime();
    Probes probes = new Probes(random);
    List<CrawledNode> known = set.nodes();
    for (DiscoveryProtocol protocol : protocols) {
      Survey survey =
          new Survey(
              self,
              protocol,
              probes,
              ledger,
              new Progress(),
              options.workers(),
              Survey.MAX_SEEN,
              known);
      from.forEach(survey::offer);
      surveys.add(survey);
    }
    this.timeLimit = loop.schedule(options.timeLimit(), () -> end(false));
  }

  public void start() {
    loop.assertInLoop();
    surveys.forEach(Survey::advance);
    started = true;
    endWhenDone();
  }

  /** Ends the crawl early; what was found counts. */
  public void stop() {
    loop.assertInLoop();
    end(false);
  }

  /** Whether it is done or was stopped. */
  public boolean hasEnded() {
    loop.assertInLoop();
    return ended;
  }

  /** How far it is. */
  public CrawlReport report() {
    loop.assertInLoop();
    Survey.Tally tally = new Survey.Tally();
    long seen = 0;
    for (int i = 0; i < surveys.size(); i++) {
      surveys.get(i).count(tally);
      seen += surveys.get(i).seenBesides(surveys.subList(0, i));
    }
    return new CrawlReport(
        seen,
        tally.waiting,
        tally.running,
        ledger.added(),
        ledger.updated(),
        ledger.removed(),
        tally.recent,
        tally.withoutRecord,
        tally.silent,
        tally.dropped + ledger.dropped(),
        tally.questions,
        set.size(),
        complete && tally.dropped + ledger.dropped() == 0,
        ended ? took : Duration.ofNanos(loop.nanoTime() - startNanos));
  }

  /** The nodes of the set as they are now. */
  public List<CrawledNode> nodes() {
    loop.assertInLoop();
    return set.nodes();
  }

  private void endWhenDone() {
    if (started && surveys.stream().allMatch(Survey::isDone)) {
      end(true);
    }
  }

  private void end(boolean complete) {
    if (ended) {
      return;
    }
    ended = true;
    this.complete = complete;
    timeLimit.cancel();
    took = Duration.ofNanos(loop.nanoTime() - startNanos);
    surveys.forEach(Survey::close);
    ledger.settle();
    done.accept(report());
  }

  private final class Progress implements Survey.Listener {
    @Override
    public void met(Survey by, Contact contact, NodeRecord record) {
      Contact complete = contact.withRecord(record);
      for (Survey survey : surveys) {
        if (survey != by && survey.offer(complete)) {
          survey.advance();
        }
      }
    }

    @Override
    public void examined() {
      endWhenDone();
    }
  }
}
