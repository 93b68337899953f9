package io.kadlink.bench;

import io.kadlink.identity.crypto.Keccak256;
import java.util.concurrent.TimeUnit;
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

/** Hashing what a node hashes: a public key, a discovery packet, a frame. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class Keccak256Benchmark {
  @Param({"64", "1280", "16384"})
  public int bytes = 64;

  private byte[] input = new byte[0];

  @Setup
  public void prepare() {
    input = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      input[i] = (byte) i;
    }
  }

  @Benchmark
  public byte[] hash() {
    return Keccak256.hash(input);
  }
}
