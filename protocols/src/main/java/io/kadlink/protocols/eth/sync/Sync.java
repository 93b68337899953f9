package io.kadlink.protocols.eth.sync;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.Chain;
import io.kadlink.protocols.eth.peer.EthMetrics;
import io.kadlink.protocols.eth.peer.EthPeer;
import io.kadlink.protocols.eth.peer.EthPeers;
import io.kadlink.protocols.eth.wire.BlockId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps our chain level with the highest one a peer has, one {@link Download} at a time, whether it
 * is one new block or the whole chain. The peer with the highest head is followed; one of several
 * equals at random. A peer whose download came to nothing rests before it is tried again.
 */
public final class Sync {
  private static final Logger log = LoggerFactory.getLogger(Sync.class);

  /** A node this many blocks behind says that it is syncing; less is ordinary propagation. */
  public static final int FAR_BEHIND = 8;

  /** How long a peer rests after a download from it came to nothing. */
  static final Duration REST = Duration.ofSeconds(5);

  /** How often peers are looked over, in case nothing else makes us. */
  static final Duration LOOK = Duration.ofSeconds(1);

  /** How often progress is logged. */
  static final Duration REPORT = Duration.ofSeconds(3);

  private final Chain chain;
  private final EthPeers peers;
  private final Loop loop;
  private final Executor computation;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final EthMetrics metrics;
  private final Runnable caughtUp;
  private final Map<EthPeer, Instant> resting = new HashMap<>();
  private Loop.Timer looking = () -> {};
  private @Nullable Download download;
  private boolean farBehind;
  private Instant begun;
  private Instant reported;
  private long reportedBlocks;
  private long reportedBytes;
  private volatile Optional<SyncProgress> progress = Optional.empty();

  /**
   * @param computation where bodies are checked
   * @param caughtUp called when a download has ended
   */
  public Sync(
      Chain chain,
      EthPeers peers,
      Loop loop,
      Executor computation,
      InstantSource clock,
      RandomGenerator random,
      EthMetrics metrics,
      Runnable caughtUp) {
    this.chain = chain;
    this.peers = peers;
    this.loop = loop;
    this.computation = computation;
    this.clock = clock;
    this.random = random;
    this.metrics = metrics;
    this.caughtUp = caughtUp;
    this.begun = clock.instant();
    this.reported = begun;
  }

  /** From here on peers are followed; without it, never. */
  public void start() {
    looking = loop.repeat(LOOK, this::look);
  }

  /** A download of more than a few blocks, when one is going on. Any thread. */
  public Optional<SyncProgress> progress() {
    return progress;
  }

  /** Whether such a download is going on. */
  public boolean farBehind() {
    return farBehind;
  }

  /** A peer's head may be ahead of ours. */
  public void check() {
    loop.assertInLoop();
    if (download == null) {
      best().ifPresent(this::follow);
    }
  }

  /** Its session is over. */
  public void disconnected(EthPeer peer) {
    resting.remove(peer);
  }

  public void stop() {
    looking.cancel();
    if (download != null) {
      download.cancel();
    }
  }

  private void look() {
    check();
    Download current = download;
    if (current != null && farBehind) {
      show(current);
      if (!clock.instant().isBefore(reported.plus(REPORT))) {
        report(current);
      }
    }
  }

  private Optional<EthPeer> best() {
    Instant now = clock.instant();
    resting.values().removeIf(until -> !until.isAfter(now));
    long highest = chain.head().number();
    long next = highest + 1;
    List<EthPeer> best = new ArrayList<>();
    for (EthPeer peer : peers.open()) {
      Optional<BlockId> head = peer.head();
      if (head.isEmpty() || !peer.servesBlock(next) || resting.containsKey(peer)) {
        continue;
      }
      int order = Long.compareUnsigned(head.get().number(), highest);
      if (order > 0) {
        best.clear();
        highest = head.get().number();
      }
      if (order > 0 || (order == 0 && !best.isEmpty())) {
        best.add(peer);
      }
    }
    return best.isEmpty() ? Optional.empty() : Optional.of(best.get(random.nextInt(best.size())));
  }

  private void follow(EthPeer peer) {
    BlockHeader head = chain.head();
    BlockId theirs = peer.head().orElseThrow();
    Download begins =
        new Download(chain, peer, peers, loop, computation, clock, metrics, how -> ended(how));
    download = begins;
    farBehind = Long.compareUnsigned(theirs.number() - head.number(), FAR_BEHIND) >= 0;
    begun = clock.instant();
    reported = begun;
    reportedBlocks = 0;
    reportedBytes = 0;
    if (farBehind) {
      log.info("syncing from block {} to {} of {}", head.number(), theirs, peer);
      show(begins);
    } else {
      log.debug("following {} from block {} to {}", peer, head.number(), theirs);
    }
    begins.start();
  }

  private void show(Download current) {
    progress =
        Optional.of(
            new SyncProgress(current.startingBlock(), chain.head().number(), highest(current)));
  }

  private static long highest(Download current) {
    return current.source().head().map(BlockId::number).orElse(current.startingBlock());
  }

  private void report(Download current) {
    Duration since = Duration.between(reported, clock.instant());
    double seconds = Math.max(1, since.toMillis()) / 1000.0;
    double speed = (current.imported() - reportedBlocks) / seconds;
    double bytes = (current.importedBytes() - reportedBytes) / seconds;
    long head = chain.head().number();
    log.info(
        "syncing: block {} of {}, {} blocks/s, {} MB/s, {} peers, {} left",
        head,
        Long.toUnsignedString(highest(current)),
        Math.round(speed),
        String.format(Locale.ROOT, "%.1f", bytes / 1e6),
        peers.open().size(),
        speed < 1
            ? "unknown time"
            : Duration.ofSeconds((long) ((highest(current) - head) / speed)));
    reported = clock.instant();
    reportedBlocks = current.imported();
    reportedBytes = current.importedBytes();
  }

  private void ended(Download.End how) {
    Download current = download;
    if (current == null) {
      return;
    }
    download = null;
    progress = Optional.empty();
    boolean barren =
        how != Download.End.COMPLETE || chain.head().number() == current.startingBlock();
    if (barren) {
      resting.put(current.source(), clock.instant().plus(REST));
    }
    if (farBehind) {
      Duration took = Duration.between(begun, clock.instant());
      log.info(
          "sync {}: {} blocks, {} bytes in {} ms, head {}",
          how == Download.End.COMPLETE ? "complete" : "interrupted",
          current.imported(),
          current.importedBytes(),
          took.toMillis(),
          chain.head());
    }
    farBehind = false;
    caughtUp.run();
    loop.execute(this::check);
  }
}
