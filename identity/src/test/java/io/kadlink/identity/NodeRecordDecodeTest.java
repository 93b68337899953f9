package io.kadlink.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.crypto.Keccak256;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What {@link NodeRecord#decode} and {@link NodeRecord#parse} refuse: each case is truly signed.
 */
class NodeRecordDecodeTest {
  private static final NodeKey KEY = NodeKey.generate();
  private static final Bytes ID = text("id");
  private static final Bytes V4 = text("v4");
  private static final Bytes SECP = text("secp256k1");
  private static final Bytes POINT = RLP.encodeValue(KEY.publicKey().compressed());
  private static final Bytes ONE = Bytes.of(1);
  private static final BigInteger ORDER =
      new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);

  @Test
  void aMinimalRecordIsTaken() {
    NodeRecord record = NodeRecord.decode(signed(ONE, ID, V4, SECP, POINT));

    assertThat(record.publicKey()).isEqualTo(KEY.publicKey());
    assertThat(record.tcpEndpoint()).isEmpty();
    assertThat(record.udpEndpoint()).isEmpty();
    assertThat(record.enode()).isEmpty();
  }

  @Test
  void unknownKeysOfAnyBytesAndListValuesAreKept() {
    Bytes oddKey = RLP.encodeValue(Bytes.fromHexString("0xff00fe"));
    Bytes list = RLP.encodeList(outer -> outer.writeList(inner -> inner.writeInt(7)));
    Bytes encoded = signed(ONE, text("eth"), list, ID, V4, SECP, POINT, oddKey, Bytes.of(9));

    NodeRecord record = NodeRecord.decode(encoded);

    assertThat(record.entry("eth")).contains(list);
    assertThat(record.bytes("eth")).isEmpty();
    assertThat(record.entries()).containsKeys("\u00ff\u0000\u00fe");
    assertThat(record.encode()).isEqualTo(encoded);
    assertThat(record.toBuilder().seq(1).sign(KEY).encode()).isEqualTo(encoded);
  }

  @Test
  void sequenceNumbersGoFromZeroToTwoToThe64MinusOne() {
    Bytes max = RLP.encodeValue(Bytes.repeat((byte) 0xff, 8));

    assertThat(NodeRecord.decode(signed(Bytes.of(0x80), ID, V4, SECP, POINT)).seq()).isZero();
    NodeRecord last = NodeRecord.decode(signed(max, ID, V4, SECP, POINT));
    assertThat(Long.toUnsignedString(last.seq())).isEqualTo("18446744073709551615");
    assertThatThrownBy(last::toBuilder).isInstanceOf(IllegalStateException.class);
    refused(signed(Bytes.of(0), ID, V4, SECP, POINT), "leading zeros");
    refused(signed(rlp("0x820001"), ID, V4, SECP, POINT), "leading zeros");
    refused(signed(rlp("0x89010000000000000000"), ID, V4, SECP, POINT), "more than 64 bits");
    refused(signed(rlp("0xc101"), ID, V4, SECP, POINT), "expected an RLP string");
  }

  @Test
  void keysAreSortedAndUnique() {
    refused(signed(ONE, SECP, POINT, ID, V4), "not sorted and unique");
    refused(signed(ONE, ID, V4, ID, V4, SECP, POINT), "not sorted and unique");
    refused(signed(ONE, ID, V4, SECP, POINT, text("a"), ONE), "not sorted and unique");
    refused(signed(ONE, rlp("0xc0"), V4, ID, V4, SECP, POINT), "expected an RLP string");
  }

  @Test
  void theIdentitySchemeIsV4WithItsKey() {
    refused(signed(ONE), "identity scheme");
    refused(signed(ONE, SECP, POINT), "identity scheme");
    refused(signed(ONE, ID, text("v5"), SECP, POINT), "identity scheme");
    refused(signed(ONE, ID, rlp("0xc0"), SECP, POINT), "identity scheme");
    refused(signed(ONE, ID, V4), "secp256k1");
    refused(signed(ONE, ID, V4, SECP, rlp("0xc0")), "expected an RLP string");
    refused(signed(ONE, ID, V4, SECP, POINT.slice(1)), "");
    refused(signed(ONE, ID, V4, SECP, RLP.encodeValue(KEY.publicKey().bytes())), "secp256k1");
    refused(signed(ONE, ID, V4, SECP, rlp("0xa1" + "02" + "00".repeat(31) + "05")), "secp256k1");
  }

  @Test
  void theSignatureIsOverTheContentByTheRecordsKeyWithLowS() {
    Bytes content = list(ONE, ID, V4, SECP, POINT);
    Bytes signature = signature(KEY, content);
    Bytes other = signature(NodeKey.generate(), content);
    Bytes highS =
        Bytes.concatenate(
            signature.slice(0, 32),
            Bytes32.leftPad(
                Bytes.wrap(ORDER.subtract(signature.slice(32).toUnsignedBigInteger()).toByteArray())
                    .trimLeadingZeros()));

    assertThat(NodeRecord.decode(record(signature, content)).seq()).isEqualTo(1);
    refused(record(other, content), "not made by the record's secp256k1 key");
    refused(record(highS, content), "not made by the record's secp256k1 key");
    refused(record(Bytes.wrap(new byte[64]), content), "not made by");
    refused(record(signature.slice(0, 63), content), "64 bytes, not 63");
    refused(record(Bytes.concatenate(signature, ONE), content), "64 bytes, not 65");
    refused(record(signature, list(Bytes.of(2), ID, V4, SECP, POINT)), "not made by");
  }

  @Test
  void anyFlippedBitIsRefused() {
    byte[] encoded = signed(ONE, ID, V4, SECP, POINT, text("x"), text("some value")).toArray();
    for (int bit = 0; bit < 8 * encoded.length; bit++) {
      byte[] changed = encoded.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> NodeRecord.decode(Bytes.wrap(changed)))
          .as("bit %d", bit)
          .isInstanceOf(InvalidRecordException.class);
    }
  }

  @Test
  void anyTruncationIsRefused() {
    Bytes encoded = signed(ONE, ID, V4, SECP, POINT);
    for (int length = 0; length < encoded.size(); length++) {
      Bytes cut = encoded.slice(0, length);
      assertThatThrownBy(() -> NodeRecord.decode(cut)).isInstanceOf(InvalidRecordException.class);
    }
    refused(Bytes.concatenate(encoded, ONE), "1 bytes after the RLP list");
  }

  @Test
  void threeHundredBytesAreTakenAndOneMoreIsNot() {
    int filler = 0;
    while (signed(ONE, ID, V4, SECP, POINT, text("x"), filler(filler)).size() < 300) {
      filler++;
    }
    Bytes largest = signed(ONE, ID, V4, SECP, POINT, text("x"), filler(filler));

    assertThat(largest.size()).isEqualTo(300);
    NodeRecord record = NodeRecord.decode(largest);
    assertThat(NodeRecord.parse(record.toString())).isEqualTo(record);
    refused(signed(ONE, ID, V4, SECP, POINT, text("x"), filler(filler + 1)), "at most 300 bytes");
    assertThatThrownBy(() -> record.toBuilder().seq(256).sign(KEY))
        .isInstanceOf(InvalidRecordException.class)
        .hasMessageContaining("at most 300 bytes");
    assertThatThrownBy(() -> NodeRecord.builder().entry("x", filler(400)))
        .isInstanceOf(InvalidRecordException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "0x8100, length prefix",
    "0x817f, length prefix",
    "0xb80100, could be shorter",
    "0xf800, leading zeros",
    "0xf80101, could be shorter",
    "0xb90038, leading zeros",
    "0xc28100, length prefix",
    "0xc1c1, past the end",
    "0xc28200, past the end",
    "0xbb7fffffff, past the end",
    "0xbfffffffffffffffff, past the end",
    "0xfbffffffff, past the end",
    "0xff, cut short"
  })
  void anEncodingThatIsNotTheCanonicalOneIsRefused(String value, String explanation) {
    refused(signed(ONE, ID, V4, SECP, POINT, text("x"), rlp(value)), explanation);
    assertThatThrownBy(() -> NodeRecord.builder().entry("x", rlp(value)))
        .isInstanceOf(InvalidRecordException.class);
  }

  @Test
  void aLazilyJoinedSliceIsReadLikeAnyBytes() {
    Bytes record = NodeRecord.decode(signed(ONE, ID, V4, SECP, POINT)).encode();
    Bytes end = Bytes.wrap(Bytes.concatenate(record.slice(64), Bytes.of(1, 2)).toArray());
    Bytes packet = Bytes.concatenate(record.slice(0, 2), record.slice(2, 62), end);

    assertThat(NodeRecord.decode(packet.slice(0, record.size())).encode()).isEqualTo(record);
  }

  @Test
  void whatIsNoRecordIsRefused() {
    refused(Bytes.EMPTY, "cut short");
    refused(rlp("0x80"), "expected an RLP list");
    refused(rlp("0xc0"), "not 0 items");
    refused(rlp("0xc101"), "not 1 items");
    refused(rlp("0xc3010203"), "not 3 items");
    refused(Bytes.repeat((byte) 0xc1, 300), "");
    refused(Bytes.wrap(new byte[1 << 20]), "at most 300 bytes");
  }

  @Test
  void textsAreRefusedWithAReason() {
    String text = NodeRecord.decode(signed(ONE, ID, V4, SECP, POINT)).toString();

    assertThat(NodeRecord.parse(" " + text + "\n")).hasToString(text);
    refusedText("", "starts with \"enr:\"");
    refusedText(text.substring(4), "starts with \"enr:\"");
    refusedText("enr:", "cut short");
    refusedText("enr:+/+/", "URL-safe base64");
    refusedText(text + "=", "base64");
    refusedText("enr://" + text.substring(4), "base64");
    refusedText("enr:" + "A".repeat(401), "at most 404 characters");
    refusedText("enr:gB", "stray bits");
  }

  private static void refused(Bytes rlp, String explanation) {
    assertThatThrownBy(() -> NodeRecord.decode(rlp))
        .isInstanceOf(InvalidRecordException.class)
        .hasMessageContaining(explanation);
  }

  private static void refusedText(String text, String explanation) {
    assertThatThrownBy(() -> NodeRecord.parse(text))
        .isInstanceOf(InvalidRecordException.class)
        .hasMessageContaining(explanation);
  }

  /** A record of these items, whatever they are, with a true signature in front. */
  private static Bytes signed(Bytes... content) {
    Bytes list = list(content);
    return record(signature(KEY, list), list);
  }

  private static Bytes signature(NodeKey key, Bytes content) {
    return key.sign(Bytes32.wrap(Keccak256.hash(content.toArray()))).withoutRecoveryId();
  }

  private static Bytes record(Bytes signature, Bytes content) {
    List<Bytes> items = new ArrayList<>();
    items.add(RLP.encodeValue(signature));
    int header = (content.get(0) & 0xff) > 0xf7 ? 1 + (content.get(0) & 0xff) - 0xf7 : 1;
    items.add(content.slice(header));
    return list(items.toArray(Bytes[]::new));
  }

  private static Bytes list(Bytes... items) {
    return RLP.encodeList(writer -> List.of(items).forEach(writer::writeRLP));
  }

  private static Bytes filler(int size) {
    return RLP.encodeValue(Bytes.repeat((byte) 0xee, size));
  }

  private static Bytes text(String value) {
    return RLP.encodeString(value);
  }

  private static Bytes rlp(String hex) {
    return Bytes.fromHexString(hex);
  }
}
