package io.kadlink.discovery.v4;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeId;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;

/**
 * Pings of ours that wait for their pong. A pong must name the ping's hash and come from the key
 * and IP address that was pinged.
 */
final class Pings {
  /** How long a pong may take. */
  static final Duration TIMEOUT = Duration.ofMillis(500);

  /**
   * Pending pings at which strangers are not pinged back any more: forged senders must not make us
   * spend memory and bandwidth without bound. Pings of our own choice are bounded by who sends them
   * and always pass, so that such a flood can't make proven nodes look dead.
   */
  static final int MAX_PENDING_FOR_STRANGERS = 1_024;

  /** A pong and how long after its ping it came. */
  record Answer(Packet.Pong pong, Duration roundTrip) {}

  /**
   * Pings to one endpoint within one second are the same bytes and have the same hash, even when
   * they are meant for different nodes (one of which may have used that endpoint before).
   */
  private record Target(NodeId id, InetSocketAddress udp) {}

  private record Pending(
      Contact contact,
      Target target,
      Bytes hash,
      long sentNanos,
      Loop.Timer timeout,
      List<Consumer<Optional<Answer>>> waiting) {}

  private final Loop loop;
  private final Sender sender;
  private final Map<Bytes, List<Pending>> byHash = new HashMap<>();
  private final Map<Target, Pending> byTarget = new HashMap<>();

  Pings(Loop loop, Sender sender) {
    this.loop = loop;
    this.sender = sender;
  }

  /**
   * Pings, unless a ping to that node and endpoint is under way: then both wait for its pong.
   *
   * @param done the pong, or empty when none came in time
   */
  void ping(Contact contact, Consumer<Optional<Answer>> done) {
    Target target = new Target(contact.id(), contact.udp());
    Pending pending = byTarget.get(target);
    if (pending != null) {
      pending.waiting().add(done);
      return;
    }
    Bytes hash = sender.ping(contact.udp(), contact.tcpPort());
    Loop.Timer timeout = loop.schedule(TIMEOUT, () -> expire(target));
    Pending sent = new Pending(contact, target, hash, loop.nanoTime(), timeout, new ArrayList<>());
    sent.waiting().add(done);
    byHash.computeIfAbsent(hash, key -> new ArrayList<>(1)).add(sent);
    byTarget.put(target, sent);
  }

  /** Whether so much is pending that a stranger must not cause more. */
  boolean isBusy() {
    return byTarget.size() >= MAX_PENDING_FOR_STRANGERS;
  }

  /** Whether a ping of this hash waits for its pong. */
  boolean expects(Bytes pingHash) {
    return byHash.containsKey(pingHash);
  }

  /**
   * Takes a pong.
   *
   * @return who was pinged, or empty when nobody at that endpoint was
   */
  Optional<Contact> pong(Packet.Pong pong, Bonds.Endpoint from) {
    Optional<Pending> pinged =
        byHash.getOrDefault(pong.pingHash(), List.of()).stream()
            .filter(sent -> sent.contact().id().equals(from.id()))
            .filter(sent -> sent.contact().address().equals(from.address()))
            .findFirst();
    pinged.ifPresent(pending -> answered(pending, pong));
    return pinged.map(Pending::contact);
  }

  void close() {
    List.copyOf(byTarget.keySet()).forEach(this::expire);
  }

  private void answered(Pending pending, Packet.Pong pong) {
    forget(pending);
    Duration roundTrip = Duration.ofNanos(loop.nanoTime() - pending.sentNanos());
    Optional<Answer> answer = Optional.of(new Answer(pong, roundTrip));
    // The pong counts before anyone waiting for it goes on.
    loop.execute(() -> pending.waiting().forEach(done -> done.accept(answer)));
  }

  private void expire(Target target) {
    Pending pending = byTarget.get(target);
    if (pending != null) {
      forget(pending);
      pending.waiting().forEach(done -> done.accept(Optional.empty()));
    }
  }

  private void forget(Pending pending) {
    pending.timeout().cancel();
    byTarget.remove(pending.target());
    byHash.computeIfPresent(
        pending.hash(),
        (hash, sent) -> {
          sent.removeIf(other -> other.target().equals(pending.target()));
          return sent.isEmpty() ? null : sent;
        });
  }
}
