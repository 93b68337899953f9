package io.kadlink.server.nat.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.InetAddresses;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** STUN's binding method (RFC 8489), on the vectors of RFC 5769. */
class StunCodecTest {
  private static final Bytes ID = Bytes.fromHexString("0xb7e7a701bc34d686fa87dfae");

  /** RFC 5769 §2.2. */
  private static final String V4_ANSWER =
      "0x0101003c2112a442b7e7a701bc34d686fa87dfae"
          + "8022000b7465737420766563746f7220"
          + "002000080001a147e112a643"
          + "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7"
          + "80280004c07d4c96";

  /** RFC 5769 §2.3. */
  private static final String V6_ANSWER =
      "0x010100482112a442b7e7a701bc34d686fa87dfae"
          + "8022000b7465737420766563746f7220"
          + "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
          + "00080014a382954e4be67bf11784c97c8292c275bfe3ed41"
          + "80280004c8fb0b4c";

  /** A success with these attributes. */
  private static byte[] success(String attributes) {
    return message(0x0101, Bytes.fromHexString(attributes));
  }

  private static byte[] message(int type, Bytes attributes) {
    return ByteBuffer.allocate(20 + attributes.size())
        .putShort((short) type)
        .putShort((short) attributes.size())
        .putInt(StunCodec.MAGIC_COOKIE)
        .put(ID.toArray())
        .put(attributes.toArray())
        .array();
  }

  @Test
  void theVectorsOfTheRfcAreRead() {
    assertThat(StunCodec.decode(Bytes.fromHexString(V4_ANSWER).toArray()))
        .isEqualTo(
            new StunAnswer.Binding(
                ID, new InetSocketAddress(InetAddresses.forString("192.0.2.1"), 32853)));
    assertThat(StunCodec.decode(Bytes.fromHexString(V6_ANSWER).toArray()))
        .isEqualTo(
            new StunAnswer.Binding(
                ID,
                new InetSocketAddress(
                    InetAddresses.forString("2001:db8:1234:5678:11:2233:4455:6677"), 32853)));
  }

  @Test
  void aRequestIsAHeaderAlone() {
    assertThat(Bytes.wrap(StunCodec.bindingRequest(ID)))
        .isEqualTo(Bytes.fromHexString("0x000100002112a442b7e7a701bc34d686fa87dfae"));
  }

  @Test
  void anOlderServersPlainAddressCountsWhereThereIsNoOther() {
    InetSocketAddress plain = new InetSocketAddress(InetAddresses.forString("1.2.3.4"), 5);
    assertThat(StunCodec.decode(success("0x00010008000100050102030400040008000100050a000001")))
        .isEqualTo(new StunAnswer.Binding(ID, plain));
    assertThat(StunCodec.decode(success("0x000100080001000501020304" + "002000080001a147e112a643")))
        .as("the masked one counts")
        .isEqualTo(
            new StunAnswer.Binding(
                ID, new InetSocketAddress(InetAddresses.forString("192.0.2.1"), 32853)));
  }

  @Test
  void anErrorHasItsCode() {
    assertThat(StunCodec.decode(message(0x0111, Bytes.fromHexString("0x0009000400000414"))))
        .isEqualTo(new StunAnswer.Refusal(ID, 420));
    assertThatThrownBy(
            () -> StunCodec.decode(message(0x0111, Bytes.fromHexString("0x0009000400000200"))))
        .hasMessageContaining("code 200");
    assertThatThrownBy(() -> StunCodec.decode(message(0x0111, Bytes.EMPTY)))
        .hasMessageContaining("without a code");
  }

  @Test
  void anUnknownAttributeThatMustBeKnownSpoilsTheAnswerAnotherDoesNot() {
    String address = "002000080001a147e112a643";
    assertThatThrownBy(() -> StunCodec.decode(success("0x7fff0000" + address)))
        .hasMessageContaining("would have to be known");
    assertThat(StunCodec.decode(success("0x80000000" + address)))
        .isInstanceOf(StunAnswer.Binding.class);
  }

  @Test
  void theLengthAnnouncedIsTheLengthThatCame() {
    byte[] whole = Bytes.fromHexString(V4_ANSWER).toArray();
    byte[] short4 = Arrays.copyOf(whole, whole.length - 4);
    byte[] long4 = Arrays.copyOf(whole, whole.length + 4);
    assertThatThrownBy(() -> StunCodec.decode(short4)).isInstanceOf(BadAnswerException.class);
    assertThatThrownBy(() -> StunCodec.decode(long4)).isInstanceOf(BadAnswerException.class);
    assertThatThrownBy(() -> StunCodec.decode(Arrays.copyOf(whole, 19)))
        .hasMessageContaining("19 bytes");
  }

  @Test
  void anAnswerIsNoLongerThanADatagram() {
    int room = StunCodec.MAX_BYTES - 20 - 12 - 4;
    Bytes filler =
        Bytes.concatenate(
            Bytes.fromHexString("0x8022"), Bytes.ofUnsignedShort(room), Bytes.wrap(new byte[room]));
    Bytes address = Bytes.fromHexString("0x002000080001a147e112a643");
    assertThat(StunCodec.decode(message(0x0101, Bytes.concatenate(filler, address))))
        .isInstanceOf(StunAnswer.Binding.class);
    Bytes more = Bytes.fromHexString("0x80220000");
    assertThatThrownBy(
            () -> StunCodec.decode(message(0x0101, Bytes.concatenate(filler, more, address))))
        .hasMessageContaining("1476 bytes");
  }

  @Test
  void attributesAndAddressesAreWhole() {
    assertThatThrownBy(() -> StunCodec.decode(success("0x002000090001a147e112a643")))
        .hasMessageContaining("cut short");
    assertThatThrownBy(() -> StunCodec.decode(success("0x002000040001a147")))
        .hasMessageContaining("4 bytes");
    assertThatThrownBy(() -> StunCodec.decode(success("0x002000080002a147e112a643")))
        .hasMessageContaining("family 2");
    assertThatThrownBy(() -> StunCodec.decode(success("0x0020000800012112e112a643")))
        .hasMessageContaining("port 0");
    assertThatThrownBy(() -> StunCodec.decode(success("0x")))
        .hasMessageContaining("without an address");
  }

  @Test
  void whatIsNotAnAnswerToABindingRequestIsRefused() {
    assertThatThrownBy(() -> StunCodec.decode(message(0x0001, Bytes.EMPTY)))
        .hasMessageContaining("type 1");
    byte[] noCookie = StunCodec.bindingRequest(ID);
    noCookie[4] = 0;
    assertThatThrownBy(() -> StunCodec.decode(noCookie)).hasMessageContaining("cookie");
  }
}
