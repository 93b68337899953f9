package io.kadlink.protocols.eth;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.protocols.eth.chain.BlobSidecar;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.PooledTransactionCodec;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPool;
import io.kadlink.protocols.eth.peer.CellOrder;
import io.kadlink.protocols.eth.peer.EthMetrics;
import io.kadlink.protocols.eth.peer.EthPeer;
import io.kadlink.protocols.eth.peer.OffLoop;
import io.kadlink.protocols.eth.wire.EthMessage.Cells;
import io.kadlink.protocols.eth.wire.EthMessage.GetCells;
import io.kadlink.protocols.eth.wire.EthMessage.GetPooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.PooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.Request;
import io.kadlink.protocols.eth.wire.EthMessage.Response;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionCells;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Answers what peers ask of the pool. Each has an {@link Allowance}; one that has spent it gets
 * empty answers, which name no hash and break no rule. Blobs and cells are read or computed off the
 * loop, one answer at a time and few waiting. Confined to the protocol's loop.
 */
final class PoolAnswers {
  /** Answers with blobs or cells that may be under way for one peer; a further one is empty. */
  static final int MAX_OF_PEER = 4;

  /** For all peers: 2 MiB each at most. */
  static final int MAX = 32;

  private static final int BLOB_TYPE = 3;

  private final TransactionPool pool;
  private final Answers answers;
  private final OffLoop offLoop;
  private final Loop loop;
  private final EthMetrics metrics;
  private final Map<EthPeer, Guest> guests = new HashMap<>();
  private int underWay;

  /** One who asks. */
  private static final class Guest {
    private final Allowance allowance;
    private int underWay;

    Guest(Loop loop) {
      allowance = new Allowance(loop);
    }
  }

  PoolAnswers(
      TransactionPool pool, Answers answers, OffLoop offLoop, Loop loop, EthMetrics metrics) {
    this.pool = pool;
    this.answers = answers;
    this.offLoop = offLoop;
    this.loop = loop;
    this.metrics = metrics;
  }

  void disconnected(EthPeer peer) {
    guests.remove(peer);
  }

  void answer(EthPeer peer, GetPooledTransactions request) {
    boolean blobs = request.hashes().stream().anyMatch(hash -> isBlob(pool.get(hash)));
    PooledTransactions nothing = new PooledTransactions(request.requestId(), List.of());
    if (blobs) {
      answerElsewhere(peer, request, nothing);
    } else {
      answerHere(peer, request, nothing);
    }
  }

  private static boolean isBlob(Optional<Transaction> transaction) {
    return transaction.filter(found -> found.type() == BLOB_TYPE).isPresent();
  }

  void answer(EthPeer peer, GetCells request) {
    answerElsewhere(peer, request, new Cells(request.requestId(), List.of(), CellMask.NONE));
  }

  private void answerHere(EthPeer peer, Request request, Response nothing) {
    Guest guest = guest(peer);
    if (guest.allowance.isSpent()) {
      refuse(peer, nothing, request, "allowance");
      return;
    }
    send(peer, guest, answers.to(peer.version(), request));
  }

  private void answerElsewhere(EthPeer peer, Request request, Response nothing) {
    Guest guest = guest(peer);
    if (guest.allowance.isSpent()) {
      refuse(peer, nothing, request, "allowance");
      return;
    }
    if (guest.underWay >= MAX_OF_PEER || underWay >= MAX) {
      refuse(peer, nothing, request, "busy");
      return;
    }
    guest.underWay++;
    underWay++;
    offLoop.run(
        () -> answers.to(peer.version(), request),
        nothing,
        response -> {
          guest.underWay--;
          underWay--;
          send(peer, guest, response);
        });
  }

  private void refuse(EthPeer peer, Response nothing, Request request, String why) {
    metrics.ignored(request.name(), why);
    peer.send(nothing);
  }

  private Guest guest(EthPeer peer) {
    return guests.computeIfAbsent(peer, one -> new Guest(loop));
  }

  private static void send(EthPeer peer, Guest guest, Response response) {
    guest.allowance.spend(cost(response));
    peer.send(response instanceof Cells cells ? inOrder(cells, peer.cellOrder()) : response);
  }

  /** Few cells of a blob cost us as much as the blob. */
  private static long cost(Response response) {
    return switch (response) {
      case PooledTransactions found ->
          found.transactions().stream().mapToLong(PooledTransactionCodec::itemBytes).sum();
      case Cells found -> {
        long bytes = 0;
        for (TransactionCells transaction : found.transactions()) {
          int cells = transaction.cells().size();
          long blobs = cells / Math.max(1, found.cells().count());
          bytes += Math.max((long) cells * BlobSidecar.CELL_BYTES, blobs * BlobSidecar.BLOB_BYTES);
        }
        yield bytes;
      }
      default -> 0;
    };
  }

  private static Cells inOrder(Cells cells, CellOrder order) {
    int indices = cells.cells().count();
    return indices == 0
        ? cells
        : new Cells(
            cells.requestId(),
            cells.transactions().stream()
                .map(
                    one ->
                        new TransactionCells(
                            one.hash(), order.fromIndex(one.cells(), one.cells().size() / indices)))
                .toList(),
            cells.cells());
  }
}
