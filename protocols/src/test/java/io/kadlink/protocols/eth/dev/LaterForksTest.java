package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.protocols.eth.TestVectors;
import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockRoots;
import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.dev.TestChain.HeaderField;
import io.kadlink.protocols.eth.rules.ChainConfig;
import io.kadlink.protocols.eth.rules.Fork;
import io.kadlink.protocols.eth.rules.TransactionGas;
import io.kadlink.protocols.eth.state.WorldState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.Test;

/** A chain that goes from Shanghai through Cancun to Prague, with the system contracts. */
class LaterForksTest {
  private static final long CANCUN = 100;
  private static final long PRAGUE = 200;
  private static final Bytes BEACON_ROOTS =
      Bytes.fromHexString("0x000f3df6d732807ef1319fb7b8bb8522d0beac02");
  private static final Bytes HISTORY =
      Bytes.fromHexString("0x0000f90827f1c53a10cb7a02335b175320002935");
  private static final Bytes WITHDRAWAL_REQUESTS =
      Bytes.fromHexString("0x00000961ef480eb55e80d19ad83579a64c007002");

  /** The dev chain with later forks and, if wanted, Hoodi's system contracts. */
  private static Genesis genesis(boolean contracts) {
    Genesis base = DevGenesis.genesis();
    TreeMap<String, Long> times = new TreeMap<>(base.config().forkTimes());
    times.put("cancunTime", CANCUN);
    times.put("pragueTime", PRAGUE);
    Map<Bytes, Genesis.Allocation> alloc = new HashMap<>(base.alloc());
    if (contracts) {
      GenesisFile.parse("hoodi", TestVectors.text("genesis-hoodi.json"))
          .alloc()
          .forEach(
              (address, allocation) -> {
                if (!allocation.code().isEmpty()) {
                  alloc.put(address, allocation);
                }
              });
    }
    ChainConfig config =
        new ChainConfig(
            base.config().chainId(),
            base.config().forkBlocks(),
            times,
            base.config().terminalTotalDifficulty(),
            Map.of());
    return new Genesis(
        config,
        0,
        0,
        base.extraData(),
        base.gasLimit(),
        base.difficulty(),
        base.mixHash(),
        base.coinbase(),
        0,
        0,
        Bytes32.ZERO,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        alloc);
  }

  private static Block mineAt(TestChain test, long timestamp) {
    Block block = test.producer.buildBlock(timestamp);
    assertThat(test.add(block)).isEqualTo(new ImportResult.Imported(true, true));
    return block;
  }

  @Test
  void eachForkAddsItsHeaderFields() {
    try (TestChain test = new TestChain(DevChainOptions.of(genesis(true)))) {
      Block shanghai = mineAt(test, CANCUN - 1);
      assertThat(shanghai.header().withdrawalsRoot()).isPresent();
      assertThat(shanghai.header().blobGasUsed()).isEmpty();
      Block cancun = mineAt(test, CANCUN);
      assertThat(cancun.header().blobGasUsed()).contains(0L);
      assertThat(cancun.header().excessBlobGas()).contains(0L);
      assertThat(cancun.header().parentBeaconBlockRoot()).contains(Bytes32.ZERO);
      assertThat(cancun.header().requestsHash()).isEmpty();
      Block prague = mineAt(test, PRAGUE);
      assertThat(prague.header().requestsHash()).contains(BlockRoots.NO_REQUESTS);
    }
  }

  @Test
  void theSystemContractsKeepBeaconRootsAndBlockHashes() {
    try (TestChain test = new TestChain(DevChainOptions.of(genesis(true)))) {
      mineAt(test, CANCUN);
      Block prague = mineAt(test, PRAGUE);
      WorldState state = test.chain.state(prague.header());
      assertThat(state.storage(BEACON_ROOTS, UInt256.valueOf(CANCUN)))
          .isEqualTo(UInt256.valueOf(CANCUN));
      assertThat(state.storage(HISTORY, UInt256.ONE))
          .isEqualTo(UInt256.fromBytes(prague.header().parentHash()));
      assertThat(state.storage(HISTORY, UInt256.ZERO)).isEqualTo(UInt256.ZERO);
      assertThat(state.storage(WITHDRAWAL_REQUESTS, UInt256.ZERO)).isEqualTo(UInt256.ZERO);
    }
  }

  @Test
  void aWrongBlobFieldOrRequestsHashIsRefused() {
    try (TestChain test = new TestChain(DevChainOptions.of(genesis(true)))) {
      Block block = test.producer.buildBlock(PRAGUE);
      for (Block bad :
          List.of(
              TestChain.with(block, HeaderField.BLOB_GAS_USED, 1),
              TestChain.with(block, HeaderField.BLOB_GAS_USED, 131_072),
              TestChain.with(block, HeaderField.EXCESS_BLOB_GAS, 131_072),
              TestChain.with(block, HeaderField.REQUESTS_HASH, Bytes32.ZERO),
              TestChain.with(block, HeaderField.PARENT_BEACON_BLOCK_ROOT, Bytes32.repeat((byte) 1)),
              TestChain.truncated(block, 20))) {
        assertThat(test.add(bad)).isInstanceOf(ImportResult.Invalid.class);
      }
    }
  }

  @Test
  void pragueWithoutItsContractsHasNoValidBlock() {
    try (TestChain test = new TestChain(DevChainOptions.of(genesis(false)))) {
      mineAt(test, CANCUN);
      mineAt(test, PRAGUE - 1);
      assertThatThrownBy(() -> test.producer.buildBlock(PRAGUE))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("no code at the system contract");
    }
  }

  @Test
  void theCalldataFloorOfPragueIsPaid() {
    try (TestChain test = new TestChain(DevChainOptions.of(genesis(true)))) {
      TransactionPayload payload =
          new TransactionPayload.DynamicFee(
              UInt256.valueOf(DevGenesis.CHAIN_ID),
              0,
              UInt256.ONE,
              TestChain.GWEI,
              25_000,
              Optional.of(TestChain.STRANGER),
              UInt256.ONE,
              Bytes.repeat((byte) 1, 100),
              List.of());
      assertThat(TransactionGas.required(payload, Fork.CANCUN)).isEqualTo(22_600);
      assertThat(TransactionGas.required(payload, Fork.PRAGUE)).isEqualTo(25_000);
      Transaction transaction = TestChain.signed(payload, 0);
      test.chain.pool().add(transaction);
      assertThat(mineAt(test, PRAGUE).header().gasUsed()).isEqualTo(25_000);
    }
  }
}
