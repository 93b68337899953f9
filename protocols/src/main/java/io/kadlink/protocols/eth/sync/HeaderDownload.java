package io.kadlink.protocols.eth.sync;

import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.peer.EthPeer;
import io.kadlink.protocols.eth.wire.BlockId;
import io.kadlink.protocols.eth.wire.EthMessage.BlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
import io.kadlink.rlpx.wire.DisconnectReason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The headers of one peer's chain after a block, in order and each linked to the one before.
 * Several batches are asked for at once, so that a long round trip does not set the pace; what came
 * out of turn waits. A peer that gives less than it claims to have is told off for each such
 * answer.
 */
final class HeaderDownload {
  /** Headers in one request; what all clients serve in one answer, about 110 KiB. */
  static final int BATCH = 192;

  /** Batches asked for at once. */
  static final int MAX_IN_FLIGHT = 4;

  private final EthPeer source;
  private final Consumer<BlockHeader> sink;
  private final Runnable arrived;
  private final Consumer<Download.End> ended;
  private final Map<Long, List<BlockHeader>> early = new HashMap<>();
  private BlockHeader last;
  private long askedUpTo;
  private int inFlight;

  /** Answers to what was asked before the last course correction are of no use. */
  private int course;

  private boolean over;

  /**
   * @param last the block whose successors are wanted
   * @param sink gets each header
   * @param arrived called after each answer
   * @param ended called once, when no more headers will come
   */
  HeaderDownload(
      EthPeer source,
      BlockHeader last,
      Consumer<BlockHeader> sink,
      Runnable arrived,
      Consumer<Download.End> ended) {
    this.source = source;
    this.last = last;
    this.askedUpTo = last.number();
    this.sink = sink;
    this.arrived = arrived;
    this.ended = ended;
  }

  /** Asks on, for at most {@code room} headers that have not been handed out. */
  void request(int room) {
    while (!over
        && inFlight < MAX_IN_FLIGHT
        && askedUpTo - last.number() + BATCH <= room
        && (inFlight == 0 || source.hasBlock(askedUpTo + 1))) {
      long from = askedUpTo + 1;
      int asked = course;
      askedUpTo += BATCH;
      inFlight++;
      source.requestHeaders(
          new GetBlockHeaders.AtNumber(from),
          BATCH,
          false,
          answer -> answered(asked, from, answer));
    }
  }

  /** Takes the first headers, which were asked for elsewhere. */
  void begin(List<BlockHeader> headers, int asked) {
    askedUpTo = last.number() + asked;
    take(headers, asked);
  }

  void end() {
    over = true;
    early.clear();
  }

  private void answered(int askedOn, long from, Optional<BlockHeaders> answer) {
    inFlight--;
    if (over) {
      return;
    }
    if (answer.isEmpty()) {
      finish(Download.End.HEADERS_LOST);
      return;
    }
    if (askedOn == course) {
      early.put(from, answer.get().headers());
    }
    List<BlockHeader> next;
    while (!over && (next = early.remove(last.number() + 1)) != null) {
      take(next, BATCH);
    }
    if (!over) {
      arrived.run();
    }
  }

  private void take(List<BlockHeader> headers, int asked) {
    for (BlockHeader header : headers) {
      if (header.number() != last.number() + 1 || !header.parentHash().equals(last.hash())) {
        source.drop(
            DisconnectReason.PROTOCOL_BREACH,
            "BlockHeaders: block " + header + " does not follow block " + last);
        finish(Download.End.HEADERS_LOST);
        return;
      }
      sink.accept(header);
      last = header;
    }
    if (!source.hasBlock(last.number())) {
      source.setHead(new BlockId(last.number(), last.hash())); // it grew meanwhile
    }
    if (headers.size() == asked) {
      source.succeeded();
    } else if (!source.hasBlock(last.number() + 1)) {
      source.succeeded();
      finish(Download.End.COMPLETE);
    } else {
      source.failed(
          headers.size() + " headers of " + asked + " after block " + last + ", and claims more");
      if (headers.isEmpty() || source.isOver()) {
        finish(Download.End.HEADERS_LOST);
      }
      course++;
      early.clear();
      askedUpTo = last.number();
    }
  }

  private void finish(Download.End how) {
    end();
    ended.accept(how);
  }
}
