package io.kadlink.discovery.v4;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.v4.Packet.Neighbor;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Questions of ours that wait for their answer: FindNode and ENRRequest.
 *
 * <p>A Neighbors packet does not say which FindNode it answers, so a node is asked one at a time
 * and further questions to it queue. Nor does it say whether another follows. An answer is complete
 * with {@value #WANTED} nodes, or when time is up; a packet that is not full is most likely the
 * last, so after one the wait is short. However the node spreads its packets, {@link #TIMEOUT}
 * after the question it has had its say.
 */
final class Questions {
  static final Duration TIMEOUT = Duration.ofMillis(500);

  /** How long another Neighbors packet may come after one that was not full. */
  static final Duration STRAGGLER_WAIT = Duration.ofMillis(50);

  /** Nodes in a complete answer (Kademlia's k). */
  static final int WANTED = 16;

  /** Packets taken for one answer: one for each node, at the most. */
  static final int MAX_PACKETS = WANTED;

  /** FindNodes queued to one node. Lookups ask a node once, so few wait unless it is slow. */
  static final int MAX_QUEUED = 16;

  /** Records asked for at the same time. */
  static final int MAX_RECORD_REQUESTS = 256;

  private static final class Find {
    final Contact contact;
    final Bytes target;
    final Consumer<Optional<List<Neighbor>>> done;
    final List<Neighbor> found = new ArrayList<>();
    int packets;
    long sentNanos;
    Loop.@Nullable Timer timeout;

    Find(Contact contact, Bytes target, Consumer<Optional<List<Neighbor>>> done) {
      this.contact = contact;
      this.target = target;
      this.done = done;
    }
  }

  /** Requests within one second are the same bytes, to whomever they go: the hash is no key. */
  private record RecordRequest(
      Bytes hash, Loop.Timer timeout, List<Consumer<Optional<Bytes>>> waiting) {}

  private final Loop loop;
  private final Sender sender;
  private final Map<Bonds.Endpoint, Deque<Find>> finds = new HashMap<>();
  private final Map<InetAddress, Integer> askedAddresses = new HashMap<>();
  private final Map<Bonds.Endpoint, RecordRequest> records = new HashMap<>();

  Questions(Loop loop, Sender sender) {
    this.loop = loop;
    this.sender = sender;
  }

  /**
   * Asks for nodes near a target.
   *
   * @param done the nodes told, or empty when no answer came in time
   */
  void find(Contact contact, Bytes target, Consumer<Optional<List<Neighbor>>> done) {
    Bonds.Endpoint endpoint = new Bonds.Endpoint(contact.id(), contact.address());
    Deque<Find> queue = finds.computeIfAbsent(endpoint, key -> new ArrayDeque<>());
    if (queue.size() >= MAX_QUEUED) {
      done.accept(Optional.empty());
      return;
    }
    Find find = new Find(contact, target, done);
    queue.add(find);
    if (queue.size() == 1) {
      askedAddresses.merge(endpoint.address(), 1, Integer::sum);
      send(endpoint, find);
    }
  }

  /** Whether anyone at this address was asked for nodes. */
  boolean expectsNeighbors(InetAddress address) {
    return askedAddresses.containsKey(address);
  }

  /** Takes a Neighbors packet; false when nobody at that endpoint was asked. */
  boolean neighbors(Packet.Neighbors packet, Bonds.Endpoint from) {
    Deque<Find> queue = finds.get(from);
    if (queue == null) {
      return false;
    }
    Find find = queue.element();
    find.packets++;
    for (Neighbor node : packet.nodes()) {
      if (find.found.size() < WANTED) {
        find.found.add(node);
      }
    }
    if (find.found.size() >= WANTED || find.packets >= MAX_PACKETS) {
      finish(from, find);
    } else if (packet.nodes().size() < Packet.Neighbors.MAX_NODES) {
      awaitStraggler(from, find);
    }
    return true;
  }

  /**
   * Asks for the node's record, unless that is under way: then both wait for the answer.
   *
   * @param done its raw RLP, or empty when no answer came in time
   */
  void record(Contact contact, Consumer<Optional<Bytes>> done) {
    Bonds.Endpoint endpoint = new Bonds.Endpoint(contact.id(), contact.address());
    RecordRequest running = records.get(endpoint);
    if (running != null) {
      running.waiting().add(done);
      return;
    }
    if (records.size() >= MAX_RECORD_REQUESTS) {
      done.accept(Optional.empty());
      return;
    }
    Bytes hash = sender.enrRequest(contact.udp());
    Loop.Timer timeout = loop.schedule(TIMEOUT, () -> expireRecord(endpoint));
    RecordRequest request = new RecordRequest(hash, timeout, new ArrayList<>());
    request.waiting().add(done);
    records.put(endpoint, request);
  }

  /** Whether a record request of this hash waits for its answer. */
  boolean expectsRecord(Bytes requestHash) {
    return records.values().stream().anyMatch(request -> request.hash().equals(requestHash));
  }

  /** Takes a record; false when nobody at that endpoint was asked. */
  boolean enrResponse(Packet.EnrResponse packet, Bonds.Endpoint from) {
    RecordRequest request = records.get(from);
    if (request == null || !request.hash().equals(packet.requestHash())) {
      return false;
    }
    endRecord(from, Optional.of(packet.record()));
    return true;
  }

  void close() {
    List<Find> open = finds.values().stream().flatMap(Deque::stream).toList();
    finds.clear();
    askedAddresses.clear();
    for (Find find : open) {
      if (find.timeout != null) {
        find.timeout.cancel();
      }
      find.done.accept(Optional.empty());
    }
    List.copyOf(records.keySet()).forEach(this::expireRecord);
  }

  private void send(Bonds.Endpoint endpoint, Find find) {
    sender.findNode(find.contact.udp(), find.target);
    find.sentNanos = loop.nanoTime();
    find.timeout = loop.schedule(TIMEOUT, () -> finish(endpoint, find));
  }

  private void awaitStraggler(Bonds.Endpoint endpoint, Find find) {
    Duration left = TIMEOUT.minusNanos(loop.nanoTime() - find.sentNanos);
    if (find.timeout != null && left.compareTo(STRAGGLER_WAIT) > 0) {
      find.timeout.cancel();
      find.timeout = loop.schedule(STRAGGLER_WAIT, () -> finish(endpoint, find));
    }
  }

  private void finish(Bonds.Endpoint endpoint, Find find) {
    Deque<Find> queue = finds.get(endpoint);
    if (queue == null || queue.peek() != find) {
      return;
    }
    if (find.timeout != null) {
      find.timeout.cancel();
    }
    queue.remove();
    Find next = queue.peek();
    if (next != null) {
      send(endpoint, next);
    } else {
      finds.remove(endpoint);
      askedAddresses.computeIfPresent(
          endpoint.address(), (address, count) -> count == 1 ? null : count - 1);
    }
    find.done.accept(find.packets > 0 ? Optional.of(find.found) : Optional.empty());
  }

  private void expireRecord(Bonds.Endpoint endpoint) {
    endRecord(endpoint, Optional.empty());
  }

  private void endRecord(Bonds.Endpoint endpoint, Optional<Bytes> answer) {
    RecordRequest request = records.remove(endpoint);
    if (request != null) {
      request.timeout().cancel();
      request.waiting().forEach(done -> done.accept(answer));
    }
  }
}
