package io.kadlink.protocols.eth.chain;

import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import io.kadlink.protocols.eth.rlp.RlpReader;
import java.util.Optional;
import java.util.function.Function;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * Headers to RLP and back, for every fork from Frontier to Amsterdam. A header with more fields
 * than Amsterdam's is refused: its hash could not be told apart from a forged one's.
 */
public final class HeaderCodec {
  /**
   * Longest extra data that is decoded. The protocol allows 32 bytes; genesis blocks of
   * proof-of-authority chains list their signers here.
   */
  public static final int MAX_EXTRA_DATA_BYTES = 4096;

  private HeaderCodec() {}

  /**
   * The header that {@code rlp} consists of.
   *
   * @throws InvalidRlpException when it is not one canonically encoded header
   */
  public static BlockHeader decode(Bytes rlp) {
    byte[] copy = rlp.toArray();
    RlpReader reader = RlpReader.ofList(copy, "header");
    BlockHeader header =
        new BlockHeader(
            reader.bytes32("parentHash"),
            reader.bytes32("ommersHash"),
            reader.fixed("coinbase", BlockHeader.ADDRESS_BYTES),
            reader.bytes32("stateRoot"),
            reader.bytes32("transactionsRoot"),
            reader.bytes32("receiptsRoot"),
            reader.fixed("logsBloom", BlockHeader.BLOOM_BYTES),
            reader.uint256("difficulty"),
            reader.uint64("number"),
            reader.uint64("gasLimit"),
            reader.uint64("gasUsed"),
            reader.uint64("timestamp"),
            reader.bytes("extraData", MAX_EXTRA_DATA_BYTES),
            reader.bytes32("mixHash"),
            reader.fixed("nonce", BlockHeader.NONCE_BYTES),
            readForkFields(reader));
    reader.requireEnd("header");
    return header.decodedFrom(Bytes.wrap(copy));
  }

  private static ForkFields readForkFields(RlpReader reader) {
    return reader.hasNext()
        ? new ForkFields(
            optional(reader, r -> r.uint256("baseFee")),
            optional(reader, r -> r.bytes32("withdrawalsRoot")),
            optional(reader, r -> r.uint64("blobGasUsed")),
            optional(reader, r -> r.uint64("excessBlobGas")),
            optional(reader, r -> r.bytes32("parentBeaconBlockRoot")),
            optional(reader, r -> r.bytes32("requestsHash")),
            optional(reader, r -> r.bytes32("blockAccessListHash")),
            optional(reader, r -> r.uint64("slotNumber")))
        : ForkFields.NONE;
  }

  /** The header's RLP. */
  public static Bytes encode(BlockHeader header) {
    return header.encoded();
  }

  private static <T> Optional<T> optional(RlpReader reader, Function<RlpReader, T> field) {
    return reader.hasNext() ? Optional.of(field.apply(reader)) : Optional.empty();
  }

  static Bytes write(BlockHeader header) {
    return RLP.encodeList(
        writer -> {
          writer.writeValue(header.parentHash());
          writer.writeValue(header.ommersHash());
          writer.writeValue(header.coinbase());
          writer.writeValue(header.stateRoot());
          writer.writeValue(header.transactionsRoot());
          writer.writeValue(header.receiptsRoot());
          writer.writeValue(header.logsBloom());
          writer.writeValue(header.difficulty().toMinimalBytes());
          writer.writeValue(Bytes.minimalBytes(header.number()));
          writer.writeValue(Bytes.minimalBytes(header.gasLimit()));
          writer.writeValue(Bytes.minimalBytes(header.gasUsed()));
          writer.writeValue(Bytes.minimalBytes(header.timestamp()));
          writer.writeValue(header.extraData());
          writer.writeValue(header.mixHash());
          writer.writeValue(header.nonce());
          header.baseFee().map(UInt256::toMinimalBytes).ifPresent(writer::writeValue);
          header.withdrawalsRoot().ifPresent(writer::writeValue);
          header.blobGasUsed().map(Bytes::minimalBytes).ifPresent(writer::writeValue);
          header.excessBlobGas().map(Bytes::minimalBytes).ifPresent(writer::writeValue);
          header.parentBeaconBlockRoot().ifPresent(writer::writeValue);
          header.requestsHash().ifPresent(writer::writeValue);
          header.blockAccessListHash().ifPresent(writer::writeValue);
          header.slotNumber().map(Bytes::minimalBytes).ifPresent(writer::writeValue);
        });
  }
}
