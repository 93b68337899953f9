package io.kadlink.protocols.eth.rlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.protocols.eth.TestVectors;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Strict reading of RLP, on the public vectors of ethereum/tests, RLPTests. */
class RlpReaderTest {

  @TestFactory
  Stream<DynamicTest> validVectorsAreReadAsWhatTheyStandFor() {
    return TestVectors.json("ethereum-tests-rlptest.json").properties().stream()
        .map(
            test ->
                DynamicTest.dynamicTest(
                    test.getKey(),
                    () -> {
                      RlpReader reader =
                          RlpReader.of(Bytes.fromHexString(test.getValue().get("out").asText()));
                      expect(reader, test.getValue().get("in"));
                      reader.requireEnd("vector");
                    }));
  }

  private static void expect(RlpReader reader, JsonNode in) {
    if (in.isArray()) {
      assertThat(reader.nextIsList()).isTrue();
      RlpReader list = reader.list("list");
      in.forEach(element -> expect(list, element));
      list.requireEnd("list");
    } else if (in.isNumber()) {
      assertThat(reader.uint64("number")).isEqualTo(in.asLong());
    } else if (in.asText().startsWith("#")) {
      BigInteger value = new BigInteger(in.asText().substring(1));
      Bytes bytes = reader.bytes("number", Integer.MAX_VALUE);
      assertThat(bytes.toUnsignedBigInteger()).isEqualTo(value);
    } else {
      assertThat(reader.bytes("string", Integer.MAX_VALUE))
          .isEqualTo(Bytes.wrap(in.asText().getBytes(StandardCharsets.UTF_8)));
    }
  }

  @TestFactory
  Stream<DynamicTest> invalidVectorsAreRefused() {
    return TestVectors.json("ethereum-tests-invalidRLPTest.json").properties().stream()
        .map(
            test ->
                DynamicTest.dynamicTest(
                    test.getKey(),
                    () -> {
                      Bytes rlp = Bytes.fromHexString(test.getValue().get("out").asText());
                      assertThatThrownBy(() -> walk(RlpReader.of(rlp)))
                          .isInstanceOf(InvalidRlpException.class);
                    }));
  }

  /** Reads one item, all that is in it, and nothing more. */
  private static void walk(RlpReader reader) {
    walkItem(reader);
    reader.requireEnd("vector");
  }

  private static void walkItem(RlpReader reader) {
    if (reader.nextIsList()) {
      RlpReader list = reader.list("list");
      while (list.hasNext()) {
        walkItem(list);
      }
    } else {
      reader.bytes("string", Integer.MAX_VALUE);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"00", "820001", "8100", "8900ffffffffffffffff", "89010000000000000000", "c0"})
  void whatIsNotAMinimalUnsigned64BitIntegerIsRefused(String rlp) {
    assertThatThrownBy(() -> RlpReader.of(Bytes.fromHexString(rlp)).uint64("n"))
        .isInstanceOf(InvalidRlpException.class)
        .hasMessageStartingWith("n: ");
  }

  @ParameterizedTest
  @CsvSource({"80,0", "01,1", "7f,127", "8180,128", "88ffffffffffffffff,-1"})
  void unsigned64BitIntegersAreRead(String rlp, long value) {
    assertThat(RlpReader.of(Bytes.fromHexString(rlp)).uint64("n")).isEqualTo(value);
  }

  @Test
  void the256BitLimitIsExact() {
    Bytes max = Bytes.concatenate(Bytes.of(0xa0), UInt256.MAX_VALUE);
    assertThat(RlpReader.of(max).uint256("n")).isEqualTo(UInt256.MAX_VALUE);
    Bytes over = Bytes.concatenate(Bytes.of(0xa1, 0x01), UInt256.ZERO);
    assertThatThrownBy(() -> RlpReader.of(over).uint256("n"))
        .isInstanceOf(InvalidRlpException.class);
  }

  @Test
  void anEmptyStringAtTheEndIsRead() {
    RlpReader list = RlpReader.ofList(Bytes.fromHexString("0xc20180"), "list");
    assertThat(list.uint64("first")).isEqualTo(1);
    assertThat(list.bytes("second", 0)).isEqualTo(Bytes.EMPTY);
    assertThat(list.hasNext()).isFalse();
  }

  @Test
  void aHugeDeclaredLengthTakesNoMemory() {
    for (String rlp : new String[] {"bbffffffff", "fbffffffff", "bfffffffffffffffff", "ba100000"}) {
      assertThatThrownBy(() -> RlpReader.of(Bytes.fromHexString(rlp)).rawItem("item"))
          .isInstanceOf(InvalidRlpException.class);
    }
  }

  @Test
  void bytesAfterTheLastItemAreRefused() {
    assertThatThrownBy(() -> RlpReader.ofList(Bytes.fromHexString("0xc001"), "block"))
        .hasMessage("block: 1 unexpected bytes at its end");
  }

  @Test
  void sizesAreChecked() {
    Bytes two = Bytes.fromHexString("0x820102");
    assertThat(RlpReader.of(two).bytes("b", 2)).isEqualTo(Bytes.of(1, 2));
    assertThatThrownBy(() -> RlpReader.of(two).bytes("b", 1)).hasMessage("b: 2 bytes, at most 1");
    assertThatThrownBy(() -> RlpReader.of(two).fixed("b", 3)).hasMessage("b: 2 bytes, expected 3");
    assertThatThrownBy(() -> RlpReader.of(two).smallInteger("b", 257))
        .hasMessage("b: 258, at most 257");
    assertThat(RlpReader.of(two).smallInteger("b", 258)).isEqualTo(258);
  }
}
