package io.kadlink.discovery.lookup;

import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One iterative lookup (devp2p discv4, Recursive Lookup): always {@value #ALPHA} queries under way,
 * each to the nearest node not asked yet. A node that does not answer is out of the race and the
 * next nearest takes its place. When the {@value #RESULTS} nearest nodes heard of have all
 * answered, those that were silent are asked once more, unless they were many: a few are more
 * likely to have lost a datagram than to be gone. Then it ends.
 */
final class Lookup {
  /** Kademlia's alpha: queries at a time. */
  static final int ALPHA = 3;

  /** Kademlia's k: nodes wanted. */
  static final int RESULTS = 16;

  /**
   * Nodes of the own table to begin with. Only the nearest are asked, but when many of those are
   * gone, what they tell of is gone too, for the most part.
   */
  static final int SEEDS = 3 * RESULTS;

  /** The silent are asked again when they were no more than one query in so many. */
  private static final int FEW = 2;

  /** Nodes taken from one answer; an honest one has no more. */
  private static final int MAX_NODES_PER_ANSWER = RESULTS;

  /** Nodes asked before the lookup ends anyway: liars could lead it on for ever. */
  static final int MAX_QUERIES = 128;

  private final Target target;
  private final Query query;
  private final Consumer<LookupResult> done;
  private final Set<NodeId> seen = new HashSet<>();
  private final TreeMap<NodeId, Candidate> candidates;
  private final List<Contact> answered = new ArrayList<>();

  /** Those that have not answered and are not asked again yet. */
  private final List<Candidate> silent = new ArrayList<>();

  private int running;
  private int queries;
  private int timeouts;
  private int hops;
  private boolean finished;
  private boolean advancing;

  /** Asks one node; {@link DiscoveryProtocol#findNode} with what the table learns from it. */
  @FunctionalInterface
  interface Query {
    void ask(Contact contact, Target target, Consumer<Optional<List<Contact>>> done);
  }

  private static final class Candidate {
    final Contact contact;
    final int hop;
    boolean asked;
    boolean answered;
    boolean askedAgain;

    Candidate(Contact contact, int hop) {
      this.contact = contact;
      this.hop = hop;
    }
  }

  /**
   * A lookup, not started yet.
   *
   * @param self never asked
   */
  Lookup(Target target, NodeId self, Query query, Consumer<LookupResult> done) {
    this.target = target;
    this.query = query;
    this.done = done;
    this.candidates = new TreeMap<>(target.id()::compareDistance);
    seen.add(self);
  }

  /**
   * Starts.
   *
   * @param first asked before all others, be they near or not
   */
  void start(List<Contact> seeds, List<Contact> first) {
    offer(seeds, 0);
    offer(first, 0);
    advancing = true;
    for (Contact contact : first) {
      Candidate candidate = candidates.get(contact.id());
      if (candidate != null && !candidate.asked) {
        ask(candidate);
      }
    }
    advancing = false;
    advance();
  }

  private void offer(List<Contact> contacts, int hop) {
    for (Contact contact : contacts) {
      if (seen.add(contact.id())) {
        candidates.put(contact.id(), new Candidate(contact, hop));
      }
    }
  }

  private void advance() {
    if (advancing) {
      return; // a query was answered within ask(): the loop below goes on
    }
    advancing = true;
    while (running < ALPHA && !finished) {
      Candidate next = queries < MAX_QUERIES ? next() : null;
      if (next == null) {
        break;
      }
      ask(next);
    }
    advancing = false;
    if (running == 0 && !finished) {
      if (silent.isEmpty() || timeouts * FEW > queries) {
        finish();
      } else {
        askAgain();
      }
    }
  }

  private void askAgain() {
    for (Candidate candidate : silent) {
      candidate.asked = false;
      candidate.askedAgain = true;
      candidates.put(candidate.contact.id(), candidate);
    }
    silent.clear();
    advance();
  }

  /** The nearest candidate not asked yet, among the nearest {@value #RESULTS} still in the race. */
  private @Nullable Candidate next() {
    int rank = 0;
    for (Candidate candidate : candidates.values()) {
      if (!candidate.asked) {
        return candidate;
      }
      if (++rank == RESULTS) {
        return null;
      }
    }
    return null;
  }

  private void ask(Candidate candidate) {
    candidate.asked = true;
    running++;
    queries++;
    query.ask(
        candidate.contact,
        target,
        answer -> {
          running--;
          if (answer.isPresent()) {
            candidate.answered = true;
            hops = Math.max(hops, candidate.hop);
            answered.add(candidate.contact);
            List<Contact> nodes = answer.get();
            offer(
                nodes.subList(0, Math.min(nodes.size(), MAX_NODES_PER_ANSWER)), candidate.hop + 1);
          } else {
            timeouts++;
            candidates.remove(candidate.contact.id());
            if (!candidate.askedAgain) {
              silent.add(candidate);
            }
          }
          advance();
        });
  }

  private void finish() {
    finished = true;
    List<Contact> closest =
        candidates.values().stream()
            .filter(candidate -> candidate.answered)
            .limit(RESULTS)
            .map(candidate -> candidate.contact)
            .toList();
    done.accept(new LookupResult(closest, answered, queries, timeouts, hops));
  }
}
