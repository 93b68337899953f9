package io.kadlink.protocols.eth.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.protocols.eth.TestVectors;
import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import io.kadlink.protocols.eth.rlp.RlpReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.Test;

/** Blocks of ethereum/tests from Frontier to Cancun, and headers by geth from Frontier on. */
class EveryForkVectorTest {

  @Test
  void blocksOfEveryForkAreHashedRecoveredAndEncodedToTheSameBytes() {
    int transactions = 0;
    int ommers = 0;
    for (JsonNode vector : TestVectors.json("ethereum-tests-blocks.json")) {
      String name = vector.get("test").asText() + " " + vector.get("number");
      Bytes rlp = Bytes.fromHexString(vector.get("rlp").asText());
      Block block = BlockCodec.decode(rlp);
      BlockHeader header = block.header();
      assertThat(header.number()).as(name).isEqualTo(vector.get("number").asLong());
      assertThat(header.hash().toHexString()).as(name).isEqualTo(vector.get("hash").asText());
      assertThat(HeaderCodec.write(header)).as(name).isEqualTo(header.encoded());
      assertThat(BlockCodec.encode(block)).as(name).isEqualTo(rlp);
      List<Transaction> body = block.body().transactions();
      List<String> senders = new ArrayList<>();
      vector.get("senders").forEach(sender -> senders.add(sender.asText()));
      assertThat(body.stream().map(each -> each.sender().orElseThrow().toHexString()).toList())
          .as(name)
          .isEqualTo(senders);
      for (Transaction transaction : body) {
        assertThat(TransactionCodec.write(transaction)).as(name).isEqualTo(transaction.encoded());
      }
      assertThat(BlockRoots.transactionsRoot(body)).as(name).isEqualTo(header.transactionsRoot());
      assertThat(BlockRoots.ommersHash(block.body().ommers()))
          .as(name)
          .isEqualTo(header.ommersHash());
      assertThat(block.body().withdrawals().map(BlockRoots::withdrawalsRoot))
          .as(name)
          .isEqualTo(header.withdrawalsRoot());
      transactions += body.size();
      ommers += block.body().ommers().size();
    }
    assertThat(transactions).isGreaterThan(30);
    assertThat(ommers).isGreaterThan(2);
  }

  @Test
  void headersOfEveryForkAreHashedAndEncodedFromTheirFields() {
    List<String> forks = new ArrayList<>();
    for (JsonNode vector : TestVectors.json("geth-headers.json")) {
      Bytes rlp = Bytes.fromHexString(vector.get("rlp").asText());
      BlockHeader header = HeaderCodec.decode(rlp);
      assertThat(header.hash().toHexString()).isEqualTo(vector.get("hash").asText());
      assertThat(HeaderCodec.write(header)).isEqualTo(rlp);
      forks.add(vector.get("fork").asText());
    }
    assertThat(forks)
        .containsExactly(
            "Frontier", "London", "Paris", "Shanghai", "Cancun", "Prague", "Amsterdam");
  }

  @Test
  void amsterdamAddsTheAccessListHashAndTheSlot() {
    JsonNode vectors = TestVectors.json("geth-headers.json");
    BlockHeader amsterdam =
        HeaderCodec.decode(
            Bytes.fromHexString(vectors.get(vectors.size() - 1).get("rlp").asText()));
    assertThat(amsterdam.requestsHash()).contains(BlockRoots.NO_REQUESTS);
    assertThat(amsterdam.blockAccessListHash()).contains(BlockRoots.NO_ACCESSES);
    assertThat(amsterdam.slotNumber()).contains(12_345_678L);
    List<Bytes> fields = new ArrayList<>();
    RlpReader reader = RlpReader.ofList(amsterdam.encoded(), "header");
    while (reader.hasNext()) {
      fields.add(reader.rawItem("field"));
    }
    fields.add(RLP.encodeValue(Bytes32.ZERO));
    Bytes longer = RLP.encodeList(fields, (writer, field) -> writer.writeRLP(field));
    assertThatThrownBy(() -> HeaderCodec.decode(longer))
        .isInstanceOf(InvalidRlpException.class)
        .hasMessageContaining("unexpected bytes");
  }

  @Test
  void aFieldOfAForkNeedsThoseOfTheForksBefore() {
    assertThatThrownBy(
            () ->
                new ForkFields(
                    Optional.empty(),
                    Optional.of(Bytes32.ZERO),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void requestsHaveTheHashGethComputes() {
    for (JsonNode vector : TestVectors.json("geth-requests.json")) {
      List<Bytes> requests = new ArrayList<>();
      vector.get("requests").forEach(each -> requests.add(Bytes.fromHexString(each.asText())));
      assertThat(BlockRoots.requestsHash(requests).toHexString())
          .isEqualTo(vector.get("hash").asText());
    }
  }

  @Test
  void receiptsBeforeByzantiumNameTheStateRoot() {
    Receipt receipt =
        new Receipt(0, new Receipt.PostState(Bytes32.repeat((byte) 7)), 21_000, List.of());
    assertThat(ReceiptCodec.decode(ReceiptCodec.encode(receipt))).isEqualTo(receipt);
    assertThat(
            ReceiptCodec.readItemWithoutBloom(
                RlpReader.of(ReceiptCodec.encodeItemWithoutBloom(receipt))))
        .isEqualTo(receipt);
  }
}
