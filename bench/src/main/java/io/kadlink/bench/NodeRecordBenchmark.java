package io.kadlink.bench;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.apache.tuweni.bytes.Bytes;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Records as discovery and DNS lists deliver them, checked in full. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class NodeRecordBenchmark {
  private final NodeKey key = NodeKey.generate();
  private final NodeRecord record =
      NodeRecord.builder().endpoint(InetAddress.getLoopbackAddress(), 30303, 30303).sign(key);
  private final Bytes encoded = record.encode();
  private final String text = record.toString();

  @Benchmark
  public NodeRecord decode() {
    return NodeRecord.decode(encoded);
  }

  @Benchmark
  public NodeRecord parse() {
    return NodeRecord.parse(text);
  }

  @Benchmark
  public NodeRecord sign() {
    return record.toBuilder().sign(key);
  }
}
