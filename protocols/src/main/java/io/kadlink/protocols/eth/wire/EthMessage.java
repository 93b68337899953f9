package io.kadlink.protocols.eth.wire;

import io.kadlink.protocols.eth.chain.BlobSidecar;
import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockAccessList;
import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.ForkId;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.Transaction;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;

/** A message of the eth protocol (devp2p caps/eth.md §Protocol Messages). */
public sealed interface EthMessage {

  /** Its message code, the same in all versions that have it. */
  int code();

  /** Its name in the specification. */
  default String name() {
    return MessageCode.name(code());
  }

  /** The first message each side sends. */
  sealed interface Status extends EthMessage {
    /** The protocol version the sender believes to speak. */
    int version();

    /** Unsigned 64-bit. */
    long networkId();

    Bytes32 genesis();

    ForkId forkId();

    /** The hash of the sender's best block. */
    Bytes32 head();

    @Override
    default int code() {
      return MessageCode.STATUS;
    }
  }

  /** A question, to be answered by a {@link Response} with the same request id. */
  sealed interface Request extends EthMessage {
    /** Chosen by who asks, unsigned 64-bit, any value. */
    long requestId();
  }

  /** An answer. */
  sealed interface Response extends EthMessage {
    long requestId();

    /** How many items it brings. */
    int size();
  }

  /** Status (0x00) of eth/68. */
  record Status68(
      int version,
      long networkId,
      UInt256 totalDifficulty,
      Bytes32 head,
      Bytes32 genesis,
      ForkId forkId)
      implements Status {}

  /** Status (0x00) since eth/69. */
  record Status69(int version, long networkId, Bytes32 genesis, ForkId forkId, BlockRange range)
      implements Status {
    @Override
    public Bytes32 head() {
      return range.latestHash();
    }
  }

  /** NewBlockHashes (0x01): blocks that have appeared, on chains without a consensus layer. */
  record NewBlockHashes(List<BlockId> blocks) implements EthMessage {
    public NewBlockHashes {
      blocks = List.copyOf(blocks);
    }

    @Override
    public int code() {
      return MessageCode.NEW_BLOCK_HASHES;
    }
  }

  /** Transactions (0x02): for the receiver's pool, unasked. */
  record Transactions(List<Transaction> transactions) implements EthMessage {
    public Transactions {
      transactions = List.copyOf(transactions);
    }

    @Override
    public int code() {
      return MessageCode.TRANSACTIONS;
    }
  }

  /**
   * GetBlockHeaders (0x03).
   *
   * @param limit at most that many, unsigned 64-bit
   * @param skip blocks between one header and the next, unsigned 64-bit
   * @param reverse towards the genesis block
   */
  record GetBlockHeaders(long requestId, Origin origin, long limit, long skip, boolean reverse)
      implements Request {

    /** Where to begin. */
    public sealed interface Origin {}

    /** At a block of the canonical chain; unsigned 64-bit. */
    public record AtNumber(long number) implements Origin {}

    /** At the block with this hash. */
    public record AtHash(Bytes32 hash) implements Origin {}

    @Override
    public int code() {
      return MessageCode.GET_BLOCK_HEADERS;
    }
  }

  /** BlockHeaders (0x04). */
  record BlockHeaders(long requestId, List<BlockHeader> headers) implements Response {
    public BlockHeaders {
      headers = List.copyOf(headers);
    }

    @Override
    public int code() {
      return MessageCode.BLOCK_HEADERS;
    }

    @Override
    public int size() {
      return headers.size();
    }
  }

  /** GetBlockBodies (0x05). */
  record GetBlockBodies(long requestId, List<Bytes32> hashes) implements Request {
    public GetBlockBodies {
      hashes = List.copyOf(hashes);
    }

    @Override
    public int code() {
      return MessageCode.GET_BLOCK_BODIES;
    }
  }

  /** BlockBodies (0x06), in the order of the request. */
  record BlockBodies(long requestId, List<BlockBody> bodies) implements Response {
    public BlockBodies {
      bodies = List.copyOf(bodies);
    }

    @Override
    public int code() {
      return MessageCode.BLOCK_BODIES;
    }

    @Override
    public int size() {
      return bodies.size();
    }
  }

  /** NewBlock (0x07): a whole new block, on chains without a consensus layer. */
  record NewBlock(Block block, UInt256 totalDifficulty) implements EthMessage {
    @Override
    public int code() {
      return MessageCode.NEW_BLOCK;
    }
  }

  /**
   * NewPooledTransactionHashes (0x08): transactions the sender's pool holds.
   *
   * @param cells which cells of all blobs of the blob transactions among them the sender has; only
   *     eth/72 can say it
   */
  record NewPooledTransactionHashes(List<TransactionAnnouncement> announcements, CellMask cells)
      implements EthMessage {
    public NewPooledTransactionHashes {
      announcements = List.copyOf(announcements);
    }

    /** Without cells. */
    public NewPooledTransactionHashes(List<TransactionAnnouncement> announcements) {
      this(announcements, CellMask.NONE);
    }

    @Override
    public int code() {
      return MessageCode.NEW_POOLED_TRANSACTION_HASHES;
    }
  }

  /**
   * One transaction in {@link NewPooledTransactionHashes}.
   *
   * @param type EIP-2718 type, 0 to 255
   * @param sizeBytes of the encoding in PooledTransactions, 0 to 2^32 - 1
   */
  record TransactionAnnouncement(int type, long sizeBytes, Bytes32 hash) {}

  /** GetPooledTransactions (0x09). */
  record GetPooledTransactions(long requestId, List<Bytes32> hashes) implements Request {
    public GetPooledTransactions {
      hashes = List.copyOf(hashes);
    }

    @Override
    public int code() {
      return MessageCode.GET_POOLED_TRANSACTIONS;
    }
  }

  /** PooledTransactions (0x0a): in the order of the request, with gaps where one is missing. */
  record PooledTransactions(long requestId, List<PooledTransaction> transactions)
      implements Response {
    public PooledTransactions {
      transactions = List.copyOf(transactions);
    }

    @Override
    public int code() {
      return MessageCode.POOLED_TRANSACTIONS;
    }

    @Override
    public int size() {
      return transactions.size();
    }
  }

  /**
   * GetReceipts (0x0f).
   *
   * @param firstBlockReceiptIndex how many receipts of the first block are not wanted, unsigned
   *     64-bit; always 0 before eth/70
   */
  record GetReceipts(long requestId, long firstBlockReceiptIndex, List<Bytes32> hashes)
      implements Request {
    public GetReceipts {
      hashes = List.copyOf(hashes);
    }

    /** For all receipts of these blocks. */
    public GetReceipts(long requestId, List<Bytes32> hashes) {
      this(requestId, 0, hashes);
    }

    @Override
    public int code() {
      return MessageCode.GET_RECEIPTS;
    }
  }

  /**
   * Receipts (0x10): for each block of the request its receipts.
   *
   * @param lastBlockIncomplete whether those of the last block go on; never before eth/70
   */
  record Receipts(long requestId, boolean lastBlockIncomplete, List<List<Receipt>> receipts)
      implements Response {
    public Receipts {
      receipts = receipts.stream().map(List::copyOf).toList();
    }

    /** All receipts of each block. */
    public Receipts(long requestId, List<List<Receipt>> receipts) {
      this(requestId, false, receipts);
    }

    @Override
    public int code() {
      return MessageCode.RECEIPTS;
    }

    @Override
    public int size() {
      return receipts.size();
    }
  }

  /** BlockRangeUpdate (0x11), since eth/69: what the sender can serve has changed. */
  record BlockRangeUpdate(BlockRange range) implements EthMessage {
    @Override
    public int code() {
      return MessageCode.BLOCK_RANGE_UPDATE;
    }
  }

  /** GetBlockAccessLists (0x12), since eth/71. */
  record GetBlockAccessLists(long requestId, List<Bytes32> hashes) implements Request {
    public GetBlockAccessLists {
      hashes = List.copyOf(hashes);
    }

    @Override
    public int code() {
      return MessageCode.GET_BLOCK_ACCESS_LISTS;
    }
  }

  /**
   * BlockAccessLists (0x13), since eth/71: one for each block of the request, where there is one.
   */
  record BlockAccessLists(long requestId, List<Optional<BlockAccessList>> accessLists)
      implements Response {
    public BlockAccessLists {
      accessLists = List.copyOf(accessLists);
    }

    @Override
    public int code() {
      return MessageCode.BLOCK_ACCESS_LISTS;
    }

    @Override
    public int size() {
      return accessLists.size();
    }
  }

  /**
   * GetCells (0x14), since eth/72.
   *
   * @param hashes of blob transactions
   * @param cells which are wanted of each of their blobs
   */
  record GetCells(long requestId, List<Bytes32> hashes, CellMask cells) implements Request {
    public GetCells {
      hashes = List.copyOf(hashes);
    }

    @Override
    public int code() {
      return MessageCode.GET_CELLS;
    }
  }

  /**
   * Cells (0x15), since eth/72.
   *
   * @param transactions in the order of the request, with gaps where one is missing
   * @param cells which are there of each of their blobs, a part of those asked for
   */
  record Cells(long requestId, List<TransactionCells> transactions, CellMask cells)
      implements Response {
    public Cells {
      transactions = List.copyOf(transactions);
    }

    @Override
    public int code() {
      return MessageCode.CELLS;
    }

    @Override
    public int size() {
      return transactions.size();
    }
  }

  /**
   * The cells of one transaction in {@link Cells}.
   *
   * @param cells as many for each blob as the answer's mask has bits, of {@value
   *     BlobSidecar#CELL_BYTES} bytes each: by rising index and for each index in the order of the
   *     blobs, says the specification; geth has them blob by blob
   */
  record TransactionCells(Bytes32 hash, List<Bytes> cells) {
    public TransactionCells {
      cells = List.copyOf(cells);
    }
  }
}
