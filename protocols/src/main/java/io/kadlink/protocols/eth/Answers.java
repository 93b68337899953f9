package io.kadlink.protocols.eth;

import io.kadlink.protocols.eth.chain.BlobSidecar;
import io.kadlink.protocols.eth.chain.BlockCodec;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.Chain;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.PooledTransactionCodec;
import io.kadlink.protocols.eth.rlp.RlpSize;
import io.kadlink.protocols.eth.wire.EthLimits;
import io.kadlink.protocols.eth.wire.EthMessage.BlockAccessLists;
import io.kadlink.protocols.eth.wire.EthMessage.BlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.BlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.Cells;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockAccessLists;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.GetCells;
import io.kadlink.protocols.eth.wire.EthMessage.GetPooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.GetReceipts;
import io.kadlink.protocols.eth.wire.EthMessage.PooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.Request;
import io.kadlink.protocols.eth.wire.EthMessage.Response;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionCells;
import io.kadlink.protocols.eth.wire.EthVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.apache.tuweni.bytes.Bytes32;
import org.jspecify.annotations.Nullable;

/**
 * Answers what peers ask, from the chain. An answer ends at its soft limit, at the first block that
 * is not there, and before it would break the hard limit; a shorter answer is no breach.
 */
final class Answers {
  /** Around the items: the message's header, a request id, a flag, the list's header. */
  private static final int ENVELOPE_BYTES = 4 + 9 + 1 + 4;

  /** What the items of one answer may take. */
  static final long MAX_ITEM_BYTES = EthLimits.MAX_MESSAGE_BYTES - ENVELOPE_BYTES;

  /** Blocks walked back off the canonical chain for one answer. */
  private static final int MAX_WALK = 2 * EthLimits.MAX_HEADERS;

  private final Chain chain;

  Answers(Chain chain) {
    this.chain = chain;
  }

  /** What a peer that speaks {@code version} gets. */
  Response to(EthVersion version, Request request) {
    return switch (request) {
      case GetBlockHeaders asked -> new BlockHeaders(asked.requestId(), headers(asked));
      case GetBlockBodies asked ->
          new BlockBodies(
              asked.requestId(),
              collect(
                  asked.hashes(), EthLimits.MAX_BODIES, true, chain::body, BlockCodec::bodyBytes));
      case GetReceipts asked -> new ReceiptAnswer(chain, version).to(asked);
      case GetPooledTransactions asked ->
          new PooledTransactions(
              asked.requestId(),
              collect(
                  asked.hashes(),
                  EthLimits.MAX_TRANSACTIONS,
                  false,
                  hash -> pooled(version, hash),
                  PooledTransactionCodec::itemBytes));
      case GetBlockAccessLists asked ->
          new BlockAccessLists(
              asked.requestId(),
              collect(
                  asked.hashes(),
                  EthLimits.MAX_ACCESS_LISTS,
                  true,
                  hash -> Optional.of(chain.accessList(hash)),
                  list -> list.map(present -> present.encoded().size()).orElse(1)));
      case GetCells asked ->
          new Cells(
              asked.requestId(),
              collect(
                  asked.hashes(),
                  EthLimits.SOFT_CELL_REQUEST,
                  false,
                  hash ->
                      chain
                          .pool()
                          .cells(hash, asked.cells())
                          .map(cells -> new TransactionCells(hash, cells)),
                  Answers::bytes),
              asked.cells());
    };
  }

  /** Whole, or not at all; since eth/72 blobs are fetched as cells. */
  private Optional<PooledTransaction> pooled(EthVersion version, Bytes32 hash) {
    Optional<PooledTransaction> pooled =
        chain.pool().pooled(hash).filter(found -> found.flaw().isEmpty());
    if (version.has(EthVersion.ETH_72)) {
      return pooled.map(
          found ->
              new PooledTransaction(
                  found.transaction(), found.sidecar().map(BlobSidecar::withoutBlobs)));
    }
    return pooled.filter(
        found -> found.sidecar().map(sidecar -> !sidecar.blobs().isEmpty()).orElse(true));
  }

  private List<BlockHeader> headers(GetBlockHeaders request) {
    List<BlockHeader> found = new ArrayList<>();
    int limit =
        Long.compareUnsigned(request.limit(), EthLimits.MAX_HEADERS) > 0
            ? EthLimits.MAX_HEADERS
            : (int) request.limit();
    BlockHeader next =
        limit == 0
            ? null
            : switch (request.origin()) {
              case GetBlockHeaders.AtNumber at -> canonical(at.number());
              case GetBlockHeaders.AtHash at -> chain.header(at.hash()).orElse(null);
            };
    long bytes = 0;
    int[] walk = {MAX_WALK};
    while (next != null) {
      found.add(next);
      bytes += next.encoded().size();
      if (found.size() == limit || bytes >= EthLimits.SOFT_RESPONSE_BYTES) {
        break;
      }
      next = request.reverse() ? before(next, request.skip(), walk) : after(next, request.skip());
    }
    return found;
  }

  /** The canonical header {@code skip + 1} blocks on; from a side branch there is no way on. */
  private @Nullable BlockHeader after(BlockHeader header, long skip) {
    long next = header.number() + skip + 1;
    boolean overflow = skip == -1L || Long.compareUnsigned(next, header.number()) <= 0;
    return overflow || !isCanonical(header) ? null : canonical(next);
  }

  /** The ancestor {@code skip + 1} blocks back, on the header's own branch. */
  private @Nullable BlockHeader before(BlockHeader header, long skip, int[] walk) {
    if (Long.compareUnsigned(header.number(), skip) <= 0) {
      return null; // also when skip + 1 would overflow
    }
    long target = header.number() - skip - 1;
    @Nullable BlockHeader ancestor = header;
    while (ancestor != null && ancestor.number() != target) {
      if (isCanonical(ancestor)) {
        return canonical(target);
      }
      ancestor = walk[0]-- > 0 ? chain.header(ancestor.parentHash()).orElse(null) : null;
    }
    return ancestor;
  }

  private boolean isCanonical(BlockHeader header) {
    return header.equals(canonical(header.number()));
  }

  private @Nullable BlockHeader canonical(long number) {
    return Long.compareUnsigned(number, chain.head().number()) > 0
        ? null
        : chain.header(number).orElse(null);
  }

  private static <T> List<T> collect(
      List<Bytes32> hashes,
      int max,
      boolean inSequence,
      Function<Bytes32, Optional<T>> source,
      ToLongFunction<T> size) {
    List<T> found = new ArrayList<>();
    long bytes = 0;
    for (Bytes32 hash : hashes) {
      if (found.size() == max || bytes >= EthLimits.SOFT_RESPONSE_BYTES) {
        break;
      }
      Optional<T> item = source.apply(hash);
      if (item.isPresent()) {
        bytes += size.applyAsLong(item.get());
        if (bytes > MAX_ITEM_BYTES) {
          break;
        }
        found.add(item.get());
      } else if (inSequence) {
        break;
      }
    }
    return found;
  }

  private static long bytes(TransactionCells transaction) {
    return RlpSize.withHeader(Bytes32.SIZE)
        + RlpSize.withHeader(transaction.cells().stream().mapToLong(RlpSize::ofString).sum());
  }
}
