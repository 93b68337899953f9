package io.kadlink.bench.rlpx;

import io.kadlink.rlpx.frame.FrameKeys;
import io.kadlink.rlpx.frame.FrameReader;
import io.kadlink.rlpx.frame.FrameWriter;
import io.kadlink.rlpx.frame.KeccakSponge;
import io.kadlink.rlpx.wire.MessageCodec;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.security.GeneralSecurityException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.apache.tuweni.bytes.Bytes;
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

/**
 * Sealing frames, and sealing and opening them, on one core; and what can't be left out of that:
 * AES-256-CTR and Keccak-256 over the same bytes, once for each side.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FrameBenchmark {
  /** The JDK's compiled AES is left for a slow path when it is given much more at once. */
  private static final int PIECE_BYTES = 8 * 1024;

  @Param({"100", "1024", "16384", "1048576"})
  public int bytes = 100;

  private final FrameKeys keys =
      new FrameKeys(new byte[32], new byte[32], new byte[32], new byte[32]);
  private final FrameWriter alone = keys.writer();
  private final FrameWriter writer = keys.writer();
  private final FrameReader reader = keys.reader(PooledByteBufAllocator.DEFAULT);
  private byte[] data = new byte[0];
  private Bytes payload = Bytes.EMPTY;
  private ByteBuf out = PooledByteBufAllocator.DEFAULT.buffer(0);

  private final KeccakSponge sponge = new KeccakSponge();
  private final byte[] piece = new byte[PIECE_BYTES];
  private final byte[] hash = new byte[32];
  private final Cipher aes = cipher();

  private static Cipher cipher() {
    try {
      Cipher aes = Cipher.getInstance("AES/CTR/NoPadding");
      aes.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(new byte[32], "AES"),
          new IvParameterSpec(new byte[16]));
      return aes;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES", e);
    }
  }

  @Setup
  public void prepare() {
    data = new byte[bytes];
    new Random(1).nextBytes(data);
    payload = Bytes.wrap(data);
    out.release();
    out = PooledByteBufAllocator.DEFAULT.directBuffer(FrameWriter.wireLength(bytes));
  }

  @TearDown
  public void release() {
    out.release();
  }

  @Benchmark
  public byte[] rawOneSide() throws GeneralSecurityException {
    for (int from = 0; from < bytes; from += PIECE_BYTES) {
      int size = Math.min(PIECE_BYTES, bytes - from);
      aes.update(data, from, size, piece, 0);
      sponge.update(piece, 0, size);
    }
    sponge.peek(hash, 0, hash.length);
    return hash;
  }

  @Benchmark
  public byte[] rawBothSides() throws GeneralSecurityException {
    rawOneSide();
    return rawOneSide();
  }

  /** A message all the way: compressed, sealed, opened, decompressed. It can't be compressed. */
  @Benchmark
  public Bytes message() throws ProtocolViolation {
    out.clear();
    ByteBuf frame = MessageCodec.encode(PooledByteBufAllocator.DEFAULT, 0x10, payload, true);
    writer.write(frame.array(), frame.arrayOffset(), frame.readableBytes(), out);
    frame.release();
    if (!reader.read(out)) {
      throw new IllegalStateException("half a frame");
    }
    MessageCodec.readId(reader.data());
    Bytes received = MessageCodec.payload(reader.data(), true);
    reader.release();
    return received;
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
