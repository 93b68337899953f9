package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.NodeKey;
import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.BlockRoots;
import io.kadlink.protocols.eth.chain.HeaderCodec;
import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.chain.TransactionPool.Verdict;
import io.kadlink.protocols.eth.chain.Withdrawal;
import io.kadlink.protocols.eth.rlp.RlpReader;
import io.kadlink.protocols.eth.state.Account;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.units.bigints.UInt256;

/** A dev chain in memory whose imports are done when the call returns, at a clock that stands. */
final class TestChain implements AutoCloseable {
  static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  static final Bytes COINBASE = Bytes.fromHexString("0xc0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0");
  static final Bytes STRANGER = Bytes.fromHexString("0x5757575757575757575757575757575757575757");
  static final UInt256 GWEI = UInt256.valueOf(1_000_000_000);

  final DevChain chain;
  final BlockProducer producer;

  TestChain() {
    this(DevChainOptions.devChain());
  }

  TestChain(DevChainOptions options) {
    try {
      chain = DevChain.open(settled(options));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    producer = new BlockProducer(chain, COINBASE, InstantSource.fixed(NOW));
  }

  /** On a store that the test has opened. */
  TestChain(DevChainOptions options, ChainStore store) throws IOException {
    chain = DevChain.open(settled(options), store);
    producer = new BlockProducer(chain, COINBASE, InstantSource.fixed(NOW));
  }

  private static DevChainOptions settled(DevChainOptions options) {
    return options.withExecutor(Runnable::run).withClock(InstantSource.fixed(NOW));
  }

  static Wallet wallet(int account) {
    return new Wallet(DevAccounts.key(account), DevGenesis.CHAIN_ID);
  }

  /** A transfer that the pool takes. */
  Transaction pending(int account, Bytes to, long wei) {
    Transaction transaction = wallet(account).transfer(chain, to, UInt256.valueOf(wei));
    assertThat(chain.pool().add(transaction)).isEqualTo(new Verdict.Accepted());
    return transaction;
  }

  /** The next block with what the pool has, not imported. */
  Block build(Withdrawal... withdrawals) {
    return producer.buildBlock(chain.head().timestamp() + 10, List.of(withdrawals));
  }

  /** The next block, imported as the new head. */
  Block mine(Withdrawal... withdrawals) {
    Block block = build(withdrawals);
    assertThat(add(block)).isEqualTo(new ImportResult.Imported(true, true));
    return block;
  }

  ImportResult add(Block block) {
    return chain.importBlock(block).toCompletableFuture().join();
  }

  Account account(Bytes address) {
    return chain.account(address).orElseThrow();
  }

  /** The canonical block at this height. */
  Block block(long number) {
    BlockHeader header = chain.header(number).orElseThrow();
    return new Block(header, chain.body(header.hash()).orElseThrow());
  }

  /** A block with one field of its header changed. */
  static Block with(Block block, HeaderField field, Bytes value) {
    return new Block(with(block.header(), field, value), block.body());
  }

  static BlockHeader with(BlockHeader header, HeaderField field, Bytes value) {
    List<Bytes> items = items(header);
    items.set(field.ordinal(), RLP.encodeValue(value));
    return HeaderCodec.decode(RLP.encodeList(items, (writer, item) -> writer.writeRLP(item)));
  }

  /** A block whose header ends after {@code count} fields. */
  static Block truncated(Block block, int count) {
    return new Block(
        HeaderCodec.decode(
            RLP.encodeList(
                items(block.header()).subList(0, count), (writer, item) -> writer.writeRLP(item))),
        block.body());
  }

  private static List<Bytes> items(BlockHeader header) {
    RlpReader reader = RlpReader.ofList(header.encoded(), "header");
    List<Bytes> items = new ArrayList<>();
    while (reader.hasNext()) {
      items.add(reader.rawItem("field"));
    }
    return items;
  }

  static Block with(Block block, HeaderField field, long value) {
    return with(block, field, Bytes.minimalBytes(value));
  }

  /** A block with these transactions and the root that goes with them. */
  static Block with(Block block, List<Transaction> transactions) {
    Block changed =
        with(block, HeaderField.TRANSACTIONS_ROOT, BlockRoots.transactionsRoot(transactions));
    return new Block(
        changed.header(),
        new BlockBody(transactions, block.body().ommers(), block.body().withdrawals()));
  }

  static TransactionPayload.DynamicFee transfer(
      long nonce, Bytes to, UInt256 wei, long gasLimit, UInt256 maxFee, UInt256 tip) {
    return new TransactionPayload.DynamicFee(
        UInt256.valueOf(DevGenesis.CHAIN_ID),
        nonce,
        tip,
        maxFee,
        gasLimit,
        Optional.of(to),
        wei,
        Bytes.EMPTY,
        List.of());
  }

  /** Of an account, a transaction that takes an EVM. */
  static Transaction creation(int account, long nonce) {
    return signed(
        new TransactionPayload.DynamicFee(
            UInt256.valueOf(DevGenesis.CHAIN_ID),
            nonce,
            UInt256.ONE,
            GWEI,
            100_000,
            Optional.empty(),
            UInt256.ZERO,
            Bytes.of(0),
            List.of()),
        account);
  }

  static Transaction signed(TransactionPayload payload, int account) {
    return Transaction.sign(payload, DevAccounts.key(account));
  }

  static Transaction signed(TransactionPayload payload, NodeKey key) {
    return Transaction.sign(payload, key);
  }

  @Override
  public void close() {
    chain.close();
  }

  /** Fields of a header in the order they are encoded. */
  enum HeaderField {
    PARENT_HASH,
    OMMERS_HASH,
    COINBASE,
    STATE_ROOT,
    TRANSACTIONS_ROOT,
    RECEIPTS_ROOT,
    LOGS_BLOOM,
    DIFFICULTY,
    NUMBER,
    GAS_LIMIT,
    GAS_USED,
    TIMESTAMP,
    EXTRA_DATA,
    MIX_HASH,
    NONCE,
    BASE_FEE,
    WITHDRAWALS_ROOT,
    BLOB_GAS_USED,
    EXCESS_BLOB_GAS,
    PARENT_BEACON_BLOCK_ROOT,
    REQUESTS_HASH
  }
}
