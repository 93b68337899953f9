package io.kadlink.protocols.eth.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.protocols.eth.TestVectors;
import io.kadlink.protocols.eth.rlp.RlpReader;
import io.kadlink.protocols.eth.trie.MerkleTrie;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Codecs on blocks and receipts of a chain made by geth: Shanghai to Prague, types 0 to 4. */
class BlockCodecVectorTest {
  private static final JsonNode VECTORS = TestVectors.json("geth-blocks.json");

  private static Stream<DynamicTest> each(Consumer<JsonNode> check) {
    return StreamSupport.stream(VECTORS.spliterator(), false)
        .map(v -> DynamicTest.dynamicTest("block " + v.get("number"), () -> check.accept(v)));
  }

  @TestFactory
  Stream<DynamicTest> blocksAreDecodedHashedAndEncodedToTheSameBytes() {
    return each(
        vector -> {
          Bytes rlp = Bytes.fromHexString(vector.get("rlp").asText());
          Block block = BlockCodec.decode(rlp);
          assertThat(block.header().number()).isEqualTo(vector.get("number").asLong());
          assertThat(block.header().hash())
              .isEqualTo(Bytes32.fromHexString(vector.get("hash").asText()));
          assertThat(BlockCodec.encode(block)).isEqualTo(rlp);
          assertThat(HeaderCodec.write(block.header())).isEqualTo(block.header().encoded());
          assertThat(BlockCodec.decodeBody(BlockCodec.encodeBody(block.body())))
              .isEqualTo(block.body());
        });
  }

  @TestFactory
  Stream<DynamicTest> transactionsAreHashedRecoveredAndEncodedFromTheirFields() {
    return each(
        vector -> {
          Block block = block(vector);
          List<Transaction> transactions = block.body().transactions();
          List<Integer> types = new ArrayList<>();
          vector.get("transactionTypes").forEach(type -> types.add(type.asInt()));
          assertThat(transactions).extracting(Transaction::type).isEqualTo(types);
          for (int i = 0; i < transactions.size(); i++) {
            Transaction transaction = transactions.get(i);
            assertThat(TransactionCodec.write(transaction)).isEqualTo(transaction.encoded());
            if (vector.has("receipts")) {
              JsonNode receipt = vector.get("receipts").get(i);
              assertThat(transaction.hash())
                  .isEqualTo(Bytes32.fromHexString(receipt.get("transactionHash").asText()));
              assertThat(transaction.sender())
                  .contains(Bytes.fromHexString(receipt.get("from").asText()));
            }
          }
          assertThat(
                  MerkleTrie.rootOfList(transactions.stream().map(Transaction::encoded).toList()))
              .isEqualTo(block.header().transactionsRoot());
        });
  }

  @TestFactory
  Stream<DynamicTest> receiptsGiveTheHeadersRootAndBloom() {
    return each(
        vector -> {
          List<Receipt> receipts = new ArrayList<>();
          vector.path("receipts").forEach(node -> receipts.add(receipt(node)));
          BlockHeader header = block(vector).header();
          assertThat(MerkleTrie.rootOfList(receipts.stream().map(ReceiptCodec::encode).toList()))
              .isEqualTo(header.receiptsRoot());
          assertThat(LogsBloom.ofReceipts(receipts)).isEqualTo(header.logsBloom());
          for (Receipt receipt : receipts) {
            assertThat(ReceiptCodec.decode(ReceiptCodec.encode(receipt))).isEqualTo(receipt);
            assertThat(ReceiptCodec.readItem(RlpReader.of(ReceiptCodec.encodeItem(receipt))))
                .isEqualTo(receipt);
            assertThat(
                    ReceiptCodec.readItemWithoutBloom(
                        RlpReader.of(ReceiptCodec.encodeItemWithoutBloom(receipt))))
                .isEqualTo(receipt);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> aHeaderOfAnOlderForkEndsEarlierAndNoHeaderBeforeItsNonce() {
    return each(
        vector -> {
          Bytes header = block(vector).header().encoded();
          RlpReader fields = RlpReader.ofList(header, "header");
          List<Bytes> items = new ArrayList<>();
          while (fields.hasNext()) {
            items.add(fields.rawItem("field"));
          }
          for (int size = 0; size < 15; size++) {
            Bytes shorter =
                RLP.encodeList(items.subList(0, size), (writer, item) -> writer.writeRLP(item));
            assertThatThrownBy(() -> HeaderCodec.decode(shorter)).hasMessageContaining("missing");
          }
          for (int size = 15; size < items.size(); size++) {
            Bytes older =
                RLP.encodeList(items.subList(0, size), (writer, item) -> writer.writeRLP(item));
            assertThat(HeaderCodec.write(HeaderCodec.decode(older))).isEqualTo(older);
          }
        });
  }

  private static Block block(JsonNode vector) {
    return BlockCodec.decode(Bytes.fromHexString(vector.get("rlp").asText()));
  }

  private static Receipt receipt(JsonNode node) {
    List<Receipt.Log> logs = new ArrayList<>();
    for (JsonNode log : node.get("logs")) {
      List<Bytes32> topics = new ArrayList<>();
      log.get("topics").forEach(topic -> topics.add(Bytes32.fromHexString(topic.asText())));
      logs.add(
          new Receipt.Log(
              Bytes.fromHexString(log.get("address").asText()),
              topics,
              Bytes.fromHexString(log.get("data").asText())));
    }
    return new Receipt(
        Integer.decode(node.get("type").asText()),
        node.get("status").asText().equals("0x1"),
        node.get("cumulativeGasUsed").asLong(),
        logs);
  }
}
