package io.kadlink.protocols.eth.wire;

/** The bounds on what eth messages carry, and why each is where it is. */
public final class EthLimits {
  /** caps/eth.md: the practical hard limit of a message; a larger one ends the session. */
  public static final int MAX_MESSAGE_BYTES = 10 << 20;

  /** caps/eth.md: recommended soft limit of an answer; it is full once it has reached this. */
  public static final int SOFT_RESPONSE_BYTES = 2 << 20;

  /** Headers in one answer: what all clients serve at most, so nobody asks for more. */
  public static final int MAX_HEADERS = 1024;

  /** Bodies in one answer; as above. */
  public static final int MAX_BODIES = 1024;

  /** Blocks whose receipts are in one answer; as above. */
  public static final int MAX_RECEIPT_LISTS = 1024;

  /** Access lists in one answer; as above. */
  public static final int MAX_ACCESS_LISTS = 1024;

  /** caps/eth.md: recommended soft limit of a request for cells, in transactions. */
  public static final int SOFT_CELL_REQUEST = 64;

  /** Transactions in one request for cells or answer to one: four times that, as for hashes. */
  public static final int MAX_CELL_TRANSACTIONS = 4 * SOFT_CELL_REQUEST;

  /** Transactions in one message: what clients accept at most. */
  public static final int MAX_TRANSACTIONS = 5000;

  /** caps/eth.md: recommended soft limit of an announcement of transactions. */
  public static final int SOFT_ANNOUNCEMENTS = 4096;

  /** caps/eth.md: recommended soft limit of a request for transactions. */
  public static final int SOFT_TRANSACTION_REQUEST = 256;

  /**
   * Hashes in one announcement or request: four times what the specification recommends at most, so
   * that a generous peer is not cut off and a hostile one cannot make us hold a message's worth.
   */
  public static final int MAX_HASHES = 4 * SOFT_ANNOUNCEMENTS;

  /** Blocks in NewBlockHashes: a node that is further behind has to sync. */
  public static final int MAX_BLOCK_ANNOUNCEMENTS = 1024;

  private EthLimits() {}
}
