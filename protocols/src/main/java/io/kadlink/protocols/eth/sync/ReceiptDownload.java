package io.kadlink.protocols.eth.sync;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.Chain;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.peer.EthMetrics;
import io.kadlink.protocols.eth.peer.EthPeer;
import io.kadlink.protocols.eth.peer.EthPeers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.tuweni.bytes.Bytes32;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the receipts of blocks that the chain has not executed, lowest first, from all peers at
 * once. A block's receipts are held against the root in its header, so it does not matter who gives
 * them; a node without an EVM has them all in the end, and can serve them.
 */
public final class ReceiptDownload {
  private static final Logger log = LoggerFactory.getLogger(ReceiptDownload.class);

  /** Blocks in one request: an answer's 2 MiB hold about as many full ones. */
  static final int MAX_REQUEST = 32;

  /** Blocks asked for at a time, of all peers. */
  static final int MAX_OPEN = 8 * MAX_REQUEST;

  /** How often we look whether receipts are missing. */
  static final Duration LOOK = Duration.ofSeconds(1);

  /** How long a peer is left alone that had none: they may be too old for it. */
  static final Duration REST = Duration.ofSeconds(30);

  private final Chain chain;
  private final EthPeers peers;
  private final Loop loop;
  private final InstantSource clock;
  private final EthMetrics metrics;
  private final BooleanSupplier busyOtherwise;
  private final Set<EthPeer> asked = new HashSet<>();
  private final Map<EthPeer, Instant> resting = new HashMap<>();

  /** Asked for, or on their way into the store. */
  private final Set<Bytes32> open = new HashSet<>();

  private Loop.Timer looking = () -> {};
  private long kept;

  /**
   * @param busyOtherwise whether blocks are being fetched, which come first
   */
  public ReceiptDownload(
      Chain chain,
      EthPeers peers,
      Loop loop,
      InstantSource clock,
      EthMetrics metrics,
      BooleanSupplier busyOtherwise) {
    this.chain = chain;
    this.peers = peers;
    this.loop = loop;
    this.clock = clock;
    this.metrics = metrics;
    this.busyOtherwise = busyOtherwise;
  }

  public void start() {
    looking = loop.repeat(LOOK, this::look);
  }

  public void stop() {
    looking.cancel();
  }

  /** Its session is over. */
  public void disconnected(EthPeer peer) {
    resting.remove(peer);
  }

  private void look() {
    if (busyOtherwise.getAsBoolean()) {
      return;
    }
    List<BlockHeader> missing = new ArrayList<>(chain.withoutReceipts(MAX_OPEN));
    missing.removeIf(header -> open.contains(header.hash()));
    if (missing.isEmpty()) {
      if (kept > 0 && open.isEmpty()) {
        log.info("receipts of {} blocks fetched, to block {}", kept, chain.head());
        kept = 0;
      }
      return;
    }
    Instant now = clock.instant();
    resting.values().removeIf(until -> !until.isAfter(now));
    for (EthPeer peer : peers.open()) {
      if (!asked.contains(peer) && !resting.containsKey(peer)) {
        ask(peer, missing);
      }
    }
  }

  private void ask(EthPeer peer, List<BlockHeader> missing) {
    List<BlockHeader> request = new ArrayList<>();
    for (BlockHeader header : missing) {
      if (request.size() < MAX_REQUEST && peer.servesBlock(header.number())) {
        request.add(header);
      }
    }
    if (!request.isEmpty()) {
      missing.removeAll(request);
      request.forEach(header -> open.add(header.hash()));
      asked.add(peer);
      peer.requestReceipts(request, answer -> answered(peer, request, answer));
    }
  }

  private void answered(
      EthPeer peer, List<BlockHeader> request, Optional<List<List<Receipt>>> answer) {
    asked.remove(peer);
    List<List<Receipt>> receipts = answer.orElse(List.of());
    if (receipts.isEmpty()) {
      resting.put(peer, clock.instant().plus(REST));
    } else {
      peer.succeeded();
    }
    for (int i = 0; i < request.size(); i++) {
      Bytes32 hash = request.get(i).hash();
      if (i < receipts.size()) {
        chain
            .keepReceipts(hash, receipts.get(i))
            .whenComplete((done, failure) -> loop.execute(() -> kept(hash, failure)));
      } else {
        open.remove(hash);
      }
    }
    look();
  }

  private void kept(Bytes32 hash, @Nullable Throwable failure) {
    open.remove(hash);
    metrics.receipts(failure == null ? "kept" : "failed");
    if (failure == null) {
      kept++;
      if (open.isEmpty()) {
        look();
      }
    } else {
      log.debug("receipts of block {} could not be kept", hash, failure); // the chain says why
    }
  }
}
