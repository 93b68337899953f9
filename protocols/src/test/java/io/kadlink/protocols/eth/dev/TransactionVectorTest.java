package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.protocols.eth.TestVectors;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionCodec;
import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import io.kadlink.protocols.eth.rules.Fork;
import io.kadlink.protocols.eth.rules.TransactionGas;
import io.kadlink.protocols.eth.rules.TransactionRules;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Transactions under Shanghai on the public vectors of ethereum/tests, TransactionTests. */
class TransactionVectorTest {
  private static final TransactionRules RULES = new TransactionRules(1);

  @TestFactory
  Stream<DynamicTest> transactionsAreAcceptedAndRefusedAsInTheVectors() {
    return StreamSupport.stream(
            TestVectors.json("ethereum-tests-transactions-shanghai.json").spliterator(), false)
        .map(v -> DynamicTest.dynamicTest(v.get("name").asText(), () -> check(v)));
  }

  private static void check(JsonNode vector) {
    Optional<Transaction> accepted = accept(Bytes.fromHexString(vector.get("bytes").asText()));
    if (vector.has("exception")) {
      assertThat(accepted).as(vector.get("exception").asText()).isEmpty();
      return;
    }
    Transaction transaction = accepted.orElseThrow();
    assertThat(transaction.hash()).isEqualTo(Bytes32.fromHexString(vector.get("hash").asText()));
    assertThat(transaction.sender()).contains(Bytes.fromHexString(vector.get("sender").asText()));
    assertThat(TransactionGas.required(transaction.payload(), Fork.SHANGHAI))
        .isEqualTo(vector.get("intrinsicGas").asLong());
  }

  private static Optional<Transaction> accept(Bytes bytes) {
    try {
      Transaction transaction = TransactionCodec.decode(bytes);
      assertThat(TransactionCodec.encode(transaction)).isEqualTo(bytes);
      return RULES.fault(transaction, Fork.SHANGHAI).isEmpty()
          ? Optional.of(transaction)
          : Optional.empty();
    } catch (InvalidRlpException e) {
      return Optional.empty();
    }
  }
}
