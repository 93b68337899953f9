package io.kadlink.protocols.eth.wire;

import io.kadlink.identity.NodeKey;
import io.kadlink.protocols.eth.chain.BlobSidecar;
import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockAccessList;
import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.ForkFields;
import io.kadlink.protocols.eth.chain.ForkId;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.chain.Withdrawal;
import io.kadlink.protocols.eth.wire.EthMessage.BlockAccessLists;
import io.kadlink.protocols.eth.wire.EthMessage.BlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.BlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.BlockRangeUpdate;
import io.kadlink.protocols.eth.wire.EthMessage.Cells;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockAccessLists;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.GetCells;
import io.kadlink.protocols.eth.wire.EthMessage.GetPooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.GetReceipts;
import io.kadlink.protocols.eth.wire.EthMessage.NewBlock;
import io.kadlink.protocols.eth.wire.EthMessage.NewBlockHashes;
import io.kadlink.protocols.eth.wire.EthMessage.NewPooledTransactionHashes;
import io.kadlink.protocols.eth.wire.EthMessage.PooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.Receipts;
import io.kadlink.protocols.eth.wire.EthMessage.Status68;
import io.kadlink.protocols.eth.wire.EthMessage.Status69;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionAnnouncement;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionCells;
import io.kadlink.protocols.eth.wire.EthMessage.Transactions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.units.bigints.UInt256;

/** One or more messages of every kind. */
public final class EthSamples {
  private static final NodeKey WALLET = NodeKey.of(Bytes32.fromHexStringLenient("0xa11ce"));
  private static final Bytes ADDRESS = Bytes.fromHexString("0x" + "35".repeat(20));

  private EthSamples() {}

  public static Bytes32 hash(long seed) {
    return Bytes32.leftPad(Bytes.minimalBytes(seed | 0xdead_0000_0000L));
  }

  public static BlockHeader header(long number) {
    return new BlockHeader(
        hash(number),
        hash(2),
        ADDRESS,
        hash(3),
        hash(4),
        hash(5),
        Bytes.wrap(new byte[BlockHeader.BLOOM_BYTES]),
        UInt256.ZERO,
        number,
        30_000_000,
        21_000,
        1_700_000_000 + number,
        Bytes.fromHexString("0x6b61646c696e6b"),
        hash(6),
        Bytes.wrap(new byte[BlockHeader.NONCE_BYTES]),
        ForkFields.shanghai(UInt256.valueOf(7), hash(8)));
  }

  public static Transaction transfer(long nonce) {
    return transferWithData(nonce, Bytes.EMPTY);
  }

  public static Transaction transferWithData(long nonce, Bytes data) {
    return Transaction.sign(
        new TransactionPayload.DynamicFee(
            UInt256.valueOf(1337),
            nonce,
            UInt256.ONE,
            UInt256.valueOf(2_000_000_000),
            21_000,
            Optional.of(ADDRESS),
            UInt256.valueOf(nonce),
            data,
            List.of()),
        WALLET);
  }

  public static Transaction legacyTransfer(long nonce) {
    return Transaction.sign(
        new TransactionPayload.Legacy(
            Optional.of(UInt256.valueOf(1337)),
            nonce,
            UInt256.valueOf(2_000_000_000),
            21_000,
            Optional.of(ADDRESS),
            UInt256.valueOf(nonce),
            Bytes.fromHexString("0x0102")),
        WALLET);
  }

  public static BlockBody body() {
    return new BlockBody(
        List.of(transfer(0), legacyTransfer(1)),
        List.of(),
        Optional.of(List.of(new Withdrawal(1, 2, ADDRESS, 3))));
  }

  public static Receipt receipt(int type) {
    return new Receipt(
        type,
        true,
        21_000,
        List.of(new Receipt.Log(ADDRESS, List.of(hash(1), hash(2)), Bytes.of(1, 0, 255))));
  }

  /** At least one message of every code that {@code version} has. */
  public static List<EthMessage> all(EthVersion version) {
    ForkId forkId = new ForkId(Bytes.fromHexString("0xdeadbeef"), -2);
    List<EthMessage> samples =
        new ArrayList<>(
            List.of(
                new NewBlockHashes(List.of(new BlockId(1, hash(1)), new BlockId(-1, hash(2)))),
                new NewBlockHashes(List.of()),
                new Transactions(List.of(transfer(0), legacyTransfer(1))),
                new GetBlockHeaders(0, new GetBlockHeaders.AtNumber(0), 0, 0, false),
                new GetBlockHeaders(-1, new GetBlockHeaders.AtNumber(-1), -1, -1, true),
                new GetBlockHeaders(7, new GetBlockHeaders.AtHash(hash(7)), 192, 0, true),
                new BlockHeaders(1, List.of()),
                new BlockHeaders(1, List.of(header(1), header(2))),
                new GetBlockBodies(2, List.of(hash(1), hash(2))),
                new BlockBodies(
                    2, List.of(body(), new BlockBody(List.of(), List.of(), Optional.empty()))),
                new NewBlock(new Block(header(9), body()), UInt256.MAX_VALUE),
                new NewPooledTransactionHashes(
                    List.of(
                        new TransactionAnnouncement(0, 0, hash(1)),
                        new TransactionAnnouncement(255, 0xffff_ffffL, hash(2)))),
                new GetPooledTransactions(3, List.of(hash(1))),
                new PooledTransactions(3, List.of(PooledTransaction.of(transfer(3)))),
                new GetReceipts(4, List.of(hash(1))),
                new Receipts(4, List.of(List.of(receipt(0), receipt(2)), List.of()))));
    if (!version.has(EthVersion.ETH_69)) {
      samples.add(new Status68(68, 1337, UInt256.ONE, hash(1), hash(2), forkId));
      return samples;
    }
    BlockRange range = new BlockRange(0, 12, hash(12));
    samples.add(new Status69(version.number(), 1337, hash(2), forkId, range));
    samples.add(new BlockRangeUpdate(range));
    if (version.has(EthVersion.ETH_70)) {
      samples.add(new GetReceipts(4, 77, List.of(hash(1))));
      samples.add(new GetReceipts(4, -1, List.of(hash(1))));
      samples.add(new Receipts(4, true, List.of(List.of(receipt(2)))));
    }
    if (version.has(EthVersion.ETH_71)) {
      samples.add(new GetBlockAccessLists(5, List.of(hash(1))));
      samples.add(
          new BlockAccessLists(
              5, List.of(Optional.of(accessList(1)), Optional.empty(), Optional.of(NO_ACCESS))));
    }
    if (version.has(EthVersion.ETH_72)) {
      samples.add(
          new NewPooledTransactionHashes(
              List.of(new TransactionAnnouncement(3, 7000, hash(2))), CellMask.of(0, 127)));
      samples.add(new GetCells(6, List.of(hash(1), hash(2)), CellMask.ALL));
      samples.add(
          new Cells(
              6,
              List.of(
                  new TransactionCells(hash(1), List.of(cell(1), cell(2))),
                  new TransactionCells(hash(2), List.of(cell(3)))),
              CellMask.of(5)));
      samples.add(new Cells(6, List.of(), CellMask.NONE));
    }
    return samples;
  }

  private static final BlockAccessList NO_ACCESS = new BlockAccessList(Bytes.fromHexString("0xc0"));

  /** One account that was read. */
  public static BlockAccessList accessList(long seed) {
    return new BlockAccessList(
        RLP.encodeList(
            accounts ->
                accounts.writeList(
                    account -> {
                      account.writeValue(hash(seed).slice(12));
                      for (int i = 0; i < 5; i++) {
                        account.writeList(nothing -> {});
                      }
                    })));
  }

  public static Bytes cell(int seed) {
    return Bytes.repeat((byte) seed, BlobSidecar.CELL_BYTES);
  }
}
