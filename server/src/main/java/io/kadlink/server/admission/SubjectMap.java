package io.kadlink.server.admission;

import io.kadlink.identity.NodeId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Values by subject. A question costs one look-up for each prefix length that is in use, however
 * many entries there are. Immutable.
 *
 * @param <V> what is kept for each subject
 */
final class SubjectMap<V> {
  private final Map<Subject, V> entries;
  private final int[] prefixLengths;

  private SubjectMap(Map<Subject, V> entries) {
    this.entries = entries;
    TreeSet<Integer> lengths = new TreeSet<>();
    for (Subject subject : entries.keySet()) {
      if (subject instanceof Subject.Network network) {
        lengths.add(network.cidr().prefixLength());
      }
    }
    this.prefixLengths = lengths.descendingSet().stream().mapToInt(Integer::intValue).toArray();
  }

  static <V> SubjectMap<V> empty() {
    return new SubjectMap<>(Map.of());
  }

  /** A copy with these, the newest last. */
  SubjectMap<V> with(Map<Subject, V> added) {
    Map<Subject, V> next = new LinkedHashMap<>(entries);
    added.forEach(
        (subject, value) -> {
          next.remove(subject);
          next.put(subject, value);
        });
    return new SubjectMap<>(next);
  }

  SubjectMap<V> without(Collection<Subject> removed) {
    Map<Subject, V> next = new LinkedHashMap<>(entries);
    removed.forEach(next::remove);
    return new SubjectMap<>(next);
  }

  @Nullable V get(Subject subject) {
    return entries.get(subject);
  }

  int size() {
    return entries.size();
  }

  Collection<V> values() {
    return entries.values();
  }

  /** The first entry that passes: of the node, of the endpoint, of the smallest network. */
  Optional<V> find(Optional<NodeId> id, Optional<InetSocketAddress> socket, Predicate<V> passes) {
    return id.map(Subject.Node::new)
        .flatMap(node -> find(node, passes))
        .or(() -> socket.flatMap(at -> find(Subject.Endpoint.of(at), passes)))
        .or(() -> socket.flatMap(at -> findNetwork(at.getAddress(), passes)));
  }

  private Optional<V> findNetwork(InetAddress address, Predicate<V> passes) {
    int bits = address.getAddress().length * Byte.SIZE;
    for (int length : prefixLengths) {
      if (length <= bits) {
        Optional<V> found = find(new Subject.Network(new Cidr(address, length)), passes);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<V> find(Subject subject, Predicate<V> passes) {
    return Optional.ofNullable(entries.get(subject)).filter(passes);
  }
}
