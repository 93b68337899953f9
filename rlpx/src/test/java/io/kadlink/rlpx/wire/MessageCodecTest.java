package io.kadlink.rlpx.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.HexFormat;
import java.util.Random;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Message ids and payloads in frame data. */
class MessageCodecTest {

  @ParameterizedTest
  @CsvSource({
    "0, 80",
    "1, 01",
    "16, 10",
    "127, 7f",
    "128, 8180",
    "255, 81ff",
    "256, 820100",
    "65535, 82ffff"
  })
  void anIdIsAnRlpInteger(int id, String hex) throws Exception {
    byte[] data = encode(id, Bytes.EMPTY, false);

    assertThat(HexFormat.of().formatHex(data)).isEqualTo(hex);
    ByteBuf read = Unpooled.wrappedBuffer(data);
    assertThat(MessageCodec.readId(read)).isEqualTo(id);
    assertThat(read.isReadable()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "81", "8105", "817f", "82", "8200ff", "82ff", "83010000", "c0", "ff"})
  void whatIsNoIdIsAViolation(String hex) {
    byte[] data = HexFormat.of().parseHex(hex);

    assertThatThrownBy(() -> MessageCodec.readId(Unpooled.wrappedBuffer(data)))
        .isInstanceOf(ProtocolViolation.class);
  }

  @ParameterizedTest
  @CsvSource({"0, true", "0, false", "1, true", "100000, true", "100000, false"})
  void aPayloadComesBackAsItWas(int size, boolean compressed) throws Exception {
    Bytes payload = Bytes.wrap(new byte[size]);
    byte[] data = encode(0x10, payload, compressed);

    ByteBuf read = Unpooled.wrappedBuffer(data).skipBytes(1);
    assertThat(MessageCodec.payloadLength(read, compressed)).isEqualTo(size);
    assertThat(MessageCodec.payload(read, compressed)).isEqualTo(payload);
    if (compressed && size > 100) {
      assertThat(data).hasSizeLessThan(size / 10);
    }
  }

  @Test
  void sixteenMebibytesAreReadAndOneByteMoreIsNot() throws Exception {
    byte[] most = snappy(new byte[MessageCodec.MAX_PAYLOAD_BYTES]);
    assertThat(MessageCodec.payload(Unpooled.wrappedBuffer(most), true).size())
        .isEqualTo(MessageCodec.MAX_PAYLOAD_BYTES);

    byte[] more = snappy(new byte[MessageCodec.MAX_PAYLOAD_BYTES + 1]);
    assertThatThrownBy(() -> MessageCodec.payloadLength(Unpooled.wrappedBuffer(more), true))
        .isInstanceOfSatisfying(
            ProtocolViolation.class,
            violation -> assertThat(violation.rule()).isEqualTo("snappy-size"));
  }

  @Test
  void aPayloadThatDoesNotFitAFrameIsNotMade() {
    byte[] incompressible = new byte[MessageCodec.MAX_SENT_PAYLOAD_BYTES];
    new Random(5).nextBytes(incompressible);

    assertThatThrownBy(() -> encode(0x10, Bytes.wrap(incompressible), true))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> encode(0x10, Bytes.wrap(new byte[MessageCodec.MAX_PAYLOAD_BYTES]), true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static byte[] encode(int id, Bytes payload, boolean compressed) {
    ByteBuf frame = MessageCodec.encode(UnpooledByteBufAllocator.DEFAULT, id, payload, compressed);
    byte[] data = ByteBufUtil.getBytes(frame);
    frame.release();
    return data;
  }

  private static byte[] snappy(byte[] plain) throws Exception {
    return org.xerial.snappy.Snappy.compress(plain);
  }
}
