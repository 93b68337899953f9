package io.kadlink.protocols.eth.sync;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.peer.EthPeer;
import io.kadlink.protocols.eth.peer.EthPeers;
import io.kadlink.protocols.eth.wire.EthMessage.BlockBodies;
import io.kadlink.rlpx.wire.DisconnectReason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Headers in a row, and the bodies that belong to them from all peers at once, blocks handed out in
 * order. What a peer is asked for goes by its measured rate; what is late, or was left out, goes to
 * another. Bodies are held against their headers away from the loop.
 *
 * <p>Nobody can tell a made-up header from a true one before its block was imported. So whoever has
 * no body for a header is blamed only once somebody else's body for it proved true; until then the
 * fault may be the headers'. The peer that gave the headers must have their bodies in any case.
 */
final class BodyDownload {
  /** Headers that wait for their bodies, some 2 KiB each: what a fake chain can make us hold. */
  static final int MAX_HEADERS = 4_096;

  /** Bodies asked for at once; the answer ends at 2 MiB anyway. */
  static final int MAX_REQUEST = 256;

  /** Requests to one peer under way: while one is answered, the next is on its way. */
  static final int MAX_IN_FLIGHT = 2;

  /** Transactions held before the first missing body arrives, in bytes. */
  static final long MAX_HELD_BYTES = 64L << 20;

  /** How long a peer is left alone after it gave nothing. */
  static final Duration REST = Duration.ofSeconds(2);

  /**
   * The next block.
   *
   * @param lacking whose answers left its body out
   */
  record Filled(Block block, List<BodyRequest> lacking) {}

  private static final class Slot {
    private final BlockHeader header;
    private final List<BodyRequest> lacking = new ArrayList<>();
    private @Nullable BlockBody body;

    Slot(BlockHeader header) {
      this.header = header;
    }
  }

  private final EthPeer source;
  private final EthPeers peers;
  private final Loop loop;
  private final Executor computation;
  private final InstantSource clock;
  private final Runnable arrived;
  private final Deque<Slot> slots = new ArrayDeque<>();

  /** Slots that nobody is asked for, by number. */
  private final TreeMap<Long, Slot> open = new TreeMap<>();

  private final Map<Long, Slot> byNumber = new HashMap<>();
  private final Set<BodyRequest> requests = new LinkedHashSet<>();
  private final Map<EthPeer, DeliveryRate> rates = new HashMap<>();
  private final Map<EthPeer, Instant> resting = new HashMap<>();
  private long heldBytes;
  private boolean over;

  /**
   * @param source whose headers they are
   * @param computation where bodies are checked
   * @param arrived called on the loop when there may be a next block, or a peer is free again
   */
  BodyDownload(
      EthPeer source,
      EthPeers peers,
      Loop loop,
      Executor computation,
      InstantSource clock,
      Runnable arrived) {
    this.source = source;
    this.peers = peers;
    this.loop = loop;
    this.computation = computation;
    this.clock = clock;
    this.arrived = arrived;
  }

  void add(BlockHeader header) {
    Slot slot = new Slot(header);
    slot.body = BodyMatch.empty(header).orElse(null);
    slots.add(slot);
    byNumber.put(header.number(), slot);
    if (slot.body == null) {
      open.put(header.number(), slot);
    }
  }

  int size() {
    return slots.size();
  }

  /** The next block in order, when its body is there. */
  Optional<Filled> next() {
    Slot first = slots.peek();
    if (first == null || first.body == null) {
      return Optional.empty();
    }
    slots.remove();
    byNumber.remove(first.header.number());
    heldBytes -= bytes(first.body);
    return Optional.of(new Filled(new Block(first.header, first.body), first.lacking));
  }

  /** Nothing is asked any more, answers are ignored. */
  void end() {
    over = true;
    slots.clear();
    open.clear();
    byNumber.clear();
    requests.clear();
  }

  /** Asks every free peer for what it can deliver soon, the fastest for what is needed first. */
  void request() {
    releaseLate();
    List<EthPeer> free = free();
    free.sort(Comparator.comparingDouble((EthPeer peer) -> rate(peer).perSecond()).reversed());
    for (EthPeer peer : free) {
      while (!open.isEmpty() && mayAsk(peer) && ask(peer)) {
        // twice, when the peer is known to deliver
      }
    }
  }

  private boolean mayAsk(EthPeer peer) {
    long underWay = requests.stream().filter(request -> request.peer() == peer).count();
    int allowed = rate(peer).perSecond() > 0 ? MAX_IN_FLIGHT : 1;
    boolean full = heldBytes > MAX_HELD_BYTES;
    return underWay < allowed && !(full && !isFirst(open.firstEntry().getValue()));
  }

  private boolean isFirst(Slot slot) {
    return slot == slots.peek();
  }

  private List<EthPeer> free() {
    Instant now = clock.instant();
    resting.values().removeIf(until -> !until.isAfter(now));
    List<EthPeer> free = peers.open();
    rates.keySet().retainAll(free);
    free.removeIf(resting::containsKey);
    return free;
  }

  private DeliveryRate rate(EthPeer peer) {
    return rates.computeIfAbsent(peer, each -> new DeliveryRate());
  }

  private boolean ask(EthPeer peer) {
    // towards the end, what is left is shared
    int share = Math.max(DeliveryRate.FIRST, Math.ceilDiv(open.size(), peers.open().size()));
    int count = heldBytes > MAX_HELD_BYTES ? 1 : rate(peer).next(Math.min(share, MAX_REQUEST));
    List<BlockHeader> headers = new ArrayList<>();
    for (Slot slot : open.values()) {
      if (headers.size() == count) {
        break;
      }
      if (mayServe(peer, slot)) {
        headers.add(slot.header);
      }
    }
    if (headers.isEmpty()) {
      return false;
    }
    headers.forEach(header -> open.remove(header.number()));
    BodyRequest request = new BodyRequest(peer, List.copyOf(headers), clock.instant());
    requests.add(request);
    peer.requestBodies(
        headers.stream().map(BlockHeader::hash).toList(), answer -> answered(request, answer));
    return true;
  }

  /**
   * One that says it has dropped the body, or has left it out, is asked only when there is nobody
   * else to ask.
   */
  private boolean mayServe(EthPeer peer, Slot slot) {
    long number = slot.header.number();
    if (!peer.hasBlock(number)) {
      return false;
    }
    boolean likely = peer.servesBlock(number) && !lacks(slot, peer);
    return likely
        || peers.open().stream()
            .noneMatch(other -> other.servesBlock(number) && !lacks(slot, other));
  }

  private static boolean lacks(Slot slot, EthPeer peer) {
    return slot.lacking.stream().anyMatch(request -> request.peer() == peer);
  }

  /** What should have come by now is asked of others; it may still come. */
  private void releaseLate() {
    Instant now = clock.instant();
    for (BodyRequest request : requests) {
      DeliveryRate rate = rate(request.peer());
      Duration patience = rate.patience(request.headers().size());
      if (!request.isReleased() && request.sent().plus(patience).isBefore(now)) {
        request.release();
        rate.failed();
        reopen(request);
      }
    }
  }

  private void reopen(BodyRequest request) {
    for (BlockHeader header : request.headers()) {
      Slot slot = byNumber.get(header.number());
      if (slot != null && slot.body == null) {
        open.put(header.number(), slot);
      }
    }
  }

  private void answered(BodyRequest request, Optional<BlockBodies> answer) {
    if (over) {
      return;
    }
    if (answer.isEmpty()) {
      settle(request, Optional.of(List.of()));
      return;
    }
    List<BlockBody> bodies = answer.get().bodies();
    Duration took = Duration.between(request.sent(), clock.instant());
    if (!bodies.isEmpty()) {
      rate(request.peer()).delivered(bodies.size(), took);
    }
    try {
      computation.execute(
          () -> {
            Optional<List<@Nullable BlockBody>> places =
                BodyMatch.assign(request.headers(), bodies);
            loop.execute(() -> settle(request, places));
          });
    } catch (RejectedExecutionException closing) {
      requests.remove(request);
    }
  }

  /**
   * Puts bodies to their headers.
   *
   * @param bodies one or null for each header asked for; none at all after a time-out; empty when
   *     one belonged to none of them
   */
  private void settle(BodyRequest request, Optional<List<@Nullable BlockBody>> bodies) {
    if (over) {
      return;
    }
    requests.remove(request);
    EthPeer peer = request.peer();
    int filled = 0;
    if (bodies.isEmpty()) {
      peer.drop(
          DisconnectReason.PROTOCOL_BREACH,
          "BlockBodies: a body that belongs to none of the blocks asked for");
    } else {
      filled = fill(request, bodies.get());
    }
    if (!request.isReleased()) {
      reopen(request);
    }
    if (filled > 0) {
      peer.succeeded();
    } else {
      rate(peer).failed();
      resting.put(peer, clock.instant().plus(REST));
      if (peer == source && bodies.isPresent() && !bodies.get().isEmpty()) {
        request.blame();
      }
    }
    arrived.run();
  }

  private int fill(BodyRequest request, List<@Nullable BlockBody> bodies) {
    // an answer may end at its size limit: what comes after its last body is not lacking
    int end = lastIndex(bodies);
    boolean nothing = end < 0;
    int filled = 0;
    for (int i = 0; i < bodies.size(); i++) {
      BlockBody body = bodies.get(i);
      filled += body == null ? 0 : 1;
      Slot slot = byNumber.get(request.headers().get(i).number());
      if (slot == null || slot.body != null) {
        continue; // somebody else was quicker
      }
      if (body != null) {
        slot.body = body;
        heldBytes += bytes(body);
        open.remove(slot.header.number());
      } else if (nothing || i < end) {
        slot.lacking.add(request);
      }
    }
    return filled;
  }

  private static int lastIndex(List<@Nullable BlockBody> bodies) {
    int last = bodies.size() - 1;
    while (last >= 0 && bodies.get(last) == null) {
      last--;
    }
    return last;
  }

  /** Of its transactions. */
  static long bytes(BlockBody body) {
    long sum = 0;
    for (Transaction transaction : body.transactions()) {
      sum += transaction.encoded().size();
    }
    return sum;
  }
}
