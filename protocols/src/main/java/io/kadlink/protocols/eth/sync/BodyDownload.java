package io.kadlink.protocols.eth.sync;

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
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Headers in a row, and the bodies that belong to them from all peers at once. Each peer has one
 * request at a time; what it does not deliver goes to another. Blocks come out in order, each body
 * checked against its header.
 */
final class BodyDownload {
  /** Headers that wait for their bodies; bounds what a fake chain can make us hold. */
  static final int MAX_HEADERS = 1024;

  /** Bodies asked for at once: a few requests' time for small blocks, below 2 MiB for full ones. */
  static final int MAX_REQUEST = 64;

  /** Fewer are not worth spreading over more peers. */
  private static final int MIN_REQUEST = 8;

  /** Transactions held before the first missing body arrives, in bytes. */
  static final long MAX_HELD_BYTES = 64L << 20;

  /** How long a peer is left alone after it gave nothing. */
  static final Duration REST = Duration.ofSeconds(2);

  private static final class Slot {
    private final BlockHeader header;
    private @Nullable BlockBody body;
    private boolean asked;

    Slot(BlockHeader header) {
      this.header = header;
    }
  }

  private final EthPeers peers;
  private final InstantSource clock;
  private final Runnable arrived;
  private final Deque<Slot> slots = new ArrayDeque<>();
  private final Set<EthPeer> busy = new HashSet<>();
  private final Map<EthPeer, Instant> resting = new HashMap<>();
  private long heldBytes;
  private boolean over;

  /**
   * @param arrived called when there may be a next block, or a peer is free again
   */
  BodyDownload(EthPeers peers, InstantSource clock, Runnable arrived) {
    this.peers = peers;
    this.clock = clock;
    this.arrived = arrived;
  }

  void add(BlockHeader header) {
    Slot slot = new Slot(header);
    slot.body = BodyMatch.empty(header).orElse(null);
    slots.add(slot);
  }

  int size() {
    return slots.size();
  }

  /** The next block in order, when its body is there. */
  Optional<Block> next() {
    Slot first = slots.peek();
    if (first == null || first.body == null) {
      return Optional.empty();
    }
    slots.remove();
    heldBytes -= bytes(first.body);
    return Optional.of(new Block(first.header, first.body));
  }

  /** Nothing is asked any more, answers are ignored. */
  void end() {
    over = true;
    slots.clear();
  }

  /** Asks every free peer for a part of what is missing. */
  void request() {
    List<Slot> open = new ArrayList<>();
    for (Slot slot : slots) {
      if (slot.body == null && !slot.asked) {
        open.add(slot);
      }
    }
    if (open.isEmpty()) {
      return;
    }
    List<EthPeer> free = free();
    for (EthPeer peer : free) {
      int share = Math.ceilDiv(open.size(), free.size());
      int count = Math.clamp(share, MIN_REQUEST, MAX_REQUEST);
      requestFrom(peer, open, heldBytes > MAX_HELD_BYTES ? 1 : count);
    }
  }

  private List<EthPeer> free() {
    Instant now = clock.instant();
    resting.values().removeIf(until -> !until.isAfter(now));
    List<EthPeer> free = peers.open();
    free.removeIf(peer -> busy.contains(peer) || resting.containsKey(peer));
    return free;
  }

  private void requestFrom(EthPeer peer, List<Slot> open, int count) {
    List<Slot> request = new ArrayList<>();
    for (Slot slot : open) {
      if (request.size() < count && !slot.asked && mayServe(peer, slot.header.number())) {
        request.add(slot);
        slot.asked = true;
      }
    }
    if (!request.isEmpty()) {
      busy.add(peer);
      peer.requestBodies(
          request.stream().map(slot -> slot.header.hash()).toList(),
          answer -> answered(peer, request, answer));
    }
  }

  /** One that says it has dropped the body is asked only when there is nobody else to ask. */
  private boolean mayServe(EthPeer peer, long number) {
    return peer.servesBlock(number)
        || (peer.hasBlock(number)
            && peers.open().stream().noneMatch(other -> other.servesBlock(number)));
  }

  private void answered(EthPeer peer, List<Slot> request, Optional<BlockBodies> answer) {
    busy.remove(peer);
    if (over) {
      return;
    }
    request.forEach(slot -> slot.asked = false);
    if (answer.isEmpty() || !fill(peer, request, answer.get().bodies())) {
      resting.put(peer, clock.instant().plus(REST));
    }
    arrived.run();
  }

  /**
   * Puts bodies to their headers. They come in the order of the request; a peer may leave some out.
   *
   * @return whether they were of use
   */
  private boolean fill(EthPeer peer, List<Slot> request, List<BlockBody> bodies) {
    int next = 0;
    for (BlockBody body : bodies) {
      while (next < request.size() && !BodyMatch.matches(request.get(next).header, body)) {
        next++;
      }
      if (next == request.size()) {
        peer.drop(
            DisconnectReason.PROTOCOL_BREACH,
            "BlockBodies: a body that belongs to none of the blocks asked for");
        return false;
      }
      request.get(next++).body = body;
      heldBytes += bytes(body);
    }
    if (bodies.isEmpty()) {
      peer.failed("no bodies of blocks it claims to have");
      return false;
    }
    peer.succeeded();
    return true;
  }

  private static long bytes(BlockBody body) {
    long sum = 0;
    for (Transaction transaction : body.transactions()) {
      sum += transaction.encoded().size();
    }
    return sum;
  }
}
