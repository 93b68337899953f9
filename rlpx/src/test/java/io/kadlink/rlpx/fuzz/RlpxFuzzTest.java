package io.kadlink.rlpx.fuzz;

import io.kadlink.identity.testing.FuzzRunner;
import io.kadlink.identity.testing.FuzzRunner.Target;
import io.kadlink.rlpx.Eip8Vectors;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each decoder of hostile input, fuzzed briefly. */
class RlpxFuzzTest {
  private static final Duration BRIEFLY = Duration.ofSeconds(6);

  @Test
  void noInputMakesADecoderFailInAnUnexpectedWay() {
    FuzzRunner.runAll(
        BRIEFLY,
        List.of(
            new Target(
                AuthPacketFuzz.class,
                List.of(Eip8Vectors.bytes("auth-1"), Eip8Vectors.bytes("auth-2"))),
            new Target(HandshakeBodyFuzz.class, handshakeBodies()),
            new Target(FrameFuzz.class, List.of(hex("0028011001020304"))),
            new Target(MessageFuzz.class, List.of(hex("100a24616263646566676869"), hex("1000"))),
            new Target(BaseMessageFuzz.class, baseMessages())));
  }

  /** An ack and an auth. */
  private static List<byte[]> handshakeBodies() {
    String key = Eip8Vectors.key("static-key-a").publicKey().toString();
    String nonce = "a0" + "07".repeat(32) + "04";
    return List.of(
        hex("f864" + "b840" + key + nonce),
        hex("f8a7" + "b841" + "01".repeat(64) + "00" + "b840" + key + nonce));
  }

  /** After their ids: a Hello, Disconnects in three forms, a Ping. */
  private static List<byte[]> baseMessages() {
    return List.of(
        hex("00" + HexFormat.of().formatHex(Eip8Vectors.bytes("hello"))),
        hex("00" + helloWithElements()),
        hex("01c104"),
        hex("0104"),
        hex("010204c104"),
        hex("02c0"));
  }

  /** One of our form, one of another. */
  private static String helloWithElements() {
    String key = Eip8Vectors.key("static-key-a").publicKey().toString();
    return "f851" + "0578c080" + "b840" + key + "c8" + "8478353039" + "82c0c0" + "c105";
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }
}
