package io.kadlink.protocols.relay.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.kadlink.protocols.relay.wire.RelayMessage.Close;
import io.kadlink.protocols.relay.wire.RelayMessage.Data;
import io.kadlink.protocols.relay.wire.RelayMessage.Hop;
import io.kadlink.protocols.relay.wire.RelayMessage.Limits;
import io.kadlink.protocols.relay.wire.RelayMessage.Reserve;
import io.kadlink.protocols.relay.wire.RelayMessage.Status;
import io.kadlink.protocols.relay.wire.RelayMessage.Stop;
import io.kadlink.protocols.relay.wire.RelayMessage.Window;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.rlp.RLPWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RelayCodecTest {
  static final PublicKey KEY = NodeKey.of(Bytes32.fromHexString("0x07")).publicKey();

  static Stream<RelayMessage> messages() {
    return Stream.of(
        new Hop(1, KEY),
        new Hop(RelayMessage.MAX_CIRCUIT, KEY),
        new Stop(2, KEY, Limits.NONE),
        new Stop(2, KEY, new Limits(Long.MAX_VALUE, 3600)),
        new Status(0, StatusCode.OK, "", Limits.NONE),
        new Status(3, StatusCode.STOPPING, "a reason, with an ümlaut", new Limits(1, 1)),
        new Data(1, Bytes.of(0)),
        new Data(1, Bytes.repeat((byte) 0xab, RelayMessage.MAX_DATA_BYTES)),
        new Window(1, 1),
        new Window(1, RelayMessage.MAX_WINDOW),
        new Close(1, CloseCode.DONE, ""),
        new Close(1, CloseCode.STALLED, "x".repeat(RelayMessage.MAX_REASON_BYTES)),
        new Reserve(true),
        new Reserve(false));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void aMessageComesBackAsItWas(RelayMessage message) throws Exception {
    assertThat(RelayCodec.decode(RelayCodec.code(message), RelayCodec.encode(message)))
        .isEqualTo(message);
  }

  @ParameterizedTest
  @MethodSource("messages")
  void trailingElementsOfLaterVersionsAreIgnored(RelayMessage message) throws Exception {
    Bytes longer =
        RLP.encodeList(
            out -> {
              RLP.decodeList(
                  RelayCodec.encode(message),
                  in -> {
                    while (!in.isComplete()) {
                      out.writeValue(in.readValue());
                    }
                    return in;
                  });
              out.writeList(inner -> inner.writeInt(7));
              out.writeValue(Bytes.of(1, 2, 3));
            });
    assertThat(RelayCodec.decode(RelayCodec.code(message), longer)).isEqualTo(message);
  }

  @ParameterizedTest
  @MethodSource("messages")
  void aMessageCutShortIsAViolation(RelayMessage message) {
    Bytes whole = RelayCodec.encode(message);
    for (int size = 0; size < whole.size(); size += Math.max(1, whole.size() / 300)) {
      refused(RelayCodec.code(message), whole.slice(0, size));
    }
  }

  @ParameterizedTest
  @MethodSource("messages")
  void bytesAfterTheListAreAViolation(RelayMessage message) {
    refused(
        RelayCodec.code(message), Bytes.concatenate(RelayCodec.encode(message), Bytes.of(0x80)));
  }

  @Test
  void theLargestMessageOfEachKindFits() {
    messages()
        .forEach(
            message ->
                assertThat(RelayCodec.encode(message).size())
                    .isLessThan(RelayCodec.MAX_MESSAGE_BYTES));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, RelayCodec.MESSAGE_COUNT, 0x7f})
  void aCodeThatHasNoMessageIsAViolation(int code) {
    refused(code, RLP.encodeList(out -> out.writeInt(1)));
  }

  @Test
  void anOversizedMessageIsRefusedUnread() {
    Bytes zeros = Bytes.wrap(new byte[RelayCodec.MAX_MESSAGE_BYTES + 1]);
    refused(RelayCodec.DATA, zeros, "at most");
  }

  @Test
  void dataIsOneByteToTheLimit() {
    refused(RelayCodec.DATA, data(0), "data of 0 bytes");
    refused(RelayCodec.DATA, data(RelayMessage.MAX_DATA_BYTES + 1), "data of 16385 bytes");
  }

  @Test
  void creditIsOneByteToTheLimit() {
    refused(RelayCodec.WINDOW, numbers(1, 0), "credit");
    refused(RelayCodec.WINDOW, numbers(1, RelayMessage.MAX_WINDOW + 1L), "credit");
    refused(RelayCodec.WINDOW, numbers(1, -1));
  }

  @Test
  void circuitIdsArePositiveAndHave31Bits() {
    refused(RelayCodec.WINDOW, numbers(0, 1), "circuit id");
    refused(RelayCodec.WINDOW, numbers(1L << 31, 1), "circuit id");
    refused(RelayCodec.HOP, list(out -> writeKeyed(out, 0, KEY.bytes())), "circuit id");
    refused(RelayCodec.DATA, list(out -> writeKeyed(out, 0, Bytes.of(1))), "circuit id");
  }

  @Test
  void aKeyIsAPointOnTheCurveIn64Bytes() {
    refused(RelayCodec.HOP, list(out -> writeKeyed(out, 1, Bytes.wrap(new byte[64]))));
    refused(RelayCodec.HOP, list(out -> writeKeyed(out, 1, KEY.compressed())), "64 bytes");
    refused(RelayCodec.STOP, list(out -> writeKeyed(out, 1, Bytes.repeat((byte) 0xff, 64))));
  }

  @Test
  void aReasonBeyondItsLimitIsAViolation() {
    Bytes reason = Bytes.repeat((byte) 'x', RelayMessage.MAX_REASON_BYTES + 1);
    refused(
        RelayCodec.CLOSE,
        list(
            out -> {
              out.writeInt(1);
              out.writeInt(0);
              out.writeValue(reason);
            }),
        "reason of 257 bytes");
  }

  @Test
  void aReasonIsCutAtACharactersEdgeWhenSent() throws Exception {
    Close close = new Close(1, CloseCode.DONE, "a" + "ü".repeat(200));
    Close read = (Close) RelayCodec.decode(RelayCodec.CLOSE, RelayCodec.encode(close));
    assertThat(read.reason()).isEqualTo("a" + "ü".repeat(127));
  }

  @Test
  void aReasonCannotForgeALogLine() throws Exception {
    Close close = new Close(1, CloseCode.DONE, "x\nERROR \u001b[31mall is lost\u202e\u2028");
    Close read = (Close) RelayCodec.decode(RelayCodec.CLOSE, RelayCodec.encode(close));
    assertThat(read.reason()).isEqualTo("x?ERROR ?[31mall is lost??");
  }

  @Test
  void codesOfLaterVersionsAreUnknownNotMalformed() throws Exception {
    Bytes status =
        list(
            out -> {
              out.writeInt(1);
              out.writeInt(0x7e);
              out.writeString("new");
              out.writeInt(0);
              out.writeInt(0);
            });
    assertThat(RelayCodec.decode(RelayCodec.STATUS, status))
        .isEqualTo(new Status(1, StatusCode.UNKNOWN, "new", Limits.NONE));
    Bytes close =
        list(
            out -> {
              out.writeInt(1);
              out.writeInt(0x7e);
              out.writeString("new");
            });
    assertThat(RelayCodec.decode(RelayCodec.CLOSE, close))
        .isEqualTo(new Close(1, CloseCode.UNKNOWN, "new"));
  }

  @Test
  void unknownCodesAreNeverSent() {
    assertThatThrownBy(() -> RelayCodec.encode(new Close(1, CloseCode.UNKNOWN, "")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "80",
        "01",
        "c0",
        "c100",
        "c20001",
        "c2810101",
        "f80101",
        "ffffffffffffffffff",
        "c3820001",
        "c401c30102",
        "fb7fffffff00"
      })
  void otherBytesAreAViolationForEveryCode(String hex) {
    for (int code = 0; code < RelayCodec.MESSAGE_COUNT; code++) {
      if (!(code == RelayCodec.RESERVE && hex.startsWith("c401"))) {
        refused(code, Bytes.fromHexString(hex));
      }
    }
  }

  private static Bytes data(int size) {
    return list(out -> writeKeyed(out, 1, Bytes.wrap(new byte[size])));
  }

  private static void writeKeyed(RLPWriter out, int circuit, Bytes value) {
    out.writeInt(circuit);
    out.writeValue(value);
    out.writeInt(0);
    out.writeInt(0);
  }

  private static Bytes numbers(long... numbers) {
    return list(
        out -> {
          for (long number : numbers) {
            out.writeLong(number);
          }
        });
  }

  private static Bytes list(Consumer<RLPWriter> content) {
    return RLP.encodeList(content);
  }

  private static void refused(int code, Bytes payload) {
    refused(code, payload, "relay message");
  }

  private static void refused(int code, Bytes payload, String why) {
    assertThatThrownBy(() -> RelayCodec.decode(code, payload))
        .as("code %d, %s", code, payload.slice(0, Math.min(32, payload.size())))
        .isInstanceOfSatisfying(
            ProtocolViolation.class,
            e -> {
              assertThat(e.reason()).isEqualTo(DisconnectReason.SUBPROTOCOL_ERROR);
              assertThat(e).hasMessageContaining(why);
            });
  }
}
