package io.kadlink.bench.rlpx;

import io.kadlink.rlpx.frame.FrameKeys;
import io.kadlink.rlpx.frame.FrameReader;
import io.kadlink.rlpx.frame.FrameWriter;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.Random;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Sealing frames, and sealing and opening them, on one core. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FrameBenchmark {
  @Param({"100", "16384", "1048576"})
  public int bytes = 100;

  private final FrameKeys keys =
      new FrameKeys(new byte[32], new byte[32], new byte[32], new byte[32]);
  private final FrameWriter alone = keys.writer();
  private final FrameWriter writer = keys.writer();
  private final FrameReader reader = keys.reader(PooledByteBufAllocator.DEFAULT);
  private byte[] data = new byte[0];
  private ByteBuf out = PooledByteBufAllocator.DEFAULT.buffer(0);

  @Setup
  public void prepare() {
    data = new byte[bytes];
    new Random(1).nextBytes(data);
    out.release();
    out = PooledByteBufAllocator.DEFAULT.directBuffer(FrameWriter.wireLength(bytes));
  }

  @TearDown
  public void release() {
    out.release();
  }

  @Benchmark
  public ByteBuf write() {
    out.clear();
    alone.write(data, 0, data.length, out);
    return out;
  }

  @Benchmark
  public boolean writeAndRead() throws ProtocolViolation {
    out.clear();
    writer.write(data, 0, data.length, out);
    return reader.read(out);
  }
}
