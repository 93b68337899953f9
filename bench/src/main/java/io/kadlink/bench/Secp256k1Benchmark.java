package io.kadlink.bench;

import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.identity.crypto.Secp256k1;
import java.util.Arrays;
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

/** Curve operations on each provider: they bound discv4 packets and RLPx handshakes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class Secp256k1Benchmark {
  @Param({"native", "bouncycastle"})
  public String provider = "native";

  private Secp256k1 curve = Secp256k1.get();
  private byte[] privateKey = new byte[0];
  private byte[] publicKey = new byte[0];
  private byte[] peer = new byte[0];
  private byte[] digest = new byte[0];
  private byte[] signature = new byte[0];
  private byte[] signature64 = new byte[0];

  @Setup
  public void prepare() {
    curve = Secp256k1.named(provider);
    privateKey = Keccak256.hash(new byte[] {1});
    publicKey = curve.publicKey(privateKey);
    peer = curve.publicKey(Keccak256.hash(new byte[] {2}));
    digest = Keccak256.hash(new byte[] {3});
    signature = curve.sign(digest, privateKey);
    signature64 = Arrays.copyOf(signature, 64);
  }

  @Benchmark
  public byte[] sign() {
    return curve.sign(digest, privateKey);
  }

  @Benchmark
  public byte[] recover() {
    return curve.recover(digest, signature);
  }

  @Benchmark
  public boolean verify() {
    return curve.verify(digest, signature64, publicKey);
  }

  @Benchmark
  public byte[] ecdhX() {
    return curve.ecdhX(privateKey, peer);
  }

  @Benchmark
  public byte[] publicKey() {
    return curve.publicKey(privateKey);
  }

  @Benchmark
  public byte[] decompress() {
    return curve.decompress(curve.compress(publicKey));
  }
}
