package io.kadlink.protocols.eth.sync;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.Chain;
import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.peer.EthMetrics;
import io.kadlink.protocols.eth.peer.EthPeer;
import io.kadlink.protocols.eth.peer.EthPeers;
import io.kadlink.protocols.eth.wire.BlockId;
import io.kadlink.protocols.eth.wire.EthMessage.BlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
import io.kadlink.rlpx.wire.DisconnectReason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one peer's chain from where it leaves ours to its end:
 *
 * <pre>
 *   our head on its chain? --no--> common ancestor by bisection
 *          |                              |
 *          +---- HeaderDownload <---------+   batches from the one peer, links checked
 *                        |
 *                 bodies (BodyDownload)       from all peers
 *                        |
 *                 chain.importBlock           in order, several under way
 * </pre>
 *
 * <p>Headers are asked for ahead of bodies, up to a bound. When the peer of the headers is lost,
 * what has been asked for so far is still finished. Nothing needs to be kept for a later
 * continuation: it begins at our head.
 */
final class Download {
  private static final Logger log = LoggerFactory.getLogger(Download.class);

  /** Blocks handed to the chain and not answered yet. */
  static final int MAX_IMPORTING = 1_024;

  /** Bytes of them. */
  static final long MAX_IMPORTING_BYTES = 16L << 20;

  /** A download that brings no block for this long is given up. */
  static final Duration STALL = Duration.ofSeconds(20);

  /** So long we wait for headers with nothing else to do; then another peer's chain is followed. */
  static final Duration STARVATION = Duration.ofSeconds(10);

  /** How often resting peers are asked again. */
  private static final Duration TICK = Duration.ofSeconds(1);

  /** How it ended. */
  enum End {
    /** The peer has nothing more. */
    COMPLETE,
    /** The peer of the headers was lost, or had nothing to offer. */
    HEADERS_LOST,
    /** Nobody gave us what was missing. */
    STALLED,
    /** A block was refused, or could not be stored. */
    REFUSED
  }

  private final Chain chain;
  private final EthPeer source;
  private final EthPeers peers;
  private final Loop loop;
  private final InstantSource clock;
  private final EthMetrics metrics;
  private final Consumer<End> ended;
  private final BodyDownload bodies;
  private final long startingBlock;
  private final BlockHeader startingHeader;
  private final Loop.Timer tick;

  private @Nullable HeaderDownload headers;
  private @Nullable End headersEnd;
  private int importing;
  private long importingBytes;
  private long imported;
  private long importedBytes;
  private Instant lastProgress;
  private Instant lastFed;
  private boolean over;

  Download(
      Chain chain,
      EthPeer source,
      EthPeers peers,
      Loop loop,
      Executor computation,
      InstantSource clock,
      EthMetrics metrics,
      Consumer<End> ended) {
    this.chain = chain;
    this.source = source;
    this.peers = peers;
    this.loop = loop;
    this.clock = clock;
    this.metrics = metrics;
    this.ended = ended;
    this.bodies = new BodyDownload(source, peers, loop, computation, clock, this::advance);
    this.startingHeader = chain.head();
    this.startingBlock = startingHeader.number();
    this.lastProgress = clock.instant();
    this.lastFed = lastProgress;
    this.tick = loop.repeat(TICK, this::tick);
  }

  EthPeer source() {
    return source;
  }

  long startingBlock() {
    return startingBlock;
  }

  /** Blocks the chain has taken so far. */
  long imported() {
    return imported;
  }

  /** Bytes of headers and transactions of these. */
  long importedBytes() {
    return importedBytes;
  }

  void start() {
    source.requestHeaders(
        new GetBlockHeaders.AtNumber(startingBlock), 1 + HeaderDownload.BATCH, false, this::begin);
  }

  /** Gives up without calling anybody. */
  void cancel() {
    over = true;
    tick.cancel();
    bodies.end();
    if (headers != null) {
      headers.end();
    }
  }

  /** The first answer: with our head at its beginning, its chain continues ours. */
  private void begin(Optional<BlockHeaders> answer) {
    if (over) {
      return;
    }
    List<BlockHeader> first = answer.map(BlockHeaders::headers).orElse(List.of());
    if (first.isEmpty()) {
      if (answer.isPresent()) {
        source.failed("no header of block " + startingBlock + ", although it claims a later one");
      }
      endHeaders(End.HEADERS_LOST);
    } else if (first.getFirst().equals(startingHeader)) {
      HeaderDownload following = headersAfter(startingHeader);
      following.begin(first.subList(1, first.size()), HeaderDownload.BATCH);
      advance();
    } else if (first.getFirst().number() != startingBlock || startingBlock == 0) {
      source.drop(
          DisconnectReason.PROTOCOL_BREACH,
          "BlockHeaders: block "
              + first.getFirst().number()
              + " first, asked for "
              + startingBlock);
      endHeaders(End.HEADERS_LOST);
    } else {
      log.debug("{}: its block {} is not ours, looking for the ancestor", source, startingBlock);
      new AncestorSearch(chain, source, startingBlock, this::fork).start();
    }
  }

  private void fork(Optional<BlockHeader> ancestor) {
    if (over) {
      return;
    }
    if (ancestor.isEmpty()) {
      endHeaders(End.HEADERS_LOST);
      return;
    }
    log.info("{}: its chain leaves ours after block {}", source, ancestor.get());
    headersAfter(ancestor.get());
    advance();
  }

  private HeaderDownload headersAfter(BlockHeader last) {
    HeaderDownload following =
        new HeaderDownload(source, last, this::found, this::advance, this::endHeaders);
    headers = following;
    return following;
  }

  private void found(BlockHeader header) {
    bodies.add(header);
    lastFed = clock.instant();
  }

  private void endHeaders(End how) {
    headersEnd = how;
    advance();
  }

  private void advance() {
    if (over) {
      return;
    }
    while (importing < MAX_IMPORTING && importingBytes < MAX_IMPORTING_BYTES) {
      Optional<BodyDownload.Filled> next = bodies.next();
      if (next.isEmpty()) {
        break;
      }
      importBlock(next.get());
    }
    bodies.request();
    if (headersEnd == null && headers != null) {
      headers.request(BodyDownload.MAX_HEADERS - bodies.size());
    }
    if (headersEnd != null && bodies.size() == 0 && importing == 0) {
      end(headersEnd);
    }
  }

  private void importBlock(BodyDownload.Filled filled) {
    Block block = filled.block();
    long bytes = block.header().encoded().size() + BodyDownload.bytes(block.body());
    importing++;
    importingBytes += bytes;
    chain
        .importBlock(block)
        .whenComplete(
            (result, failure) -> loop.execute(() -> imported(filled, bytes, result, failure)));
  }

  private void imported(
      BodyDownload.Filled filled,
      long bytes,
      @Nullable ImportResult result,
      @Nullable Throwable failure) {
    importing--;
    importingBytes -= bytes;
    if (over) {
      return;
    }
    BlockHeader header = filled.block().header();
    BlockId id = new BlockId(header.number(), header.hash());
    switch (result) {
      case null -> {
        metrics.block("failed");
        log.debug("block {} could not be imported", id, failure); // the chain says why
        end(End.REFUSED);
      }
      case ImportResult.Imported done -> {
        metrics.block("imported");
        progressed(filled, bytes);
      }
      case ImportResult.Known known -> {
        metrics.block("known");
        progressed(filled, bytes);
      }
      case ImportResult.UnknownParent unknown -> {
        metrics.block("unknown_parent");
        log.warn("block {} has no parent here although the block before it was taken", id);
        end(End.REFUSED);
      }
      case ImportResult.Invalid invalid -> {
        metrics.block("invalid");
        source.drop(DisconnectReason.PROTOCOL_BREACH, "block " + id + ": " + invalid.reason());
        end(End.REFUSED);
      }
    }
  }

  /** A true block: who claims to have it and left its body out is to blame. */
  private void progressed(BodyDownload.Filled filled, long bytes) {
    imported++;
    importedBytes += bytes;
    lastProgress = clock.instant();
    filled.lacking().forEach(BodyRequest::blame);
    advance();
  }

  private void tick() {
    Instant now = clock.instant();
    boolean busy = bodies.size() > 0 || importing > 0;
    if (busy) {
      lastFed = now;
    }
    if (now.isAfter(lastProgress.plus(STALL)) && importing == 0 && bodies.size() > 0) {
      source.drop(
          DisconnectReason.USELESS_PEER,
          "nobody gave the bodies of its headers for " + STALL.toSeconds() + " s");
      end(End.STALLED);
    } else if (now.isAfter(lastFed.plus(STARVATION)) && anotherHasMore()) {
      source.failed("no header for " + STARVATION.toSeconds() + " s");
      end(End.HEADERS_LOST);
    } else {
      advance();
    }
  }

  private boolean anotherHasMore() {
    long next = chain.head().number() + 1;
    return peers.open().stream().anyMatch(peer -> peer != source && peer.servesBlock(next));
  }

  private void end(End how) {
    cancel();
    metrics.sync(how.name().toLowerCase(Locale.ROOT));
    ended.accept(how);
  }
}
