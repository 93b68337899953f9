package io.kadlink.rlpx.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.Eip8Vectors;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Base-protocol messages to bytes and back, in all the forms that real clients send. */
class BaseMessageCodecTest {
  private static final PublicKey KEY = NodeKey.generate().publicKey();

  @Test
  void helloIsReadAsInTheVectorOfEip8() throws Exception {
    Bytes vector = Bytes.wrap(Eip8Vectors.bytes("hello"));

    assertThat(BaseMessageCodec.decode(Hello.ID, vector))
        .isEqualTo(
            new Hello(
                55,
                "kneth/v0.91/plan9",
                List.of(new Capability("eth", 61), new Capability("mork", 22)),
                9999,
                PublicKey.of(vector.slice(40, 64)),
                List.of(
                    new HelloElement("foo", Bytes.wrap("bar".getBytes(StandardCharsets.UTF_8))))));
  }

  @Test
  void helloComesBackAsItWas() throws Exception {
    Hello hello =
        new Hello(
            5,
            "kadlink/v0.1.0",
            List.of(new Capability("eth", 68), new Capability("pubsub", 1)),
            30303,
            KEY);

    assertThat(BaseMessageCodec.decode(Hello.ID, BaseMessageCodec.encode(hello))).isEqualTo(hello);
  }

  @Test
  void aCapabilityWeCouldNotHaveIsLeftOut() throws Exception {
    Bytes hello =
        hello(
            "x",
            list -> {
              list.accept("waytoolongname", Bytes.of(1));
              list.accept("", Bytes.of(1));
              list.accept("nul\0", Bytes.of(1));
              list.accept("eth", Bytes.fromHexString("ffffffffff"));
              list.accept("eth", Bytes.fromHexString("ffffffff"));
              list.accept("eth", Bytes.EMPTY);
            });

    assertThat(((Hello) BaseMessageCodec.decode(Hello.ID, hello)).capabilities())
        .containsExactly(new Capability("eth", 0));
  }

  @Test
  void aLongListOfCapabilitiesIsCutOff() throws Exception {
    Bytes hello =
        hello(
            "x",
            list -> Collections.nCopies(300, "a").forEach(name -> list.accept(name, Bytes.of(1))));

    assertThat(((Hello) BaseMessageCodec.decode(Hello.ID, hello)).capabilities())
        .hasSize(BaseMessageCodec.MAX_CAPABILITIES);
  }

  @ParameterizedTest
  @MethodSource("clientIds")
  void aClientIdIsMadeSafeToPrint(String sent, String read) throws Exception {
    Bytes hello = hello(sent, list -> {});

    assertThat(((Hello) BaseMessageCodec.decode(Hello.ID, hello)).clientId()).isEqualTo(read);
  }

  static List<Arguments> clientIds() {
    return List.of(
        Arguments.of("Geth/v1.0/linux", "Geth/v1.0/linux"),
        Arguments.of("\u001b[31mred\r\n", "?[31mred??"),
        Arguments.of("\u202eevil\u200b", "?evil?"),
        Arguments.of("Gr\u00e4th/\u03a9", "Gr\u00e4th/\u03a9"));
  }

  @Test
  void aLongClientIdIsCutOff() throws Exception {
    Bytes hello = hello("x".repeat(1000), list -> {});

    assertThat(((Hello) BaseMessageCodec.decode(Hello.ID, hello)).clientId())
        .isEqualTo("x".repeat(256));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "c0",
        "80",
        "00",
        "c105",
        "f8ff",
        "c20585",
        "c3058080",
        "c705836162638080",
        "ffffffffffffffffffff",
        "f90400"
      })
  void aHelloThatIsNoneIsAViolation(String hex) {
    assertThatThrownBy(() -> BaseMessageCodec.decode(Hello.ID, Bytes.fromHexString(hex)))
        .isInstanceOfSatisfying(
            ProtocolViolation.class,
            violation -> assertThat(violation.rule()).isEqualTo("hello-malformed"));
  }

  @Test
  void aBaseMessageOfMoreThanTwoKibIsAViolation() {
    assertThatThrownBy(() -> BaseMessageCodec.decode(Hello.ID, Bytes.wrap(new byte[2 * 1024 + 1])))
        .isInstanceOfSatisfying(
            ProtocolViolation.class,
            violation -> assertThat(violation.rule()).isEqualTo("base-message-size"));
  }

  @ParameterizedTest
  @CsvSource({
    "c104, TOO_MANY_PEERS", // a list, as it should be
    "c180, REQUESTED",
    "c100, REQUESTED",
    "c0, REQUESTED", // without a reason
    "04, TOO_MANY_PEERS", // a bare integer
    "80, REQUESTED",
    "00, REQUESTED",
    "'', REQUESTED",
    "c110, SUBPROTOCOL_ERROR",
    "c20405, TOO_MANY_PEERS", // with what a later version may add
    "c17f, UNKNOWN",
    "0c, UNKNOWN",
    "c2c104, UNKNOWN",
    "c58401020304, UNKNOWN",
    "ffffffff, UNKNOWN",
    "8400000004, TOO_MANY_PEERS"
  })
  void disconnectIsUnderstoodInAllItsForms(String hex, DisconnectReason reason) throws Exception {
    Bytes plain = Bytes.fromHexString(hex);

    assertThat(BaseMessageCodec.decode(BaseMessage.Disconnect.ID, plain))
        .isEqualTo(new BaseMessage.Disconnect(reason));
    assertThat(BaseMessageCodec.decode(BaseMessage.Disconnect.ID, compressed(plain)))
        .as("compressed")
        .isEqualTo(new BaseMessage.Disconnect(reason));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "UNKNOWN")
  void everyReasonComesBackAsItWas(DisconnectReason reason) throws Exception {
    BaseMessage.Disconnect disconnect = new BaseMessage.Disconnect(reason);
    Bytes encoded = BaseMessageCodec.encode(disconnect);

    assertThat(BaseMessageCodec.decode(disconnect.id(), encoded)).isEqualTo(disconnect);
    assertThat(BaseMessageCodec.decode(disconnect.id(), compressed(encoded))).isEqualTo(disconnect);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "80", "c0", "c101"})
  void pingAndPongSayNothingOrAList(String hex) throws Exception {
    Bytes plain = Bytes.fromHexString(hex);
    for (Bytes payload : List.of(plain, compressed(plain))) {
      assertThat(BaseMessageCodec.decode(BaseMessage.Ping.ID, payload))
          .isEqualTo(new BaseMessage.Ping());
      assertThat(BaseMessageCodec.decode(BaseMessage.Pong.ID, payload))
          .isEqualTo(new BaseMessage.Pong());
    }
  }

  @Test
  void aPingThatIsNoListIsAViolation() {
    assertThatThrownBy(
            () -> BaseMessageCodec.decode(BaseMessage.Ping.ID, Bytes.fromHexString("8161")))
        .isInstanceOf(ProtocolViolation.class);
  }

  private interface Pairs {
    void accept(String name, Bytes version);
  }

  private static Bytes hello(String clientId, java.util.function.Consumer<Pairs> capabilities) {
    return RLP.encodeList(
        list -> {
          list.writeInt(5);
          list.writeString(clientId);
          list.writeList(
              inner ->
                  capabilities.accept(
                      (name, version) ->
                          inner.writeList(
                              pair -> {
                                pair.writeString(name);
                                pair.writeValue(version);
                              })));
          list.writeValue(Bytes.fromHexString("ffffffffffff"));
          list.writeValue(KEY.bytes());
          list.writeList(later -> later.writeInt(1));
        });
  }

  private static Bytes compressed(Bytes plain) throws Exception {
    return Bytes.wrap(org.xerial.snappy.Snappy.compress(plain.toArrayUnsafe()));
  }
}
