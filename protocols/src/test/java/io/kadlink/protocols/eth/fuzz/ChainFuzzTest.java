package io.kadlink.protocols.eth.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.identity.testing.FuzzRunner;
import io.kadlink.protocols.eth.TestVectors;
import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockCodec;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.ReceiptCodec;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionCodec;
import io.kadlink.protocols.eth.rlp.RlpReader;
import io.kadlink.protocols.eth.trie.MerkleTrie;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.Test;

/** Decoders of blocks, genesis files, state dumps and stored trie nodes, fuzzed briefly. */
class ChainFuzzTest {
  private static final Duration BRIEFLY = Duration.ofSeconds(6);

  @Test
  void whateverADecoderAcceptsEncodesToTheSameBytesAndNothingElseEscapes() {
    FuzzRunner.runAll(
        BRIEFLY,
        List.of(
            new FuzzRunner.Target(ChainCodecFuzz.class, blocks()),
            new FuzzRunner.Target(GenesisFileFuzz.class, genesisFiles()),
            new FuzzRunner.Target(DumpFileFuzz.class, dumps()),
            new FuzzRunner.Target(TrieNodeFuzz.class, trieNodes())));
  }

  private static List<byte[]> blocks() {
    List<byte[]> seeds = new ArrayList<>();
    for (JsonNode vector : TestVectors.json("geth-blocks.json")) {
      Block block = BlockCodec.decode(Bytes.fromHexString(vector.get("rlp").asText()));
      seeds.add(seed(0, block.header().encoded()));
      seeds.add(seed(3, BlockCodec.encode(block)));
      seeds.add(seed(4, BlockCodec.encodeBody(block.body())));
      for (Transaction transaction : block.body().transactions()) {
        seeds.add(seed(1, transaction.encoded()));
        seeds.add(seed(2, TransactionCodec.encodeItem(transaction)));
      }
      block
          .body()
          .withdrawals()
          .orElseThrow()
          .forEach(each -> seeds.add(seed(5, BlockCodec.encodeWithdrawal(each))));
    }
    Receipt.Log log =
        new Receipt.Log(Bytes.repeat((byte) 1, 20), List.of(Bytes32.ZERO), Bytes.of(1, 2));
    Receipt receipt = new Receipt(2, true, 21_000, List.of(log));
    seeds.add(seed(6, ReceiptCodec.encode(receipt)));
    seeds.add(seed(7, ReceiptCodec.encodeItem(receipt)));
    seeds.add(seed(8, ReceiptCodec.encodeItemWithoutBloom(receipt)));
    for (JsonNode vector : TestVectors.json("geth-headers.json")) {
      seeds.add(seed(0, Bytes.fromHexString(vector.get("rlp").asText())));
    }
    seeds.add(seed(9, blobTransaction()));
    seeds.add(seed(10, RLP.encodeValue(blobTransaction())));
    return seeds;
  }

  /** With a sidecar that has no blobs, as in eth/72. */
  private static Bytes blobTransaction() {
    for (JsonNode vector : TestVectors.json("geth-eth-messages.json")) {
      if (vector.get("message").asText().equals("PooledTransactions")) {
        RlpReader message =
            RlpReader.ofList(Bytes.fromHexString(vector.get("rlp").asText()), "message");
        message.uint64("request-id");
        return message.list("transactions").bytes("transaction", 1 << 20);
      }
    }
    throw new IllegalStateException("no such vector");
  }

  private static List<byte[]> genesisFiles() {
    List<byte[]> seeds = new ArrayList<>();
    for (JsonNode vector : TestVectors.json("geth-genesis-hashes.json")) {
      seeds.add(vector.get("genesis").toString().getBytes(StandardCharsets.UTF_8));
    }
    return seeds;
  }

  /** One account in both ways to name it; the root does not matter here. */
  private static List<byte[]> dumps() {
    String account =
        "{\"balance\":\"7\",\"nonce\":1,\"root\":\"0x"
            + "11".repeat(32)
            + "\",\"codeHash\":\"0x"
            + "22".repeat(32)
            + "\",\"storage\":{}}";
    String root = "{\"root\":\"" + "33".repeat(32) + "\",\"accounts\":{";
    return List.of(
        (root + "\"0x" + "44".repeat(20) + "\":" + account + "}}").getBytes(StandardCharsets.UTF_8),
        (root + "\"pre(0x" + "55".repeat(32) + ")\":" + account + "}}")
            .getBytes(StandardCharsets.UTF_8),
        (root + "}}").getBytes(StandardCharsets.UTF_8));
  }

  private static List<byte[]> trieNodes() {
    List<byte[]> seeds = new ArrayList<>();
    MerkleTrie trie = new MerkleTrie();
    for (int i = 0; i < 40; i++) {
      trie.put(Bytes.of(i * 5, i), Bytes.repeat((byte) 1, 1 + i));
    }
    trie.commit((path, hash, rlp) -> seeds.add(Bytes.concatenate(Bytes.of(5, 1), rlp).toArray()));
    return seeds;
  }

  private static byte[] seed(int kind, Bytes encoded) {
    return Bytes.concatenate(Bytes.of(kind), encoded).toArray();
  }
}
