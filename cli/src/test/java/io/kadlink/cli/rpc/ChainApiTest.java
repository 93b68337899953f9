package io.kadlink.cli.rpc;

import static io.kadlink.cli.Eventually.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPool;
import io.kadlink.protocols.eth.dev.BlockProducer;
import io.kadlink.protocols.eth.dev.DevAccounts;
import io.kadlink.protocols.eth.dev.DevChain;
import io.kadlink.protocols.eth.dev.DevChainOptions;
import io.kadlink.protocols.eth.dev.Wallet;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fees, the pool and subscriptions of a chain with real blocks. */
class ChainApiTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Bytes TO = DevAccounts.address(9);
  private static final UInt256 GWEI = UInt256.valueOf(1_000_000_000L);

  private DevChain chain;
  private BlockProducer producer;
  private Wallet wallet;
  private final RpcMethods methods = new RpcMethods();

  @BeforeEach
  void open() throws Exception {
    chain = DevChain.open(DevChainOptions.devChain().withExecutor(Runnable::run));
    producer = new BlockProducer(chain, DevAccounts.address(0), InstantSource.system());
    wallet = new Wallet(DevAccounts.key(1), chain.chainId());
    new EthApi(chain, Optional::empty).addTo(methods);
    new FeeApi(chain).addTo(methods);
    new TxPoolApi(chain).addTo(methods);
  }

  @AfterEach
  void close() {
    chain.close();
  }

  private JsonNode answer(String method, String params) throws Exception {
    return JSON.readTree(
        methods.answer("{\"id\":1,\"method\":\"" + method + "\",\"params\":[" + params + "]}"));
  }

  private JsonNode result(String method, String params) throws Exception {
    JsonNode answer = answer(method, params);
    assertThat(answer.has("result")).as(answer.toString()).isTrue();
    return answer.path("result");
  }

  private Transaction send(long nonce, long tipGwei) {
    UInt256 tip = GWEI.multiply(tipGwei);
    UInt256 most = chain.nextBaseFee().multiply(2).add(tip);
    Transaction transaction = wallet.transfer(nonce, TO, UInt256.ONE, most, tip);
    TransactionPool pool = chain.pool();
    assertThat(pool.add(transaction)).isEqualTo(new TransactionPool.Verdict.Accepted());
    return transaction;
  }

  private void mine() {
    assertThat(producer.produce().toCompletableFuture()).isCompleted();
  }

  @Test
  void gasIsEstimatedForTransfersAlone() throws Exception {
    String to = "\"to\":\"" + TO + "\"";
    assertThat(result("eth_estimateGas", "{" + to + ",\"value\":\"0x1\"}").asText())
        .isEqualTo("0x5208");
    assertThat(result("eth_estimateGas", "{" + to + ",\"input\":\"0x0001\"}").asText())
        .isEqualTo("0x521c"); // 4 for a zero byte, 16 for another
    String accessList =
        ",\"accessList\":[{\"address\":\""
            + TO
            + "\",\"storageKeys\":[\"0x"
            + "00".repeat(32)
            + "\"]}]";
    assertThat(result("eth_estimateGas", "{" + to + accessList + "}").asText())
        .isEqualTo("0x62d4"); // 2,400 and 1,900
    for (String call :
        new String[] {"{}", "{\"to\":\"0x0000000000000000000000000000000000000002\"}"}) {
      assertThat(answer("eth_estimateGas", call).at("/error/message").asText()).contains("EVM");
    }
    for (String wrong :
        new String[] {
          "7",
          "{\"to\":\"0x12\"}",
          "{" + to + ",\"data\":\"0x123\"}",
          "{" + to + ",\"value\":\"x\"}"
        }) {
      assertThat(answer("eth_estimateGas", wrong).at("/error/code").asInt())
          .as(wrong)
          .isEqualTo(RpcError.INVALID_PARAMS);
    }
  }

  @Test
  void thePoolShowsWhatIsReadyAndWhatWaitsForANonce() throws Exception {
    Transaction first = send(0, 1);
    Transaction second = send(1, 1);
    Transaction late = send(5, 1);
    JsonNode status = result("txpool_status", "");
    assertThat(status.path("pending").asText()).isEqualTo("0x2");
    assertThat(status.path("queued").asText()).isEqualTo("0x1");
    String sender = TxPoolApi.checksummed(wallet.address());
    JsonNode content = result("txpool_content", "");
    assertThat(content.path("pending").path(sender).path("0").path("hash").asText())
        .isEqualTo(first.hash().toHexString());
    assertThat(content.path("pending").path(sender).path("1").path("hash").asText())
        .isEqualTo(second.hash().toHexString());
    assertThat(content.path("queued").path(sender).path("5").path("hash").asText())
        .isEqualTo(late.hash().toHexString());
    JsonNode from = result("txpool_contentFrom", "\"" + wallet.address().toHexString() + "\"");
    assertThat(from.path("pending").size()).isEqualTo(2);
    assertThat(from.path("queued").size()).isEqualTo(1);
    assertThat(result("txpool_inspect", "").path("queued").path(sender).path("5").asText())
        .isEqualTo(
            TxPoolApi.checksummed(TO)
                + ": 1 wei + 21000 gas × "
                + late.payload().maxFeePerGas().toDecimalString()
                + " wei");
  }

  @Test
  void thePendingNonceCountsWhatWaits() throws Exception {
    send(0, 1);
    send(1, 1);
    String address = "\"" + wallet.address().toHexString() + "\"";
    assertThat(result("eth_getTransactionCount", address + ",\"pending\"").asText())
        .isEqualTo("0x2");
    assertThat(result("eth_getTransactionCount", address + ",\"latest\"").asText())
        .isEqualTo("0x0");
  }

  @Test
  void theFeeHistoryTellsBaseFeesFullnessAndTips() throws Exception {
    send(0, 3);
    send(1, 1);
    mine();
    mine();
    JsonNode history = result("eth_feeHistory", "\"0x2\",\"latest\",[0,50,100]");
    assertThat(history.path("oldestBlock").asText()).isEqualTo("0x1");
    List<String> baseFees = new ArrayList<>();
    history.path("baseFeePerGas").forEach(fee -> baseFees.add(fee.asText()));
    assertThat(baseFees)
        .containsExactly(
            Quantity.of(chain.header(1).orElseThrow().baseFee().orElseThrow()),
            Quantity.of(chain.header(2).orElseThrow().baseFee().orElseThrow()),
            Quantity.of(chain.nextBaseFee()));
    assertThat(history.path("gasUsedRatio").get(0).asDouble()).isEqualTo(42_000 / 30e6);
    assertThat(history.path("gasUsedRatio").get(1).asDouble()).isZero();
    assertThat(history.path("reward").get(0).get(0).asText()).isEqualTo(Quantity.of(GWEI));
    assertThat(history.path("reward").get(0).get(2).asText())
        .isEqualTo(Quantity.of(GWEI.multiply(3)));
    assertThat(history.path("reward").get(1).get(1).asText()).isEqualTo("0x0");
  }

  @Test
  void theFeeHistoryBeginsAtGenesisAndIsBounded() throws Exception {
    mine();
    JsonNode history = result("eth_feeHistory", "5000,\"0x1\"");
    assertThat(history.path("oldestBlock").asText()).isEqualTo("0x0");
    assertThat(history.path("baseFeePerGas").size()).isEqualTo(3);
    assertThat(history.has("reward")).isFalse();
    assertThat(answer("eth_feeHistory", "1,\"0x2\"").at("/error/message").asText())
        .contains("beyond the head");
    String many = "0,".repeat(FeeApi.MAX_PERCENTILES) + "0";
    assertThat(answer("eth_feeHistory", "1,\"latest\",[" + many + "]").at("/error/code").asInt())
        .isEqualTo(RpcError.INVALID_PARAMS);
    assertThat(answer("eth_feeHistory", "1,\"latest\",[9,8]").at("/error/code").asInt())
        .isEqualTo(RpcError.INVALID_PARAMS);
  }

  @Test
  void theGasPriceIsTheNextBaseFeeAndAUsualTip() throws Exception {
    assertThat(result("eth_maxPriorityFeePerGas", "").asText()).isEqualTo("0x1");
    send(0, 2);
    mine();
    assertThat(result("eth_maxPriorityFeePerGas", "").asText())
        .isEqualTo(Quantity.of(GWEI.multiply(2)));
    assertThat(result("eth_gasPrice", "").asText())
        .isEqualTo(Quantity.of(chain.nextBaseFee().add(GWEI.multiply(2))));
  }

  @Test
  void newHeadsAndTransactionsAreToldToSubscribers() throws Exception {
    List<String> told = new CopyOnWriteArrayList<>();
    Subscriber subscriber =
        new Subscriber(
            new Subscriber.Line() {
              @Override
              public void send(String text) {
                told.add(text);
              }

              @Override
              public void cut(String why) {}
            });
    for (String feed : List.of("\"newHeads\"", "\"newPendingTransactions\"")) {
      methods.answer(
          "{\"id\":1,\"method\":\"eth_subscribe\",\"params\":[" + feed + "]}", subscriber);
    }
    Transaction transaction = send(0, 1);
    mine();
    until(() -> told.size() == 2);
    assertThat(told.get(0)).contains("\"result\":\"" + transaction.hash().toHexString() + "\"");
    JsonNode head = JSON.readTree(told.get(1)).at("/params/result");
    assertThat(head.path("hash").asText()).isEqualTo(chain.head().hash().toHexString());
    assertThat(head.has("transactions")).isFalse();
    subscriber.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"
      })
  void addressesHaveTheChecksumOfEip55(String address) {
    assertThat(TxPoolApi.checksummed(Bytes.fromHexString(address))).isEqualTo(address);
  }
}
