package io.kadlink.discovery.v5;

import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One node's part in a lookup. It is asked for the bucket that the target falls into and for those
 * beside it. An answer has {@value NodesSplit#MAX_RECORDS} nodes at most, the first bucket's before
 * the others'. Far from the target that bucket alone fills it, with nodes that are all nearer: just
 * what is wanted. Near the target it is a part of the answer, and the next bucket, which holds the
 * rest of the target's neighbours, is cut off: so that is asked for once more, and the nearest
 * count.
 */
final class Neighbourhood {
  private final DiscoveryV5 v5;
  private final Contact contact;
  private final NodeId target;
  private final List<Integer> distances;

  Neighbourhood(DiscoveryV5 v5, Contact contact, NodeId target) {
    this.v5 = v5;
    this.contact = contact;
    this.target = target;
    this.distances = Distances.toward(target, contact.id());
  }

  /** As many records as an answer has, at most; empty when the node does not answer. */
  void ask(Consumer<Optional<List<NodeRecord>>> done) {
    v5.findNodeAt(
        contact,
        distances,
        answer -> {
          if (answer.filter(this::isCutOff).isEmpty()) {
            done.accept(answer);
          } else {
            askForTheRest(answer.get(), done);
          }
        });
  }

  private boolean isCutOff(List<NodeRecord> answer) {
    long first =
        answer.stream()
            .filter(record -> contact.id().logDistance(record.id()) == distances.get(0))
            .count();
    return answer.size() == NodesSplit.MAX_RECORDS && first < answer.size();
  }

  private void askForTheRest(List<NodeRecord> first, Consumer<Optional<List<NodeRecord>>> done) {
    v5.findNodeAt(
        contact,
        distances.subList(1, distances.size()),
        rest -> {
          Map<NodeId, NodeRecord> all = new LinkedHashMap<>();
          first.forEach(record -> all.put(record.id(), record));
          rest.stream().flatMap(List::stream).forEach(record -> all.put(record.id(), record));
          done.accept(
              Optional.of(
                  all.values().stream()
                      .sorted(Comparator.comparing(NodeRecord::id, target::compareDistance))
                      .limit(NodesSplit.MAX_RECORDS)
                      .toList()));
        });
  }
}
