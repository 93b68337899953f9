package io.kadlink.rlpx.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.rlpx.wire.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.digests.KeccakDigest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames written and read, and compared with a plain transcription of the specification. */
class FrameStreamTest {
  private final Random random = new Random(4);
  private final byte[] aes = bytes(32);
  private final byte[] mac = bytes(32);
  private final byte[] initial = bytes(301);
  private final FrameKeys keys = new FrameKeys(aes, mac, initial, initial);
  private final FrameWriter writer = keys.writer();
  private final FrameReader reader = keys.reader(UnpooledByteBufAllocator.DEFAULT);

  @Test
  void framesOfManySizesAreWhatTheSpecificationSays() throws Exception {
    SpecifiedFrames specified = new SpecifiedFrames(aes, mac, initial);
    for (int size : new int[] {1, 15, 16, 17, 100, 31, 32, 8191, 8192, 8193, 40_000, 1}) {
      byte[] data = bytes(size);

      assertThat(write(data)).as("%d bytes", size).isEqualTo(specified.frame(data));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 32, 33, 1000, 100_000})
  void aStreamCutAnywhereIsReadTheSame(int piece) throws Exception {
    byte[][] frames = new byte[20][];
    ByteBuf stream = Unpooled.buffer();
    for (int i = 0; i < frames.length; i++) {
      frames[i] = bytes(1 + random.nextInt(3000));
      stream.writeBytes(write(frames[i]));
    }
    int next = 0;
    while (stream.isReadable()) {
      ByteBuf part = stream.readSlice(Math.min(piece, stream.readableBytes()));
      while (part.isReadable()) {
        if (reader.read(part)) {
          assertThat(ByteBufUtil.getBytes(reader.data())).isEqualTo(frames[next++]);
        }
      }
    }
    assertThat(next).isEqualTo(frames.length);
  }

  @Test
  void theLargestFrameIsReadAndALargerOneCantBeWritten() throws Exception {
    byte[] data = bytes(FrameWriter.MAX_FRAME_BYTES);
    ByteBuf frame = Unpooled.wrappedBuffer(write(data));

    assertThat(reader.read(frame)).isTrue();
    assertThat(reader.data().equals(Unpooled.wrappedBuffer(data))).isTrue();
    assertThatThrownBy(() -> write(new byte[FrameWriter.MAX_FRAME_BYTES + 1]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aSizeAloneTakesNoMemory() throws Exception {
    byte[] frame = write(new byte[FrameWriter.MAX_FRAME_BYTES]);
    assertThat(reader.read(Unpooled.wrappedBuffer(frame, 0, 32 + 5000))).isFalse();

    assertThat(reader.data().capacity()).isLessThan(20_000);
  }

  @Test
  void theMemoryThatALargeFrameNeededIsGivenUp() throws Exception {
    assertThat(reader.read(Unpooled.wrappedBuffer(write(bytes(1_000_000))))).isTrue();
    ByteBuf large = reader.data();
    assertThat(reader.read(Unpooled.wrappedBuffer(write(bytes(10))))).isTrue();

    assertThat(large.refCnt()).isZero();
    assertThat(reader.data().capacity()).isEqualTo(FrameReader.KEPT_BYTES);
  }

  @Test
  void everySingleBitThatIsTurnedIsNoticed() throws Exception {
    byte[] frame = write(HexFormat.of().parseHex("10c20102"));
    for (int bit = 0; bit < frame.length * 8; bit++) {
      byte[] turned = frame.clone();
      turned[bit / 8] ^= (byte) (1 << (bit % 8));
      FrameReader fresh = keys.reader(UnpooledByteBufAllocator.DEFAULT);

      assertThatThrownBy(() -> fresh.read(Unpooled.wrappedBuffer(turned)))
          .as("bit %d", bit)
          .isInstanceOf(ProtocolViolation.class)
          .hasMessageContaining("MAC");
    }
  }

  @Test
  void aFrameOverTheLimitIsRefusedByItsHeader() throws Exception {
    reader.limit(100);
    assertThat(reader.read(Unpooled.wrappedBuffer(write(bytes(100))))).isTrue();
    byte[] frame = write(bytes(101));

    assertThatThrownBy(() -> reader.read(Unpooled.wrappedBuffer(frame, 0, 32)))
        .isInstanceOfSatisfying(
            ProtocolViolation.class,
            violation -> assertThat(violation.rule()).isEqualTo("frame-size"));
  }

  private byte[] write(byte[] data) {
    ByteBuf out = Unpooled.buffer();
    writer.write(data, 0, data.length, out);
    byte[] frame = new byte[out.readableBytes()];
    out.readBytes(frame);
    assertThat(frame).hasSize(FrameWriter.wireLength(data.length));
    return frame;
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  /** rlpx.md §Framing, word by word, on Bouncy Castle's digest. */
  private static final class SpecifiedFrames {
    private final Cipher aes;
    private final Cipher macAes;
    private final KeccakDigest egressMac = new KeccakDigest(256);

    SpecifiedFrames(byte[] aesSecret, byte[] macSecret, byte[] initial) throws Exception {
      aes = Cipher.getInstance("AES/CTR/NoPadding");
      aes.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(aesSecret, "AES"),
          new IvParameterSpec(new byte[16]));
      macAes = Cipher.getInstance("AES/ECB/NoPadding");
      macAes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(macSecret, "AES"));
      egressMac.update(initial, 0, initial.length);
    }

    byte[] frame(byte[] data) throws Exception {
      byte[] header = new byte[16];
      header[0] = (byte) (data.length >> 16);
      header[1] = (byte) (data.length >> 8);
      header[2] = (byte) data.length;
      header[3] = (byte) 0xc2;
      header[4] = (byte) 0x80;
      header[5] = (byte) 0x80;
      byte[] headerCiphertext = aes.update(header);
      update(xor(macAes.update(digest()), headerCiphertext));
      byte[] headerMac = digest();

      byte[] frameCiphertext = aes.update(Arrays.copyOf(data, (data.length + 15) / 16 * 16));
      update(frameCiphertext);
      byte[] digest = digest();
      update(xor(macAes.update(digest), digest));
      byte[] frameMac = digest();

      ByteBuf frame = Unpooled.buffer();
      frame.writeBytes(headerCiphertext).writeBytes(headerMac);
      frame.writeBytes(frameCiphertext).writeBytes(frameMac);
      byte[] bytes = new byte[frame.readableBytes()];
      frame.readBytes(bytes);
      return bytes;
    }

    private void update(byte[] bytes) {
      egressMac.update(bytes, 0, bytes.length);
    }

    private byte[] digest() {
      byte[] hash = new byte[32];
      new KeccakDigest(egressMac).doFinal(hash, 0);
      return Arrays.copyOf(hash, 16);
    }

    private static byte[] xor(byte[] a, byte[] b) {
      byte[] out = new byte[16];
      for (int i = 0; i < 16; i++) {
        out[i] = (byte) (a[i] ^ b[i]);
      }
      return out;
    }
  }
}
