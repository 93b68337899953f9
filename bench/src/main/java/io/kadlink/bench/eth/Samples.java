package io.kadlink.bench.eth;

import io.kadlink.identity.NodeKey;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.BlockRoots;
import io.kadlink.protocols.eth.chain.ForkFields;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.chain.TransactionPayload.AccessTuple;
import io.kadlink.protocols.eth.chain.TransactionPayload.Authorization;
import io.kadlink.protocols.eth.chain.Withdrawal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;

/** Headers and transactions in the sizes they have on mainnet, the same in each run. */
final class Samples {
  private static final UInt256 CHAIN = UInt256.ONE;
  private static final UInt256 GWEI = UInt256.valueOf(1_000_000_000L);

  private final Random random = new Random(7);
  private final NodeKey key = NodeKey.of(Bytes32.fromHexStringLenient("0xa11ce"));

  private Bytes bytes(int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return Bytes.wrap(bytes);
  }

  private Bytes32 hash() {
    return Bytes32.wrap(bytes(32));
  }

  /** Of Prague. */
  BlockHeader header() {
    return new BlockHeader(
        hash(),
        BlockRoots.NO_OMMERS,
        bytes(20),
        hash(),
        hash(),
        hash(),
        bytes(256),
        UInt256.ZERO,
        23_000_000,
        45_000_000,
        22_345_678,
        1_755_000_000,
        bytes(24),
        hash(),
        Bytes.wrap(new byte[8]),
        new ForkFields(
            Optional.of(GWEI),
            Optional.of(hash()),
            Optional.of(786_432L),
            Optional.of(0L),
            Optional.of(hash()),
            Optional.of(BlockRoots.NO_REQUESTS)));
  }

  /** A transfer, a call of a token, one with an access list, with blobs, with authorizations. */
  Transaction transaction(String kind) {
    return Transaction.sign(
        switch (kind) {
          case "legacy" ->
              new TransactionPayload.Legacy(
                  Optional.of(CHAIN),
                  77,
                  GWEI,
                  21_000,
                  to(),
                  UInt256.valueOf(1L << 60),
                  Bytes.EMPTY);
          case "accesslist" ->
              new TransactionPayload.WithAccessList(
                  CHAIN, 77, GWEI, 90_000, to(), UInt256.ZERO, bytes(68), accessList());
          case "dynamicfee" ->
              new TransactionPayload.DynamicFee(
                  CHAIN, 77, GWEI, GWEI, 90_000, to(), UInt256.ZERO, bytes(68), List.of());
          case "blob" ->
              new TransactionPayload.Blob(
                  CHAIN,
                  77,
                  GWEI,
                  GWEI,
                  21_000,
                  bytes(20),
                  UInt256.ZERO,
                  Bytes.EMPTY,
                  List.of(),
                  GWEI,
                  List.of(hash(), hash(), hash()));
          case "setcode" ->
              new TransactionPayload.SetCode(
                  CHAIN,
                  77,
                  GWEI,
                  GWEI,
                  90_000,
                  bytes(20),
                  UInt256.ZERO,
                  bytes(68),
                  List.of(),
                  List.of(
                      new Authorization(
                          CHAIN, bytes(20), 5, 1, UInt256.fromBytes(hash()), UInt256.ONE)));
          default -> throw new IllegalArgumentException(kind);
        },
        key);
  }

  private Optional<Bytes> to() {
    return Optional.of(bytes(20));
  }

  private List<AccessTuple> accessList() {
    return List.of(new AccessTuple(bytes(20), List.of(hash(), hash())));
  }

  /** A block's: a third transfers, the others calls of tokens. */
  List<Transaction> transactions(int count) {
    List<Transaction> transactions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      transactions.add(transaction(i % 3 == 0 ? "legacy" : "dynamicfee"));
    }
    return transactions;
  }

  List<Withdrawal> withdrawals(int count) {
    List<Withdrawal> withdrawals = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      withdrawals.add(new Withdrawal(90_000_000L + i, 1_000_000L + i, bytes(20), 19_000_000L));
    }
    return withdrawals;
  }
}
