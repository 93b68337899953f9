package io.kadlink.discovery.crawl;

import io.kadlink.discovery.lookup.DiscoveryProtocol;
import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A crawl by one version of the protocol: the nodes heard of, those waiting, and those being
 * examined. The nodes of the set come first, then those that others tell, in the order they do.
 */
final class Survey implements Examination.Outcome {
  /**
   * Nodes remembered as heard of. A liar can make up any number of nodes; more than any public
   * network has are not worth their memory (about 15 MB).
   */
  static final int MAX_SEEN = 100_000;

  /** Nodes waiting (about 8 MB). What does not fit now is heard of again from others. */
  static final int MAX_WAITING = 20_000;

  /** Nodes taken from one answer: an honest discv4 node tells 16, discv5 up to 16 a bucket. */
  static final int MAX_TOLD = 64;

  /** What a survey tells its crawl. */
  interface Listener {
    /** A node answered here and may be worth trying by other versions. */
    void met(Survey by, Contact contact, NodeRecord record);

    /** A node was examined. */
    void examined();
  }

  private final NodeId self;
  private final DiscoveryProtocol protocol;
  private final Probes probes;
  private final Ledger ledger;
  private final Listener listener;
  private final int workers;
  private final int maxSeen;
  private final Iterator<CrawledNode> known;
  private final Deque<Contact> waiting = new ArrayDeque<>();
  private final Set<NodeId> seen = new HashSet<>();

  private final Whereabouts whereabouts = new Whereabouts();
  private int running;
  private boolean advancing;
  private boolean closed;
  private long recent;
  private long withoutRecord;
  private long silent;
  private long dropped;
  private long questions;

  /**
   * A survey, not started yet.
   *
   * @param self this node, not to be examined
   * @param maxSeen nodes remembered as heard of, {@link #MAX_SEEN}
   * @param known the nodes of the set
   */
  Survey(
      NodeId self,
      DiscoveryProtocol protocol,
      Probes probes,
      Ledger ledger,
      Listener listener,
      int workers,
      int maxSeen,
      List<CrawledNode> known) {
    this.self = self;
    this.protocol = protocol;
    this.probes = probes;
    this.ledger = ledger;
    this.listener = listener;
    this.workers = workers;
    this.maxSeen = maxSeen;
    this.known = known.iterator();
  }

  /** Takes a node in unless it was heard of; whether it is news. */
  boolean offer(Contact contact) {
    NodeId id = contact.id();
    if (closed || id.equals(self)) {
      return false;
    }
    if (seen.contains(id)) {
      return whereabouts.told(contact) && tryElsewhere(contact);
    }
    if (seen.size() >= maxSeen || waiting.size() >= MAX_WAITING) {
      dropped++;
      return false;
    }
    seen.add(id);
    waiting.add(contact);
    return true;
  }

  private boolean tryElsewhere(Contact contact) {
    ledger.metElsewhere(contact.id());
    waiting.add(contact); // one at most for each node of the set
    return true;
  }

  /** Starts as many examinations as there are workers free. */
  void advance() {
    if (advancing) {
      return; // an examination ended at once: the loop below goes on
    }
    advancing = true;
    while (!closed && running < workers) {
      Optional<Contact> next = next();
      if (next.isEmpty()) {
        break;
      }
      running++;
      new Examination(next.get(), protocol, probes, this).start(ledger.isRecent(next.get().id()));
    }
    advancing = false;
  }

  /** The next node of the set that has an address and was not heard of, else one that waits. */
  private Optional<Contact> next() {
    while (known.hasNext()) {
      CrawledNode node = known.next();
      if (node.id().equals(self) || !seen.add(node.id())) {
        continue;
      }
      Optional<Contact> contact = node.contact();
      if (contact.isPresent()) {
        whereabouts.tried(contact.get());
        return contact;
      }
      ledger.silent(node.id());
    }
    return Optional.ofNullable(waiting.poll());
  }

  boolean isDone() {
    return running == 0 && waiting.isEmpty() && !known.hasNext();
  }

  /** Nothing more is asked, and answers that still come are not taken. */
  void close() {
    closed = true;
  }

  @Override
  public void recent(Contact contact) {
    recent++;
  }

  @Override
  public void answered(Contact contact, NodeRecord record) {
    if (!closed) {
      whereabouts.answered(contact.id());
      ledger.answered(record);
      listener.met(this, contact, record);
    }
  }

  @Override
  public void withoutRecord(Contact contact) {
    withoutRecord++;
  }

  @Override
  public void silent(Contact contact) {
    if (closed) {
      return;
    }
    silent++;
    ledger.silent(contact.id());
    whereabouts.silent(contact.id()).ifPresent(this::tryElsewhere);
  }

  @Override
  public int told(Contact by, List<Contact> nodes) {
    int news = 0;
    for (Contact node : nodes.subList(0, Math.min(nodes.size(), MAX_TOLD))) {
      if (offer(node)) {
        news++;
      }
    }
    return news;
  }

  @Override
  public void asked() {
    questions++;
  }

  @Override
  public void examined(Contact contact) {
    running--;
    if (!closed) {
      advance();
      listener.examined();
    }
  }

  /** The nodes heard of that {@code others} did not hear of. */
  long seenBesides(List<Survey> others) {
    return others.isEmpty()
        ? seen.size()
        : seen.stream()
            .filter(id -> others.stream().noneMatch(other -> other.seen.contains(id)))
            .count();
  }

  /** Adds its figures to those of other surveys. */
  void count(Tally tally) {
    tally.waiting += waiting.size();
    tally.running += running;
    tally.recent += recent;
    tally.withoutRecord += withoutRecord;
    tally.silent += silent;
    tally.dropped += dropped;
    tally.questions += questions;
  }

  /** Sums over surveys. */
  static final class Tally {
    long waiting;
    long running;
    long recent;
    long withoutRecord;
    long silent;
    long dropped;
    long questions;
  }
}
