package io.kadlink.protocols.eth.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import io.kadlink.protocols.eth.wire.EthMessage.BlockAccessLists;
import io.kadlink.protocols.eth.wire.EthMessage.BlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.BlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.Cells;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.GetCells;
import io.kadlink.protocols.eth.wire.EthMessage.GetReceipts;
import io.kadlink.protocols.eth.wire.EthMessage.NewPooledTransactionHashes;
import io.kadlink.protocols.eth.wire.EthMessage.PooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.Receipts;
import io.kadlink.protocols.eth.wire.EthMessage.Status69;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EthCodecTest {

  @ParameterizedTest
  @EnumSource
  void everyMessageDecodesToWhatWasEncoded(EthVersion version) {
    Set<Integer> codes = new HashSet<>();
    for (EthMessage message : EthSamples.all(version)) {
      Bytes encoded = EthCodec.encode(version, message);
      EthMessage decoded = EthCodec.decode(version, message.code(), encoded);
      assertThat(decoded).as(message.name()).isEqualTo(message);
      assertThat(EthCodec.encode(version, decoded)).as(message.name()).isEqualTo(encoded);
      codes.add(message.code());
    }
    int[] counts = {13, 14, 14, 16, 18};
    assertThat(codes).hasSize(counts[version.ordinal()]);
    assertThat(Collections.max(codes)).isEqualTo(version.messageCount() - 1);
  }

  @Test
  void theVectorsOfTheRequestIdSpecificationDecodeAndEncode() throws IOException {
    int seen = 0;
    for (JsonNode vector : vectors("eip-2481.json")) {
      Bytes rlp = Bytes.fromHexString(vector.get("rlp").asText());
      int code = code(vector.get("message").asText());
      if (code == MessageCode.RECEIPTS) {
        // The vector's bloom is all zeros although there is a log.
        assertThatThrownBy(() -> EthCodec.decode(EthVersion.ETH_68, code, rlp))
            .isInstanceOf(InvalidRlpException.class)
            .hasMessageContaining("logsBloom");
        continue;
      }
      EthMessage message = EthCodec.decode(EthVersion.ETH_69, code, rlp);
      assertThat(EthCodec.encode(EthVersion.ETH_69, message)).isEqualTo(rlp);
      Bytes32 deadCode = Bytes32.fromHexStringLenient("0xdeadc0de");
      switch (message) {
        case GetBlockHeaders request -> {
          assertThat(request.requestId()).isEqualTo(1111);
          assertThat(request.limit()).isEqualTo(5);
          assertThat(request.skip()).isEqualTo(5);
          assertThat(request.reverse()).isFalse();
          assertThat(request.origin())
              .isIn(new GetBlockHeaders.AtHash(deadCode), new GetBlockHeaders.AtNumber(9999));
        }
        case BlockHeaders response ->
            assertThat(response.headers().getFirst().hash().toHexString())
                .isEqualTo("0x8c2f2af15b7b563b6ab1e09bed0e9caade7ed730aec98b70a993597a797579a9");
        case GetBlockBodies request -> assertThat(request.hashes()).contains(deadCode).hasSize(2);
        case BlockBodies response -> {
          assertThat(response.bodies().getFirst().transactions()).hasSize(2);
          assertThat(response.bodies().getFirst().ommers()).hasSize(1);
          assertThat(response.bodies().getFirst().withdrawals()).isEmpty();
        }
        case PooledTransactions response ->
            assertThat(response.transactions().get(1).hash().toHexString())
                .isEqualTo("0xf39c7dac06a9f3abf09faf5e30439a349d3717611b3ed337cd52b0d192bc72da");
        default -> assertThat(((EthMessage.Request) message).requestId()).isEqualTo(1111);
      }
      seen++;
    }
    assertThat(seen).isEqualTo(8);
  }

  @Test
  void receiptsWithoutBloomDecodeAndEncode() throws IOException {
    for (JsonNode vector : vectors("eip-7642.json")) {
      Bytes rlp = Bytes.fromHexString(vector.get("rlp").asText());
      Receipts message = (Receipts) EthCodec.decode(EthVersion.ETH_69, MessageCode.RECEIPTS, rlp);
      assertThat(message.receipts().getFirst()).hasSize(2);
      assertThat(message.receipts().getFirst().get(0).outcome())
          .isEqualTo(new Receipt.Status(false));
      assertThat(message.receipts().getFirst().get(0).cumulativeGasUsed()).isEqualTo(333);
      assertThat(message.receipts().getFirst().get(1).outcome())
          .isEqualTo(new Receipt.Status(true));
      assertThat(message.receipts().getFirst().get(1).type()).isEqualTo(1);
      assertThat(EthCodec.encode(EthVersion.ETH_69, message)).isEqualTo(rlp);
    }
  }

  @Test
  void anEmptyAnswerEncodesAsInTheOtherClients() {
    Bytes empty = Bytes.fromHexString("0xc4820457c0");
    for (EthMessage message :
        List.of(
            new BlockHeaders(1111, List.of()),
            new GetBlockBodies(1111, List.of()),
            new BlockBodies(1111, List.of()),
            new Receipts(1111, List.of()),
            new PooledTransactions(1111, List.of()))) {
      assertThat(EthCodec.encode(EthVersion.ETH_69, message)).isEqualTo(empty);
      assertThat(EthCodec.decode(EthVersion.ETH_69, message.code(), empty)).isEqualTo(message);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anExtraElementAtTheEndIsRefused(EthVersion version) {
    for (EthMessage message : EthSamples.all(version)) {
      if (message instanceof EthMessage.NewBlockHashes
          || message instanceof EthMessage.Transactions) {
        continue; // Open lists.
      }
      Bytes content = content(EthCodec.encode(version, message));
      assertRefused(version, message.code(), list(Bytes.concatenate(content, Bytes.of(1))));
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyProperPrefixIsRefused(EthVersion version) {
    for (EthMessage message : EthSamples.all(version)) {
      Bytes encoded = EthCodec.encode(version, message);
      for (int length = 0; length < encoded.size(); length += 1 + length / 40) {
        assertRefused(version, message.code(), encoded.slice(0, length));
      }
      assertRefused(version, message.code(), Bytes.concatenate(encoded, Bytes.of(0)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void messagesOfLaterVersionsAreNeitherReadNorWritten(EthVersion version) {
    for (EthMessage message : EthSamples.all(EthVersion.ETH_72)) {
      if (!version.has(MessageCode.since(message.code()))) {
        assertRefused(version, message.code(), EthCodec.encode(EthVersion.ETH_72, message));
        assertThatThrownBy(() -> EthCodec.encode(version, message))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage(version + " has no " + message.name());
      }
    }
  }

  @Test
  void aPartOfABlocksReceiptsCanNotBeToldBeforeVersion70() {
    for (EthMessage part :
        List.of(
            new GetReceipts(1, 2, List.of(EthSamples.hash(1))),
            new Receipts(1, true, List.of(List.of())))) {
      assertThatThrownBy(() -> EthCodec.encode(EthVersion.ETH_69, part))
          .isInstanceOf(IllegalArgumentException.class);
      Bytes encoded = EthCodec.encode(EthVersion.ETH_70, part);
      assertRefused(EthVersion.ETH_69, part.code(), encoded);
    }
  }

  @Test
  void messagesOfGethDecodeAndEncodeToTheSameBytes() throws IOException {
    Set<String> seen = new TreeSet<>();
    for (JsonNode vector : vectors("geth-eth-messages.json")) {
      EthVersion version = EthVersion.valueOf("ETH_" + vector.get("version").asInt());
      String name = vector.get("message").asText();
      Bytes rlp = Bytes.fromHexString(vector.get("rlp").asText());
      EthMessage message = EthCodec.decode(version, code(name), rlp);
      assertThat(EthCodec.encode(version, message)).as(version + " " + name).isEqualTo(rlp);
      switch (message) {
        case GetReceipts request -> assertThat(request.firstBlockReceiptIndex()).isEqualTo(3);
        case BlockAccessLists answer ->
            assertThat(answer.accessLists().stream().map(Optional::isPresent))
                .containsExactly(true, false, true);
        case NewPooledTransactionHashes announced ->
            assertThat(announced.cells())
                .isEqualTo(version.has(EthVersion.ETH_72) ? CellMask.of(0, 9, 127) : CellMask.NONE);
        case GetCells request -> assertThat(request.cells()).isEqualTo(CellMask.of(0, 9, 127));
        case Cells answer ->
            assertThat(answer.transactions().stream().map(each -> each.cells().size()))
                .containsExactlyElementsOf(
                    answer.cells().equals(CellMask.of(9, 127)) ? List.of(2) : List.of());
        case PooledTransactions answer ->
            assertThat(answer.transactions().getFirst().flaw()).isEmpty();
        default -> {}
      }
      seen.add(version + " " + name);
    }
    assertThat(seen).hasSize(10);
  }

  @Test
  void codesWithoutMessageAreRefused() {
    for (int code : new int[] {0x0b, 0x0c, 0x0d, 0x0e, 0x16, 0x7f}) {
      assertRefused(EthVersion.ETH_72, code, Bytes.fromHexString("0xc0"));
    }
  }

  @Test
  void aStatusOfTheOtherVersionIsRefused() {
    Bytes status69 = encodedStatus(EthVersion.ETH_69);
    Bytes status68 = encodedStatus(EthVersion.ETH_68);
    assertRefused(EthVersion.ETH_68, MessageCode.STATUS, status69);
    assertRefused(EthVersion.ETH_69, MessageCode.STATUS, status68);
  }

  @Test
  void announcementsOfDifferentLengthsAreRefused() {
    // Two types, one size, one hash.
    Bytes announcement =
        RLP.encodeList(
            writer -> {
              writer.writeValue(Bytes.of(2, 2));
              writer.writeList(sizes -> sizes.writeValue(Bytes.of(100)));
              writer.writeList(hashes -> hashes.writeValue(EthSamples.hash(1)));
            });
    assertThatThrownBy(
            () ->
                EthCodec.decode(
                    EthVersion.ETH_68, MessageCode.NEW_POOLED_TRANSACTION_HASHES, announcement))
        .isInstanceOf(InvalidRlpException.class)
        .hasMessageContaining("2 types, 1 sizes and 1 hashes");
  }

  @Test
  void theRequestIdOfAnAnswerIsReadWithoutTheRest() {
    Bytes garbageAfterId = Bytes.fromHexString("0xc4820457c1"); // the list is cut short
    assertThat(EthCodec.requestId(MessageCode.BLOCK_BODIES, garbageAfterId)).isEqualTo(1111);
    assertThatThrownBy(() -> EthCodec.requestId(MessageCode.BLOCK_BODIES, Bytes.of(0xc0)))
        .isInstanceOf(InvalidRlpException.class);
  }

  @Test
  void aRangeThatRunsBackwardsOrEndsNowhereIsFlawed() {
    assertThat(new BlockRange(0, 0, EthSamples.hash(1)).flaw()).isEmpty();
    assertThat(new BlockRange(5, 4, EthSamples.hash(1)).flaw().orElseThrow())
        .contains("earliest block 5 is after latest 4");
    assertThat(new BlockRange(1, -1, EthSamples.hash(1)).flaw()).isEmpty();
    assertThat(new BlockRange(0, 4, Bytes32.ZERO).flaw()).isPresent();
  }

  private static Bytes encodedStatus(EthVersion version) {
    return EthSamples.all(version).stream()
        .filter(message -> message instanceof EthMessage.Status)
        .peek(
            message ->
                assertThat(message instanceof Status69).isEqualTo(version == EthVersion.ETH_69))
        .map(message -> EthCodec.encode(version, message))
        .findFirst()
        .orElseThrow();
  }

  private static void assertRefused(EthVersion version, int code, Bytes payload) {
    assertThatThrownBy(() -> EthCodec.decode(version, code, payload))
        .as(MessageCode.name(code) + " " + payload)
        .isInstanceOf(InvalidRlpException.class);
  }

  private static Bytes content(Bytes list) {
    int first = list.get(0) & 0xff;
    return list.slice(first <= 0xf7 ? 1 : 1 + first - 0xf7);
  }

  private static Bytes list(Bytes content) {
    return RLP.encodeList(writer -> writer.writeRLP(content));
  }

  private static int code(String name) {
    for (int code = 0; code <= MessageCode.CELLS; code++) {
      if (MessageCode.name(code).equals(name)) {
        return code;
      }
    }
    throw new IllegalArgumentException(name);
  }

  private static JsonNode vectors(String file) throws IOException {
    try (InputStream stream = EthCodecTest.class.getResourceAsStream("/eth/" + file)) {
      return new ObjectMapper().readTree(stream);
    }
  }
}
