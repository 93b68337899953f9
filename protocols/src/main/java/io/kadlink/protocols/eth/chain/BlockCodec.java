package io.kadlink.protocols.eth.chain;

import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import io.kadlink.protocols.eth.rlp.RlpReader;
import io.kadlink.protocols.eth.rlp.RlpSize;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.rlp.RLPWriter;

/**
 * Blocks, bodies and withdrawals to RLP and back. A block is {@code [header, transactions, ommers,
 * withdrawals?]}, a body the same without header (devp2p caps/eth, "Block Encoding").
 */
public final class BlockCodec {
  /** The largest block that is decoded (EIP-7934 allows 10 MiB, safety margin included). */
  public static final int MAX_BLOCK_BYTES = 10 << 20;

  private BlockCodec() {}

  /**
   * The block that {@code rlp} consists of.
   *
   * @throws InvalidRlpException when it is not one canonically encoded block
   */
  public static Block decode(Bytes rlp) {
    requireSize(rlp);
    RlpReader reader = RlpReader.ofList(rlp, "block");
    return new Block(HeaderCodec.decode(reader.rawItem("header")), readBody(reader, "block"));
  }

  public static Bytes encode(Block block) {
    return RLP.encodeList(
        writer -> {
          writer.writeRLP(block.header().encoded());
          writeBody(writer, block.body());
        });
  }

  /**
   * The body that {@code rlp} consists of.
   *
   * @throws InvalidRlpException when it is not one canonically encoded body
   */
  public static BlockBody decodeBody(Bytes rlp) {
    requireSize(rlp);
    return readBody(RlpReader.ofList(rlp, "body"), "body");
  }

  public static Bytes encodeBody(BlockBody body) {
    return RLP.encodeList(writer -> writeBody(writer, body));
  }

  /** The bytes of {@link #encodeBody}. */
  public static long bodyBytes(BlockBody body) {
    long transactions = body.transactions().stream().mapToLong(TransactionCodec::itemBytes).sum();
    long ommers = body.ommers().stream().mapToLong(ommer -> ommer.encoded().size()).sum();
    long bytes = RlpSize.withHeader(transactions) + RlpSize.withHeader(ommers);
    if (body.withdrawals().isPresent()) {
      bytes +=
          RlpSize.withHeader(
              body.withdrawals().get().stream().mapToLong(BlockCodec::withdrawalBytes).sum());
    }
    return RlpSize.withHeader(bytes);
  }

  private static long withdrawalBytes(Withdrawal withdrawal) {
    return RlpSize.withHeader(
        RlpSize.ofNumber(withdrawal.index())
            + RlpSize.ofNumber(withdrawal.validatorIndex())
            + RlpSize.ofString(withdrawal.address())
            + RlpSize.ofNumber(withdrawal.amountGwei()));
  }

  /**
   * The withdrawal that {@code rlp} consists of.
   *
   * @throws InvalidRlpException when it is not one canonically encoded withdrawal
   */
  public static Withdrawal decodeWithdrawal(Bytes rlp) {
    RlpReader reader = RlpReader.of(rlp);
    Withdrawal withdrawal = readWithdrawal(reader);
    reader.requireEnd("withdrawal");
    return withdrawal;
  }

  public static Bytes encodeWithdrawal(Withdrawal withdrawal) {
    return RLP.encodeList(
        writer -> {
          writer.writeValue(Bytes.minimalBytes(withdrawal.index()));
          writer.writeValue(Bytes.minimalBytes(withdrawal.validatorIndex()));
          writer.writeValue(withdrawal.address());
          writer.writeValue(Bytes.minimalBytes(withdrawal.amountGwei()));
        });
  }

  private static void requireSize(Bytes rlp) {
    if (rlp.size() > MAX_BLOCK_BYTES) {
      throw new InvalidRlpException("block: " + rlp.size() + " bytes, at most " + MAX_BLOCK_BYTES);
    }
  }

  private static BlockBody readBody(RlpReader reader, String name) {
    List<Transaction> transactions = reader.list("transactions", TransactionCodec::readItem);
    List<BlockHeader> ommers =
        reader.list("ommers", items -> HeaderCodec.decode(items.rawItem("ommer")));
    Optional<List<Withdrawal>> withdrawals =
        reader.hasNext()
            ? Optional.of(reader.list("withdrawals", BlockCodec::readWithdrawal))
            : Optional.empty();
    reader.requireEnd(name);
    return new BlockBody(transactions, ommers, withdrawals);
  }

  private static Withdrawal readWithdrawal(RlpReader items) {
    RlpReader reader = items.list("withdrawal");
    Withdrawal withdrawal =
        new Withdrawal(
            reader.uint64("index"),
            reader.uint64("validatorIndex"),
            reader.fixed("address", BlockHeader.ADDRESS_BYTES).copy(),
            reader.uint64("amount"));
    reader.requireEnd("withdrawal");
    return withdrawal;
  }

  private static void writeBody(RLPWriter writer, BlockBody body) {
    writer.writeList(
        body.transactions(), (list, tx) -> list.writeRLP(TransactionCodec.encodeItem(tx)));
    writer.writeList(body.ommers(), (list, ommer) -> list.writeRLP(ommer.encoded()));
    body.withdrawals()
        .ifPresent(
            withdrawals ->
                writer.writeList(
                    withdrawals,
                    (list, withdrawal) -> list.writeRLP(encodeWithdrawal(withdrawal))));
  }
}
