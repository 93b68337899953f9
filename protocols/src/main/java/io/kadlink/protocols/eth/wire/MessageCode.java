package io.kadlink.protocols.eth.wire;

import io.kadlink.rlpx.wire.Priority;

/** Message codes of the eth protocol. */
public final class MessageCode {
  public static final int STATUS = 0x00;
  public static final int NEW_BLOCK_HASHES = 0x01;
  public static final int TRANSACTIONS = 0x02;
  public static final int GET_BLOCK_HEADERS = 0x03;
  public static final int BLOCK_HEADERS = 0x04;
  public static final int GET_BLOCK_BODIES = 0x05;
  public static final int BLOCK_BODIES = 0x06;
  public static final int NEW_BLOCK = 0x07;
  public static final int NEW_POOLED_TRANSACTION_HASHES = 0x08;
  public static final int GET_POOLED_TRANSACTIONS = 0x09;
  public static final int POOLED_TRANSACTIONS = 0x0a;
  public static final int GET_RECEIPTS = 0x0f;
  public static final int RECEIPTS = 0x10;

  /** Since eth/69. */
  public static final int BLOCK_RANGE_UPDATE = 0x11;

  /** Since eth/71. */
  public static final int GET_BLOCK_ACCESS_LISTS = 0x12;

  /** Since eth/71. */
  public static final int BLOCK_ACCESS_LISTS = 0x13;

  /** Since eth/72. */
  public static final int GET_CELLS = 0x14;

  /** Since eth/72. */
  public static final int CELLS = 0x15;

  private MessageCode() {}

  /** The name the specification gives it; the code itself when it is not in use. */
  public static String name(int code) {
    return switch (code) {
      case STATUS -> "Status";
      case NEW_BLOCK_HASHES -> "NewBlockHashes";
      case TRANSACTIONS -> "Transactions";
      case GET_BLOCK_HEADERS -> "GetBlockHeaders";
      case BLOCK_HEADERS -> "BlockHeaders";
      case GET_BLOCK_BODIES -> "GetBlockBodies";
      case BLOCK_BODIES -> "BlockBodies";
      case NEW_BLOCK -> "NewBlock";
      case NEW_POOLED_TRANSACTION_HASHES -> "NewPooledTransactionHashes";
      case GET_POOLED_TRANSACTIONS -> "GetPooledTransactions";
      case POOLED_TRANSACTIONS -> "PooledTransactions";
      case GET_RECEIPTS -> "GetReceipts";
      case RECEIPTS -> "Receipts";
      case BLOCK_RANGE_UPDATE -> "BlockRangeUpdate";
      case GET_BLOCK_ACCESS_LISTS -> "GetBlockAccessLists";
      case BLOCK_ACCESS_LISTS -> "BlockAccessLists";
      case GET_CELLS -> "GetCells";
      case CELLS -> "Cells";
      default -> "0x" + Integer.toHexString(code);
    };
  }

  /**
   * Status is high, so nothing overtakes it. Questions and news of blocks are short, and a peer
   * waits for them; transactions can be had from others.
   */
  public static Priority priority(int code) {
    return switch (code) {
      case STATUS,
          NEW_BLOCK_HASHES,
          NEW_BLOCK,
          BLOCK_RANGE_UPDATE,
          GET_BLOCK_HEADERS,
          GET_BLOCK_BODIES,
          GET_POOLED_TRANSACTIONS,
          GET_RECEIPTS,
          GET_BLOCK_ACCESS_LISTS,
          GET_CELLS ->
          Priority.HIGH;
      case TRANSACTIONS, NEW_POOLED_TRANSACTION_HASHES -> Priority.LOW;
      default -> Priority.NORMAL;
    };
  }

  /** The version that brought the message with this code; eth/68 for all that are older. */
  static EthVersion since(int code) {
    return switch (code) {
      case BLOCK_RANGE_UPDATE -> EthVersion.ETH_69;
      case GET_BLOCK_ACCESS_LISTS, BLOCK_ACCESS_LISTS -> EthVersion.ETH_71;
      case GET_CELLS, CELLS -> EthVersion.ETH_72;
      default -> EthVersion.ETH_68;
    };
  }

  /** Whether it is the code of an answer, whose first element is a request id. */
  public static boolean isResponse(int code) {
    return switch (code) {
      case BLOCK_HEADERS, BLOCK_BODIES, POOLED_TRANSACTIONS, RECEIPTS, BLOCK_ACCESS_LISTS, CELLS ->
          true;
      default -> false;
    };
  }
}
