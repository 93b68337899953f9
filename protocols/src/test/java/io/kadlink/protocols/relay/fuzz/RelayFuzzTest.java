package io.kadlink.protocols.relay.fuzz;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.testing.FuzzRunner;
import io.kadlink.protocols.relay.wire.CloseCode;
import io.kadlink.protocols.relay.wire.RelayCodec;
import io.kadlink.protocols.relay.wire.RelayMessage;
import io.kadlink.protocols.relay.wire.RelayMessage.Close;
import io.kadlink.protocols.relay.wire.RelayMessage.Data;
import io.kadlink.protocols.relay.wire.RelayMessage.Hop;
import io.kadlink.protocols.relay.wire.RelayMessage.Limits;
import io.kadlink.protocols.relay.wire.RelayMessage.Reserve;
import io.kadlink.protocols.relay.wire.RelayMessage.Status;
import io.kadlink.protocols.relay.wire.RelayMessage.Stop;
import io.kadlink.protocols.relay.wire.RelayMessage.Window;
import io.kadlink.protocols.relay.wire.StatusCode;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

class RelayFuzzTest {
  private static final Duration BRIEFLY = Duration.ofSeconds(5);

  /** The keys of the scene's nodes: the relay, a and b. */
  private static PublicKey key(int number) {
    byte[] secret = new byte[32];
    secret[0] = 1;
    secret[31] = (byte) number;
    return NodeKey.of(Bytes32.wrap(secret)).publicKey();
  }

  private static final List<RelayMessage> MESSAGES =
      List.of(
          new Reserve(true),
          new Hop(1, key(3)),
          new Stop(1, key(3), new Limits(1000, 1000)),
          new Status(2, StatusCode.OK, "", Limits.NONE),
          new Data(1, Bytes.of(1, 2, 3)),
          new Window(1, 1000),
          new Close(1, CloseCode.DONE, "done"));

  @Test
  void noBytesBreakTheCodecAndNoSequenceOfMessagesARelay() {
    FuzzRunner.runAll(
        BRIEFLY,
        List.of(
            new FuzzRunner.Target(RelayCodecFuzz.class, messages()),
            new FuzzRunner.Target(RelayProtocolFuzz.class, conversations())));
  }

  private static List<byte[]> messages() {
    return MESSAGES.stream()
        .map(
            message ->
                Bytes.concatenate(Bytes.of(RelayCodec.code(message)), RelayCodec.encode(message))
                    .toArray())
        .toList();
  }

  private static List<byte[]> conversations() {
    byte[] wholeCircuit =
        script(
            new Line(3, new Reserve(true)),
            new Line(2, new Hop(1, key(3))),
            new Line(3, new Status(2, StatusCode.OK, "", Limits.NONE)),
            new Line(2, new Data(1, Bytes.of(1, 2, 3))),
            new Line(3, new Data(2, Bytes.of(4, 5))),
            new Line(3, new Window(2, 1000)),
            new Line(2, new Close(1, CloseCode.DONE, "done")));
    byte[] unanswered =
        script(
            new Line(3, new Reserve(true)),
            new Line(6, new Hop(1, key(3))),
            new Line(2, new Hop(3, key(3))),
            new Line(3, new Status(4, StatusCode.STOPPING, "no", Limits.NONE)));
    byte[] called = script(new Line(2, new Stop(1, key(3), Limits.NONE)));
    return List.of(wholeCircuit, unanswered, called);
  }

  private record Line(int who, RelayMessage message) {}

  private static byte[] script(Line... lines) {
    ByteArrayOutputStream script = new ByteArrayOutputStream();
    for (Line line : lines) {
      Bytes payload = RelayCodec.encode(line.message());
      script.write(line.who());
      script.write(RelayCodec.code(line.message()));
      script.write(payload.size());
      script.writeBytes(payload.toArray());
    }
    return script.toByteArray();
  }
}
