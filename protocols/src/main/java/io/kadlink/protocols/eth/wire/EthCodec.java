package io.kadlink.protocols.eth.wire;

import io.kadlink.protocols.eth.chain.BlockAccessList;
import io.kadlink.protocols.eth.chain.BlockCodec;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.ForkId;
import io.kadlink.protocols.eth.chain.HeaderCodec;
import io.kadlink.protocols.eth.chain.PooledTransactionCodec;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.ReceiptCodec;
import io.kadlink.protocols.eth.chain.TransactionCodec;
import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import io.kadlink.protocols.eth.rlp.RlpReader;
import io.kadlink.protocols.eth.wire.EthMessage.BlockAccessLists;
import io.kadlink.protocols.eth.wire.EthMessage.BlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.BlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.BlockRangeUpdate;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockAccessLists;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.GetPooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.GetReceipts;
import io.kadlink.protocols.eth.wire.EthMessage.NewBlock;
import io.kadlink.protocols.eth.wire.EthMessage.NewBlockHashes;
import io.kadlink.protocols.eth.wire.EthMessage.NewPooledTransactionHashes;
import io.kadlink.protocols.eth.wire.EthMessage.PooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.Receipts;
import io.kadlink.protocols.eth.wire.EthMessage.Status;
import io.kadlink.protocols.eth.wire.EthMessage.Status68;
import io.kadlink.protocols.eth.wire.EthMessage.Status69;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionAnnouncement;
import io.kadlink.protocols.eth.wire.EthMessage.Transactions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/**
 * Bytes to messages, in all versions. Strict: only the canonical encoding is accepted, so encoding
 * what was decoded gives the same bytes, and extra elements at the end of a message are refused;
 * the eth protocol grows by version numbers, not by EIP-8. Everything wrong with the input ends as
 * {@link InvalidRlpException}. {@link EthEncoding} is the way back.
 */
public final class EthCodec {
  private static final int FORK_HASH_BYTES = 4;
  private static final long MAX_ANNOUNCED_BYTES = 0xffff_ffffL;

  private EthCodec() {}

  /**
   * The message with this code.
   *
   * @throws InvalidRlpException when {@code version} has no such message, or it is malformed or
   *     exceeds one of {@link EthLimits}
   */
  public static EthMessage decode(EthVersion version, int code, Bytes payload) {
    if (!version.has(MessageCode.since(code))) {
      throw unknown(version, code);
    }
    RlpReader reader = open(code, payload);
    EthMessage message = read(version, code, reader);
    reader.requireEnd(MessageCode.name(code));
    return message;
  }

  /**
   * The request id of an answer, without looking at the rest: answers nobody waits for cost no more
   * than this.
   *
   * @throws InvalidRlpException when there is none
   */
  public static long requestId(int code, Bytes payload) {
    return open(code, payload).uint64("request-id");
  }

  /** The bytes of a message. */
  public static Bytes encode(EthVersion version, EthMessage message) {
    return EthEncoding.encode(version, message);
  }

  private static RlpReader open(int code, Bytes payload) {
    if (payload.size() > EthLimits.MAX_MESSAGE_BYTES) {
      throw new InvalidRlpException(
          MessageCode.name(code)
              + ": "
              + payload.size()
              + " bytes, at most "
              + EthLimits.MAX_MESSAGE_BYTES);
    }
    return RlpReader.ofList(payload, MessageCode.name(code));
  }

  private static EthMessage read(EthVersion version, int code, RlpReader reader) {
    return switch (code) {
      case MessageCode.STATUS -> readStatus(version, reader);
      case MessageCode.NEW_BLOCK_HASHES ->
          new NewBlockHashes(
              elements(
                  reader,
                  "blocks",
                  EthLimits.MAX_BLOCK_ANNOUNCEMENTS,
                  EthCodec::readAnnouncedBlock));
      case MessageCode.TRANSACTIONS ->
          new Transactions(
              elements(
                  reader, "transactions", EthLimits.MAX_TRANSACTIONS, TransactionCodec::readItem));
      case MessageCode.GET_BLOCK_HEADERS -> readGetBlockHeaders(reader);
      case MessageCode.BLOCK_HEADERS ->
          new BlockHeaders(
              reader.uint64("request-id"),
              list(
                  reader,
                  "headers",
                  EthLimits.MAX_HEADERS,
                  items -> HeaderCodec.decode(items.rawItem("header"))));
      case MessageCode.GET_BLOCK_BODIES ->
          new GetBlockBodies(reader.uint64("request-id"), hashes(reader));
      case MessageCode.BLOCK_BODIES ->
          new BlockBodies(
              reader.uint64("request-id"),
              list(
                  reader,
                  "bodies",
                  EthLimits.MAX_BODIES,
                  items -> BlockCodec.decodeBody(items.rawItem("body"))));
      case MessageCode.NEW_BLOCK ->
          new NewBlock(BlockCodec.decode(reader.rawItem("block")), reader.uint256("td"));
      case MessageCode.NEW_POOLED_TRANSACTION_HASHES -> readAnnouncements(version, reader);
      case MessageCode.GET_POOLED_TRANSACTIONS ->
          new GetPooledTransactions(reader.uint64("request-id"), hashes(reader));
      case MessageCode.POOLED_TRANSACTIONS ->
          new PooledTransactions(
              reader.uint64("request-id"),
              list(
                  reader,
                  "transactions",
                  EthLimits.MAX_TRANSACTIONS,
                  PooledTransactionCodec::readItem));
      case MessageCode.GET_RECEIPTS ->
          new GetReceipts(
              reader.uint64("request-id"),
              version.has(EthVersion.ETH_70) ? reader.uint64("first block receipt index") : 0,
              hashes(reader));
      case MessageCode.RECEIPTS ->
          new Receipts(
              reader.uint64("request-id"),
              version.has(EthVersion.ETH_70)
                  && reader.smallInteger("last block incomplete", 1) == 1,
              list(
                  reader,
                  "receipts",
                  EthLimits.MAX_RECEIPT_LISTS,
                  items -> readBlockReceipts(version, items)));
      case MessageCode.BLOCK_RANGE_UPDATE -> new BlockRangeUpdate(readRange(reader));
      case MessageCode.GET_BLOCK_ACCESS_LISTS ->
          new GetBlockAccessLists(reader.uint64("request-id"), hashes(reader));
      case MessageCode.BLOCK_ACCESS_LISTS ->
          new BlockAccessLists(
              reader.uint64("request-id"),
              list(reader, "access lists", EthLimits.MAX_ACCESS_LISTS, EthCodec::readAccessList));
      case MessageCode.GET_CELLS -> CellCodec.readRequest(reader);
      case MessageCode.CELLS -> CellCodec.readAnswer(reader);
      default -> throw unknown(version, code);
    };
  }

  private static InvalidRlpException unknown(EthVersion version, int code) {
    return new InvalidRlpException(version + " has no message " + MessageCode.name(code));
  }

  private static Status readStatus(EthVersion version, RlpReader reader) {
    int number = reader.smallInteger("version", Integer.MAX_VALUE);
    long networkId = reader.uint64("network id");
    return version.has(EthVersion.ETH_69)
        ? new Status69(
            number, networkId, hash(reader, "genesis"), readForkId(reader), readRange(reader))
        : new Status68(
            number,
            networkId,
            reader.uint256("total difficulty"),
            hash(reader, "head"),
            hash(reader, "genesis"),
            readForkId(reader));
  }

  private static ForkId readForkId(RlpReader reader) {
    RlpReader fields = reader.list("fork id");
    ForkId forkId =
        new ForkId(fields.fixed("fork hash", FORK_HASH_BYTES).copy(), fields.uint64("fork next"));
    fields.requireEnd("fork id");
    return forkId;
  }

  private static BlockRange readRange(RlpReader reader) {
    return new BlockRange(
        reader.uint64("earliest"), reader.uint64("latest"), hash(reader, "latest hash"));
  }

  private static BlockId readAnnouncedBlock(RlpReader blocks) {
    RlpReader fields = blocks.list("block");
    Bytes32 hash = hash(fields, "block hash");
    BlockId block = new BlockId(fields.uint64("block number"), hash);
    fields.requireEnd("block");
    return block;
  }

  private static GetBlockHeaders readGetBlockHeaders(RlpReader reader) {
    long requestId = reader.uint64("request-id");
    RlpReader query = reader.list("query");
    GetBlockHeaders request =
        new GetBlockHeaders(
            requestId,
            readOrigin(query),
            query.uint64("limit"),
            query.uint64("skip"),
            query.smallInteger("reverse", 1) == 1);
    query.requireEnd("query");
    return request;
  }

  /** A string of 32 bytes is a hash; anything else has to be a number. */
  private static GetBlockHeaders.Origin readOrigin(RlpReader query) {
    Bytes raw = query.rawItem("start block");
    RlpReader item = RlpReader.of(raw);
    return raw.size() == 1 + Bytes32.SIZE
        ? new GetBlockHeaders.AtHash(hash(item, "start block"))
        : new GetBlockHeaders.AtNumber(item.uint64("start block"));
  }

  private static NewPooledTransactionHashes readAnnouncements(
      EthVersion version, RlpReader reader) {
    Bytes types = reader.bytes("types", EthLimits.MAX_HASHES);
    List<Long> sizes = list(reader, "sizes", types.size(), EthCodec::readAnnouncedSize);
    List<Bytes32> hashes = list(reader, "hashes", types.size(), items -> hash(items, "hash"));
    if (sizes.size() != types.size() || hashes.size() != types.size()) {
      throw new InvalidRlpException(
          types.size() + " types, " + sizes.size() + " sizes and " + hashes.size() + " hashes");
    }
    List<TransactionAnnouncement> announcements = new ArrayList<>(hashes.size());
    for (int i = 0; i < hashes.size(); i++) {
      announcements.add(
          new TransactionAnnouncement(types.get(i) & 0xff, sizes.get(i), hashes.get(i)));
    }
    return new NewPooledTransactionHashes(
        announcements, version.has(EthVersion.ETH_72) ? CellCodec.readMask(reader) : CellMask.NONE);
  }

  private static long readAnnouncedSize(RlpReader sizes) {
    long size = sizes.uint64("size");
    if (Long.compareUnsigned(size, MAX_ANNOUNCED_BYTES) > 0) {
      throw new InvalidRlpException("size: " + Long.toUnsignedString(size) + " bytes announced");
    }
    return size;
  }

  private static List<Receipt> readBlockReceipts(EthVersion version, RlpReader blocks) {
    return version.has(EthVersion.ETH_69)
        ? blocks.list("block receipts", ReceiptCodec::readItemWithoutBloom)
        : blocks.list("block receipts", ReceiptCodec::readItem);
  }

  /** An empty string where there is none; copies, for they may be kept. */
  private static Optional<BlockAccessList> readAccessList(RlpReader lists) {
    if (lists.nextIsList()) {
      return Optional.of(new BlockAccessList(lists.rawItem("access list").copy()));
    }
    lists.bytes("access list", 0);
    return Optional.empty();
  }

  private static List<Bytes32> hashes(RlpReader reader) {
    return hashes(reader, EthLimits.MAX_HASHES);
  }

  static List<Bytes32> hashes(RlpReader reader, int max) {
    return list(reader, "hashes", max, items -> hash(items, "hash"));
  }

  /** A copy: hashes are kept long after the message they came in. */
  private static Bytes32 hash(RlpReader reader, String name) {
    return reader.bytes32(name).copy();
  }

  static <T> List<T> list(RlpReader reader, String name, int max, Function<RlpReader, T> element) {
    return elements(reader.list(name), name, max, element);
  }

  private static <T> List<T> elements(
      RlpReader items, String name, int max, Function<RlpReader, T> element) {
    List<T> result = new ArrayList<>();
    while (items.hasNext()) {
      if (result.size() == max) {
        throw new InvalidRlpException(name + ": more than " + max);
      }
      result.add(element.apply(items));
    }
    return result;
  }
}
