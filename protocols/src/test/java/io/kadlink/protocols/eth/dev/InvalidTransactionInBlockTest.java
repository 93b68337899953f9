package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.NodeKey;
import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionCodec;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Blocks with one transaction that may not stand there, and ones that just may. */
class InvalidTransactionInBlockTest {
  private static final UInt256 FEE = TestChain.GWEI.multiply(UInt256.valueOf(2));
  private static final Bytes TO = TestChain.STRANGER;

  private final TestChain test = new TestChain();
  private Block template;

  @BeforeEach
  void buildATemplate() {
    test.pending(0, TO, 1);
    template = test.build();
  }

  @AfterEach
  void close() {
    test.close();
  }

  /**
   * Puts the transactions into a block whose other fields are for a plain transfer. An invalid
   * transaction is told before the header is compared with the outcome.
   */
  private String refusal(Transaction... transactions) {
    ImportResult result = test.add(TestChain.with(template, List.of(transactions)));
    assertThat(result).isInstanceOf(ImportResult.Invalid.class);
    assertThat(test.chain.head().number()).isZero();
    return ((ImportResult.Invalid) result).reason();
  }

  private static Transaction transfer(long nonce, UInt256 wei, long gas, UInt256 fee, UInt256 tip) {
    return TestChain.signed(TestChain.transfer(nonce, TO, wei, gas, fee, tip), 1);
  }

  private static Transaction transfer(long nonce) {
    return transfer(nonce, UInt256.ONE, 21_000, FEE, UInt256.ONE);
  }

  @Test
  void aNonceThatIsNotTheAccountsNextIsRefused() {
    assertThat(refusal(transfer(1)))
        .startsWith("transaction 0 (0x")
        .contains("nonce 1, expected 0");
    assertThat(refusal(transfer(0), transfer(0)))
        .startsWith("transaction 1 (0x")
        .contains("nonce 0, expected 1");
    assertThat(refusal(transfer(0), transfer(1))).startsWith("gasUsed: 21000, expected 42000");
  }

  @Test
  void aSenderMustBeAbleToPayTheMostItCouldCost() {
    UInt256 gas = FEE.multiply(UInt256.valueOf(21_000));
    UInt256 all = DevGenesis.BALANCE.subtract(gas);
    assertThat(refusal(transfer(0, all.add(UInt256.ONE), 21_000, FEE, UInt256.ONE)))
        .contains("balance " + DevGenesis.BALANCE.toDecimalString() + ", expected at least ");
    assertThat(refusal(transfer(0, all, 21_000, FEE, UInt256.ONE))).startsWith("stateRoot");
  }

  @Test
  void anAccountThatDoesNotExistCantPay() {
    Transaction fromNobody =
        TestChain.signed(
            TestChain.transfer(0, TO, UInt256.ONE, 21_000, FEE, UInt256.ONE),
            NodeKey.of(Bytes32.fromHexString("0x01")));
    assertThat(refusal(fromNobody)).contains("balance 0, expected at least");
  }

  @Test
  void theGasLimitMustCoverTheIntrinsicGas() {
    assertThat(refusal(transfer(0, UInt256.ONE, 20_999, FEE, UInt256.ONE)))
        .contains("gas limit 20999, expected at least 21000");
  }

  @Test
  void theGasLimitMustFitIntoTheBlock() {
    assertThat(refusal(transfer(0, UInt256.ONE, 30_000_001, FEE, UInt256.ONE)))
        .contains("gas limit 30000001, but the block has 30000000 left");
    assertThat(refusal(transfer(0), transfer(1, UInt256.ONE, 29_979_001, FEE, UInt256.ONE)))
        .contains("gas limit 29979001, but the block has 29979000 left");
    assertThat(refusal(transfer(0), transfer(1, UInt256.ONE, 29_979_000, FEE, UInt256.ONE)))
        .startsWith("gasUsed");
  }

  @Test
  void theFeeMustCoverTheBaseFee() {
    UInt256 baseFee = template.header().baseFee().orElseThrow();
    assertThat(
            refusal(transfer(0, UInt256.ONE, 21_000, baseFee.subtract(UInt256.ONE), UInt256.ZERO)))
        .contains("is below the base fee " + baseFee.toDecimalString());
    assertThat(refusal(transfer(0, UInt256.ONE, 21_000, baseFee, UInt256.ZERO)))
        .startsWith("stateRoot");
  }

  @Test
  void theTipMayNotExceedTheFee() {
    assertThat(refusal(transfer(0, UInt256.ONE, 21_000, FEE, FEE.add(UInt256.ONE))))
        .contains("maxPriorityFeePerGas");
  }

  @Test
  void anotherChainsTransactionIsRefused() {
    Transaction other =
        new Wallet(DevAccounts.key(1), 1).transfer(0, TO, UInt256.ONE, FEE, UInt256.ONE);
    assertThat(refusal(other)).contains("chain id 1, expected 1337");
  }

  @Test
  void aLegacyTransactionOfAnotherChainIsRefused() {
    assertThat(refusal(TestChain.signed(legacy(Optional.of(UInt256.ONE)), 1)))
        .contains("chain id 1, expected 1337");
    assertThat(refusal(TestChain.signed(legacy(Optional.empty()), 1))).startsWith("receiptsRoot");
  }

  private static TransactionPayload.Legacy legacy(Optional<UInt256> chain) {
    return new TransactionPayload.Legacy(
        chain, 0, FEE, 21_000, Optional.of(TO), UInt256.ONE, Bytes.EMPTY);
  }

  @Test
  void aDamagedSignatureIsRefused() {
    Transaction good = transfer(0);
    byte[] damaged = good.encoded().toArray();
    // The last 33 bytes are the prefix of s and s itself; put a value above the curve order there.
    Arrays.fill(damaged, damaged.length - 32, damaged.length, (byte) 0xff);
    assertThat(refusal(TransactionCodec.decode(Bytes.wrap(damaged))))
        .contains("the signature (v, r, s) is not valid");
  }

  @Test
  void whatNeedsAnEvmIsRefusedOnAChainOfTransfers() {
    UInt256 chain = UInt256.valueOf(DevGenesis.CHAIN_ID);
    TransactionPayload creation =
        new TransactionPayload.DynamicFee(
            chain,
            0,
            UInt256.ONE,
            FEE,
            100_000,
            Optional.empty(),
            UInt256.ZERO,
            Bytes.of(0),
            List.of());
    assertThat(refusal(TestChain.signed(creation, 1)))
        .endsWith("creates a contract, and this chain carries transfers only");
    Bytes precompile = Bytes.fromHexString("0x0000000000000000000000000000000000000009");
    assertThat(
            refusal(
                TestChain.signed(
                    TestChain.transfer(0, precompile, UInt256.ONE, 100_000, FEE, UInt256.ONE), 1)))
        .contains("calls the precompiled contract " + precompile);
    Bytes next = Bytes.fromHexString("0x000000000000000000000000000000000000000a");
    assertThat(
            refusal(
                TestChain.signed(
                    TestChain.transfer(0, next, UInt256.ONE, 21_000, FEE, UInt256.ONE), 1)))
        .startsWith("stateRoot");
  }

  @Test
  void typesOfLaterForksAreRefused() {
    UInt256 chain = UInt256.valueOf(DevGenesis.CHAIN_ID);
    TransactionPayload blob =
        new TransactionPayload.Blob(
            chain,
            0,
            UInt256.ONE,
            FEE,
            21_000,
            TO,
            UInt256.ZERO,
            Bytes.EMPTY,
            List.of(),
            UInt256.ONE,
            List.of(Bytes32.ZERO));
    ImportResult result = test.add(TestChain.with(template, List.of(TestChain.signed(blob, 1))));
    assertThat(result).isInstanceOf(ImportResult.Invalid.class);
    TransactionPayload setCode =
        new TransactionPayload.SetCode(
            chain,
            0,
            UInt256.ONE,
            FEE,
            100_000,
            TO,
            UInt256.ZERO,
            Bytes.EMPTY,
            List.of(),
            List.of(
                new TransactionPayload.Authorization(chain, TO, 0, 0, UInt256.ONE, UInt256.ONE)));
    assertThat(refusal(TestChain.signed(setCode, 1))).contains("type 4 is valid only since PRAGUE");
  }
}
