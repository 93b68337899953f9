package io.kadlink.protocols.eth;

import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.Chain;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.wire.EthLimits;
import io.kadlink.protocols.eth.wire.EthMessage.BlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.BlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.GetPooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.GetReceipts;
import io.kadlink.protocols.eth.wire.EthMessage.PooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.Receipts;
import io.kadlink.protocols.eth.wire.EthMessage.Request;
import io.kadlink.protocols.eth.wire.EthMessage.Response;
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
  /** What an item costs besides the bytes that are counted. */
  private static final int ITEM_OVERHEAD = 64;

  /** Bytes of one withdrawal, about. */
  private static final int WITHDRAWAL_BYTES = 48;

  /** Bytes of one receipt without its logs, about: mostly the bloom of eth/68. */
  private static final int RECEIPT_BYTES = 300;

  /** Blocks walked back off the canonical chain for one answer. */
  private static final int MAX_WALK = 2 * EthLimits.MAX_HEADERS;

  private final Chain chain;

  Answers(Chain chain) {
    this.chain = chain;
  }

  Response to(Request request) {
    return switch (request) {
      case GetBlockHeaders asked -> new BlockHeaders(asked.requestId(), headers(asked));
      case GetBlockBodies asked ->
          new BlockBodies(
              asked.requestId(),
              collect(asked.hashes(), EthLimits.MAX_BODIES, true, chain::body, Answers::bytes));
      case GetReceipts asked ->
          new Receipts(
              asked.requestId(),
              collect(
                  asked.hashes(),
                  EthLimits.MAX_RECEIPT_LISTS,
                  true,
                  chain::receipts,
                  Answers::receiptBytes));
      case GetPooledTransactions asked ->
          new PooledTransactions(
              asked.requestId(),
              collect(
                  asked.hashes(),
                  EthLimits.MAX_TRANSACTIONS,
                  false,
                  chain.pool()::get,
                  Answers::bytes));
    };
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
        bytes += size.applyAsLong(item.get()) + ITEM_OVERHEAD;
        if (bytes > EthLimits.MAX_MESSAGE_BYTES - ITEM_OVERHEAD) {
          break;
        }
        found.add(item.get());
      } else if (inSequence) {
        break;
      }
    }
    return found;
  }

  private static long bytes(Transaction transaction) {
    return transaction.encoded().size();
  }

  private static long bytes(BlockBody body) {
    long sum = (long) WITHDRAWAL_BYTES * body.withdrawals().map(List::size).orElse(0);
    for (Transaction transaction : body.transactions()) {
      sum += transaction.encoded().size() + Integer.BYTES;
    }
    for (BlockHeader ommer : body.ommers()) {
      sum += ommer.encoded().size();
    }
    return sum;
  }

  private static long receiptBytes(List<Receipt> receipts) {
    long sum = 0;
    for (Receipt receipt : receipts) {
      sum += RECEIPT_BYTES;
      for (Receipt.Log entry : receipt.logs()) {
        sum += ITEM_OVERHEAD + entry.data().size() + 33L * entry.topics().size();
      }
    }
    return sum;
  }
}
