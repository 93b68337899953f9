package io.kadlink.discovery.crawl;

import io.kadlink.discovery.lookup.DiscoveryProtocol;
import io.kadlink.discovery.lookup.Target;
import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeRecord;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One node examined from beginning to end: is it there, what is its record, whom does it know? It
 * is asked for the nodes nearest to itself first, then bucket by bucket from the far half of all
 * ids on, until its answers hold nothing new.
 */
final class Examination {
  /** The far buckets hold most nodes; a node of a network of 2^16 has no more that are full. */
  private static final int MAX_BUCKETS = 12;

  private static final int FARTHEST = 256;

  /** Buckets in a row that hold nothing new before the node is believed to know nobody else. */
  private static final int BARREN_BUCKETS = 2;

  /** Questions in a row without an answer before the node is believed to be gone or to refuse. */
  private static final int MAX_UNANSWERED = 2;

  /** Times that a node which is alive is asked for its record: packets get lost. */
  private static final int RECORD_ATTEMPTS = 3;

  /** What comes of it. Each node ends with one of the first four and {@code examined}. */
  interface Outcome {
    void recent(Contact contact);

    void answered(Contact contact, NodeRecord record);

    void withoutRecord(Contact contact);

    void silent(Contact contact);

    /** Nodes that the node told; returns how many of them are news. */
    int told(Contact by, List<Contact> nodes);

    void asked();

    void examined(Contact contact);
  }

  private final Contact contact;
  private final DiscoveryProtocol protocol;
  private final Probes probes;
  private final Outcome outcome;
  private int bucket;
  private int barren;
  private int unanswered;

  Examination(Contact contact, DiscoveryProtocol protocol, Probes probes, Outcome outcome) {
    this.contact = contact;
    this.protocol = protocol;
    this.probes = probes;
    this.outcome = outcome;
  }

  /**
   * Begins.
   *
   * @param recent the node was checked lately: it is only asked whom it knows
   */
  void start(boolean recent) {
    if (recent) {
      outcome.recent(contact);
      askForItself();
      return;
    }
    requestRecord(
        () ->
            protocol.ping(
                contact,
                pong -> {
                  if (pong.isPresent()) {
                    again(RECORD_ATTEMPTS - 1);
                  } else {
                    outcome.silent(contact);
                    outcome.examined(contact);
                  }
                }));
  }

  /** It is alive but gave no record: a packet got lost, or it has none. */
  private void again(int attempts) {
    if (attempts > 0) {
      requestRecord(() -> again(attempts - 1));
    } else {
      outcome.withoutRecord(contact);
      askForItself();
    }
  }

  private void requestRecord(Runnable otherwise) {
    protocol.requestRecord(
        contact,
        answer -> {
          if (answer.isPresent()) {
            outcome.answered(contact, answer.get());
            askForItself();
          } else {
            otherwise.run();
          }
        });
  }

  private void askForItself() {
    ask(Target.of(contact.publicKey()), told -> {});
  }

  private void askNextBucket() {
    if (bucket == MAX_BUCKETS || barren == BARREN_BUCKETS || unanswered == MAX_UNANSWERED) {
      outcome.examined(contact);
      return;
    }
    Optional<Target> target = probes.at(contact.id(), FARTHEST - bucket);
    bucket++;
    if (target.isEmpty()) {
      askNextBucket();
      return;
    }
    ask(target.get(), news -> barren = news == 0 ? barren + 1 : 0);
  }

  private void ask(Target target, Consumer<Integer> told) {
    outcome.asked();
    protocol.findNode(
        contact,
        target,
        answer -> {
          if (answer.isPresent()) {
            unanswered = 0;
            told.accept(outcome.told(contact, answer.get()));
          } else {
            unanswered++;
          }
          askNextBucket();
        });
  }
}
