package io.kadlink.bench.eth;

import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockCodec;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.BlockRoots;
import io.kadlink.protocols.eth.chain.HeaderCodec;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.Withdrawal;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A header, and a body of 200 transactions and 16 withdrawals, as mainnet has them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BlockBenchmark {
  private static final int TRANSACTIONS = 200;
  private static final int WITHDRAWALS = 16;

  private final Samples samples = new Samples();
  private final Bytes header = samples.header().encoded();
  private final byte[] headerArray = header.toArrayUnsafe();
  private final List<Transaction> transactions = samples.transactions(TRANSACTIONS);
  private final List<Withdrawal> withdrawals = samples.withdrawals(WITHDRAWALS);
  private final Bytes body =
      BlockCodec.encodeBody(new BlockBody(transactions, List.of(), Optional.of(withdrawals)));
  private final byte[] bodyArray = body.toArrayUnsafe();

  @Benchmark
  public BlockHeader headerDecode() {
    return HeaderCodec.decode(header);
  }

  @Benchmark
  public Bytes32 headerDecodeAndHash() {
    return HeaderCodec.decode(header).hash();
  }

  @Benchmark
  public byte[] headerRawHash() {
    return Keccak256.hash(headerArray);
  }

  @Benchmark
  public BlockBody bodyDecode() {
    return BlockCodec.decodeBody(body);
  }

  @Benchmark
  public Bytes32 transactionsRoot() {
    return BlockRoots.transactionsRoot(transactions);
  }

  @Benchmark
  public Bytes32 withdrawalsRoot() {
    return BlockRoots.withdrawalsRoot(withdrawals);
  }

  /** A hash over the whole body: the least that a check of its roots has to read. */
  @Benchmark
  public byte[] bodyRawHash() {
    return Keccak256.hash(bodyArray);
  }
}
