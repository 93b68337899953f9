package io.kadlink.identity.fuzz;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.testing.FuzzRunner;
import io.kadlink.identity.testing.FuzzRunner.Target;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.Test;

/** Each decoder of hostile input, fuzzed briefly. */
class IdentityFuzzTest {
  private static final Duration BRIEFLY = Duration.ofSeconds(4);
  private static final NodeKey KEY =
      NodeKey.of(
          Bytes32.fromHexString(
              "b71c71a67e1177ad4e901695e1b4b9ee17ae16c6668d313eac2f96dbcda3f291"));
  private static final NodeRecord RECORD =
      NodeRecord.builder()
          .endpoint(InetAddress.getLoopbackAddress(), 30303, 30304)
          .entry("eth", RLP.encodeList(list -> list.writeValue(Bytes.of(1, 2, 3, 4))))
          .sign(KEY);

  @Test
  void noInputMakesADecoderFailInAnUnexpectedWayOrTheSecp256k1ProvidersDisagree() {
    FuzzRunner.runAll(
        BRIEFLY,
        List.of(
            new Target(NodeRecordFuzz.class, List.of(RECORD.encode().toArray())),
            new Target(NodeRecordTextFuzz.class, List.of(ascii(RECORD.toString()))),
            new Target(EnodeFuzz.class, enodes()),
            new Target(NodeKeyFuzz.class, List.of(ascii("0x" + "1f".repeat(32) + "\n"))),
            new Target(Secp256k1Fuzz.class, curveCalls())));
  }

  private static List<byte[]> enodes() {
    return Stream.of("10.0.0.1:30303?discport=1", "[2001:db8::1]:1", "boot.example.org:0")
        .map(rest -> ascii("enode://" + KEY.publicKey() + "@" + rest))
        .toList();
  }

  /** One for each operation of {@link Secp256k1Fuzz}. */
  private static List<byte[]> curveCalls() {
    Bytes secret = Bytes32.repeat((byte) 0x11);
    Bytes32 digest = Bytes32.repeat((byte) 7);
    Bytes signature = KEY.sign(digest).bytes();
    Bytes publicKey = KEY.publicKey().bytes();
    return List.of(
        Bytes.concatenate(Bytes.of(0), KEY.publicKey().compressed()).toArray(),
        Bytes.concatenate(Bytes.of(1), publicKey).toArray(),
        Bytes.concatenate(Bytes.of(2), digest, signature).toArray(),
        Bytes.concatenate(Bytes.of(3), digest, signature.slice(0, 64), publicKey).toArray(),
        Bytes.concatenate(Bytes.of(4), digest, secret).toArray(),
        Bytes.concatenate(Bytes.of(5), secret, publicKey).toArray(),
        Bytes.concatenate(Bytes.of(6), publicKey).toArray());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
