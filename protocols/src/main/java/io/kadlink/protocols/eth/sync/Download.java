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
 *          +---- headers in batches <-----+   from the one peer, links checked
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

  /** Headers in one request; what all clients serve in one answer, about 110 KiB. */
  static final int HEADER_BATCH = 192;

  /** Blocks handed to the chain and not answered yet. */
  static final int MAX_IMPORTING = 64;

  /** A download that brings no block for this long is given up. */
  static final Duration STALL = Duration.ofSeconds(30);

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
  private final Loop loop;
  private final InstantSource clock;
  private final EthMetrics metrics;
  private final Consumer<End> ended;
  private final BodyDownload bodies;
  private final long startingBlock;
  private final Loop.Timer tick;

  private BlockHeader last;
  private boolean askingHeaders = true;
  private @Nullable End headersEnd;
  private int importing;
  private long imported;
  private Instant lastProgress;
  private boolean over;

  Download(
      Chain chain,
      EthPeer source,
      EthPeers peers,
      Loop loop,
      InstantSource clock,
      EthMetrics metrics,
      Consumer<End> ended) {
    this.chain = chain;
    this.source = source;
    this.loop = loop;
    this.clock = clock;
    this.metrics = metrics;
    this.ended = ended;
    this.bodies = new BodyDownload(peers, clock, this::advance);
    this.last = chain.head();
    this.startingBlock = last.number();
    this.lastProgress = clock.instant();
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

  void start() {
    source.requestHeaders(
        new GetBlockHeaders.AtNumber(startingBlock), 1 + HEADER_BATCH, false, this::begin);
  }

  /** Gives up without calling anybody. */
  void cancel() {
    over = true;
    tick.cancel();
    bodies.end();
  }

  /** The first answer: with our head at its beginning, its chain continues ours. */
  private void begin(Optional<BlockHeaders> answer) {
    if (over) {
      return;
    }
    List<BlockHeader> headers = answer.map(BlockHeaders::headers).orElse(List.of());
    if (headers.isEmpty()) {
      if (answer.isPresent()) {
        source.failed("no header of block " + startingBlock + ", although it claims a later one");
      }
      endHeaders(End.HEADERS_LOST);
    } else if (headers.getFirst().equals(last)) {
      append(headers.subList(1, headers.size()), HEADER_BATCH);
    } else if (headers.getFirst().number() != startingBlock || startingBlock == 0) {
      breach("block " + headers.getFirst().number() + " first, asked for " + startingBlock);
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
    last = ancestor.get();
    log.info("{}: its chain leaves ours after block {}", source, last);
    requestHeaders();
  }

  private void requestHeaders() {
    askingHeaders = true;
    source.requestHeaders(
        new GetBlockHeaders.AtNumber(last.number() + 1),
        HEADER_BATCH,
        false,
        answer -> {
          if (over) {
            return;
          }
          if (answer.isEmpty()) {
            endHeaders(End.HEADERS_LOST);
          } else {
            append(answer.get().headers(), HEADER_BATCH);
          }
        });
  }

  private void append(List<BlockHeader> headers, int asked) {
    askingHeaders = false;
    BlockHeader before = last;
    for (BlockHeader header : headers) {
      if (header.number() != last.number() + 1 || !header.parentHash().equals(last.hash())) {
        breach("block " + header + " does not follow block " + last);
        return;
      }
      bodies.add(header);
      last = header;
    }
    if (!source.hasBlock(last.number())) {
      source.setHead(new BlockId(last.number(), last.hash())); // it grew meanwhile
    }
    if (headers.isEmpty()
        && before.number() <= startingBlock
        && source.hasBlock(startingBlock + 1)) {
      source.failed("no headers after block " + before.number() + ", although it claims some");
      endHeaders(End.HEADERS_LOST);
    } else if (headers.isEmpty()
        || (headers.size() < asked && !source.hasBlock(last.number() + 1))) {
      source.succeeded();
      endHeaders(End.COMPLETE);
    } else {
      source.succeeded();
      advance();
    }
  }

  private void breach(String what) {
    source.drop(DisconnectReason.PROTOCOL_BREACH, "BlockHeaders: " + what);
    endHeaders(End.HEADERS_LOST);
  }

  private void endHeaders(End how) {
    askingHeaders = false;
    headersEnd = how;
    advance();
  }

  private void advance() {
    if (over) {
      return;
    }
    while (importing < MAX_IMPORTING) {
      Optional<Block> next = bodies.next();
      if (next.isEmpty()) {
        break;
      }
      importing++;
      importBlock(next.get());
    }
    bodies.request();
    if (headersEnd == null
        && !askingHeaders
        && bodies.size() + HEADER_BATCH <= BodyDownload.MAX_HEADERS) {
      requestHeaders();
    }
    if (headersEnd != null && bodies.size() == 0 && importing == 0) {
      end(headersEnd);
    }
  }

  private void importBlock(Block block) {
    chain
        .importBlock(block)
        .whenComplete((result, failure) -> loop.execute(() -> imported(block, result, failure)));
  }

  private void imported(Block block, @Nullable ImportResult result, @Nullable Throwable failure) {
    importing--;
    if (over) {
      return;
    }
    BlockId id = new BlockId(block.header().number(), block.header().hash());
    switch (result) {
      case null -> {
        metrics.block("failed");
        log.debug("block {} could not be imported", id, failure); // the chain says why
        end(End.REFUSED);
      }
      case ImportResult.Imported done -> {
        metrics.block("imported");
        progressed();
      }
      case ImportResult.Known known -> {
        metrics.block("known");
        progressed();
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

  private void progressed() {
    imported++;
    lastProgress = clock.instant();
    advance();
  }

  private void tick() {
    if (clock.instant().isAfter(lastProgress.plus(STALL))) {
      log.info("no block for {} s, giving up on {}", STALL.toSeconds(), source);
      end(End.STALLED);
    } else {
      advance();
    }
  }

  private void end(End how) {
    cancel();
    metrics.sync(how.name().toLowerCase(Locale.ROOT));
    ended.accept(how);
  }
}
