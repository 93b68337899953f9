package io.kadlink.protocols.eth.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.TestVectors;
import io.kadlink.protocols.eth.wire.EthSamples;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

/** Sizes that are computed are those of what is written. */
class EncodedSizeTest {

  @Test
  void bodiesHaveTheSizeTheyAreSaidToHave() {
    List<BlockBody> bodies = new ArrayList<>();
    for (String file : List.of("geth-blocks.json", "ethereum-tests-blocks.json")) {
      TestVectors.json(file)
          .forEach(
              vector ->
                  bodies.add(
                      BlockCodec.decode(Bytes.fromHexString(vector.get("rlp").asText())).body()));
    }
    Withdrawal withdrawal = new Withdrawal(127, 128, EthSamples.hash(1).slice(12), -1);
    bodies.add(new BlockBody(List.of(), List.of(), Optional.of(List.of(withdrawal))));
    for (BlockBody body : bodies) {
      assertThat(BlockCodec.bodyBytes(body)).isEqualTo(BlockCodec.encodeBody(body).size());
    }
  }

  @Test
  void receiptsHaveTheSizeTheyAreSaidToHave() {
    for (int data : new int[] {0, 1, 55, 56, 255, 256, 65_536}) {
      for (int type : new int[] {0, 2}) {
        Receipt.Log log =
            new Receipt.Log(
                EthSamples.hash(1).slice(12),
                List.of(Bytes32.ZERO, Bytes32.ZERO),
                Bytes.repeat((byte) 1, data));
        for (Receipt receipt :
            List.of(
                new Receipt(type, true, 21_000, List.of(log, log)),
                new Receipt(type, false, -1, List.of(log)),
                new Receipt(type, new Receipt.PostState(Bytes32.ZERO), data, List.of()))) {
          assertThat(ReceiptCodec.itemBytes(receipt))
              .isEqualTo(ReceiptCodec.encodeItem(receipt).size());
          assertThat(ReceiptCodec.itemBytesWithoutBloom(receipt))
              .isEqualTo(ReceiptCodec.encodeItemWithoutBloom(receipt).size());
        }
      }
    }
  }

  @Test
  void pooledTransactionsHaveTheSizeTheyAreSaidToHave() {
    List<PooledTransaction> pooled = new ArrayList<>(BlobSamples.all());
    pooled.add(PooledTransaction.of(EthSamples.transfer(1)));
    pooled.add(PooledTransaction.of(EthSamples.legacyTransfer(1)));
    for (PooledTransaction each : pooled) {
      assertThat(PooledTransactionCodec.itemBytes(each))
          .isEqualTo(PooledTransactionCodec.encodeItem(each).size());
    }
  }
}
