package io.kadlink.protocols.eth.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.NodeKey;
import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Signing, recovering and both encodings of every type. */
class TransactionCodecTest {
  private static final NodeKey KEY = NodeKey.of(Bytes32.repeat((byte) 0x46));
  private static final Bytes TO = Bytes.repeat((byte) 0x35, 20);
  private static final UInt256 ONE = UInt256.ONE;
  private static final UInt256 BIG = UInt256.MAX_VALUE;
  private static final List<TransactionPayload.AccessTuple> ACCESS =
      List.of(new TransactionPayload.AccessTuple(TO, List.of(Bytes32.ZERO, Bytes32.random())));

  static Stream<TransactionPayload> payloads() {
    return Stream.of(
        new TransactionPayload.Legacy(
            Optional.of(ONE), 0, ONE, 21_000, Optional.of(TO), BIG, Bytes.EMPTY),
        new TransactionPayload.Legacy(
            Optional.empty(), -2, BIG, -1, Optional.empty(), UInt256.ZERO, Bytes.of(0)),
        new TransactionPayload.Legacy(
            Optional.of(UInt256.valueOf(Long.MAX_VALUE)), 1, ONE, 1, Optional.of(TO), ONE, TO),
        new TransactionPayload.WithAccessList(
            ONE, 1, ONE, 30_000, Optional.of(TO), ONE, Bytes.EMPTY, ACCESS),
        new TransactionPayload.DynamicFee(
            ONE, 1, ONE, BIG, 30_000, Optional.empty(), ONE, Bytes.of(1), ACCESS),
        new TransactionPayload.Blob(
            ONE, 1, ONE, BIG, 30_000, TO, ONE, Bytes.of(1), List.of(), ONE, List.of(Bytes32.ZERO)),
        new TransactionPayload.SetCode(
            ONE,
            1,
            ONE,
            BIG,
            30_000,
            TO,
            ONE,
            Bytes.of(1),
            ACCESS,
            List.of(
                new TransactionPayload.Authorization(
                    UInt256.ZERO, TO, -1, 255, BIG, UInt256.ZERO))));
  }

  @ParameterizedTest
  @MethodSource("payloads")
  void whatIsSignedIsRecoveredAfterEncodingAndDecoding(TransactionPayload payload) {
    Transaction signed = Transaction.sign(payload, KEY);
    for (Transaction transaction :
        List.of(
            signed,
            TransactionCodec.decode(TransactionCodec.encode(signed)),
            TransactionCodec.decodeItem(TransactionCodec.encodeItem(signed)))) {
      assertThat(transaction.payload()).isEqualTo(payload);
      assertThat(transaction.hash()).isEqualTo(signed.hash());
      assertThat(transaction.encoded()).isEqualTo(signed.encoded());
      assertThat(transaction.sender()).contains(Transaction.address(KEY.publicKey()));
    }
  }

  @Test
  void theExampleOfEip155IsSignedAsInItsText() {
    // EIP-155, "Example".
    TransactionPayload payload =
        new TransactionPayload.Legacy(
            Optional.of(ONE),
            9,
            UInt256.valueOf(20_000_000_000L),
            21_000,
            Optional.of(Bytes.repeat((byte) 0x35, 20)),
            UInt256.valueOf(1_000_000_000_000_000_000L),
            Bytes.EMPTY);
    assertThat(TransactionCodec.signingHash(payload))
        .isEqualTo(
            Bytes32.fromHexString(
                "0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"));
    assertThat(Transaction.sign(payload, KEY).encoded())
        .isEqualTo(
            Bytes.fromHexString(
                "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a7640000"
                    + "8025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276"
                    + "a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 6, 0x7f, 0x80, 0xbf})
  void unknownTypesAreRefused(int type) {
    Transaction signed = Transaction.sign(payloads().toList().get(4), KEY);
    Bytes changed = Bytes.concatenate(Bytes.of((byte) type), signed.encoded().slice(1));
    assertThatThrownBy(() -> TransactionCodec.decode(changed))
        .isInstanceOf(InvalidRlpException.class)
        .hasMessageContaining("unknown type " + type);
  }

  @Test
  void aBlobTransactionWithItsSidecarIsNoBlockTransaction() {
    Bytes body = Transaction.sign(payloads().toList().get(5), KEY).encoded().slice(1);
    Bytes wrapped =
        Bytes.concatenate(
            Bytes.of(3),
            RLP.encodeList(
                writer -> {
                  writer.writeRLP(body);
                  writer.writeList(list -> {});
                  writer.writeList(list -> {});
                  writer.writeList(list -> {});
                }));
    assertThatThrownBy(() -> TransactionCodec.decode(wrapped)).hasMessageContaining("sidecar");
  }

  @Test
  void aLegacyTransactionWrappedAsAStringIsRefused() {
    Bytes legacy = Transaction.sign(payloads().findFirst().orElseThrow(), KEY).encoded();
    assertThatThrownBy(() -> TransactionCodec.decodeItem(RLP.encodeValue(legacy)))
        .isInstanceOf(InvalidRlpException.class);
  }

  @Test
  void aYParityAboveOneAndAHighSHaveNoSender() {
    Transaction signed = Transaction.sign(payloads().toList().get(4), KEY);
    UInt256 order =
        UInt256.fromHexString("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    assertThat(
            new Transaction(signed.payload(), UInt256.valueOf(2), signed.r(), signed.s()).sender())
        .isEmpty();
    UInt256 flipped = ONE.subtract(signed.v());
    assertThat(
            new Transaction(signed.payload(), flipped, signed.r(), order.subtract(signed.s()))
                .sender())
        .isEmpty();
    assertThat(new Transaction(signed.payload(), signed.v(), UInt256.ZERO, signed.s()).sender())
        .isEmpty();
  }

  @Test
  void whatIsDecodedKeepsNothingOfTheMessageItCameIn() {
    Bytes encoded = Transaction.sign(payloads().findFirst().orElseThrow(), KEY).encoded();
    byte[] message = encoded.toArray();
    Transaction transaction = TransactionCodec.decode(Bytes.wrap(message));
    Arrays.fill(message, (byte) 0);
    assertThat(transaction.encoded()).isEqualTo(encoded);
    assertThat(TransactionCodec.write(transaction)).isEqualTo(encoded);
  }
}
