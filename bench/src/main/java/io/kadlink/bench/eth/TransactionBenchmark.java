package io.kadlink.bench.eth;

import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signature;
import io.kadlink.identity.crypto.InvalidCurveInputException;
import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionCodec;
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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A transaction of each kind. {@code decodeAndHash} is to be compared with {@code rawHash}, {@code
 * sender} with {@code rawRecovery}: what nothing can do without, on the same bytes in the same run.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TransactionBenchmark {
  @Param({"legacy", "accesslist", "dynamicfee", "blob", "setcode"})
  public String kind = "legacy";

  private Transaction transaction = new Samples().transaction("legacy");
  private Bytes encoded = Bytes.EMPTY;
  private byte[] array = new byte[0];
  private Bytes32 digest = Bytes32.ZERO;
  private Signature signature = new Signature(Bytes.wrap(new byte[65]));

  @Setup
  public void prepare() {
    transaction = new Samples().transaction(kind);
    encoded = transaction.encoded();
    array = encoded.toArrayUnsafe();
    digest = TransactionCodec.signingHash(transaction.payload());
    int parity = kind.equals("legacy") ? transaction.v().toInt() - 37 : transaction.v().toInt();
    signature =
        new Signature(Bytes.concatenate(transaction.r(), transaction.s(), Bytes.of((byte) parity)));
  }

  @Benchmark
  public Transaction decode() {
    return TransactionCodec.decode(encoded);
  }

  @Benchmark
  public Bytes32 decodeAndHash() {
    return TransactionCodec.decode(encoded).hash();
  }

  @Benchmark
  public byte[] rawHash() {
    return Keccak256.hash(array);
  }

  /** Of a transaction that has not been asked before. */
  @Benchmark
  public Optional<Bytes> sender() {
    return Transaction.of(transaction.payload(), transaction.v(), transaction.r(), transaction.s())
        .sender();
  }

  /** The curve operation, on a digest that is known. */
  @Benchmark
  public PublicKey rawRecovery() throws InvalidCurveInputException {
    return PublicKey.recover(digest, signature);
  }
}
