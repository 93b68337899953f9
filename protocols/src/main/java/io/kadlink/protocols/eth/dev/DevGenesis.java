package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.dev.Genesis.Allocation;
import io.kadlink.protocols.eth.rules.ChainConfig;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;

/** The genesis of the built-in dev chain: Shanghai from the first block, {@link DevAccounts}. */
public final class DevGenesis {
  /** EIP-155 chain id, the one that development chains commonly have. */
  public static final long CHAIN_ID = 1337;

  /** Room for 1,428 plain transfers a block. */
  static final long GAS_LIMIT = 30_000_000;

  /** A million ether each. */
  public static final UInt256 BALANCE = UInt256.valueOf(10).pow(UInt256.valueOf(24));

  private static final List<String> FORK_BLOCKS =
      List.of(
          "homesteadBlock",
          "eip150Block",
          "eip155Block",
          "eip158Block",
          "byzantiumBlock",
          "constantinopleBlock",
          "petersburgBlock",
          "istanbulBlock",
          "muirGlacierBlock",
          "berlinBlock",
          "londonBlock",
          "arrowGlacierBlock",
          "grayGlacierBlock",
          "mergeNetsplitBlock");

  private DevGenesis() {}

  /** The built-in dev chain's genesis. */
  public static Genesis genesis() {
    Map<Bytes, Allocation> alloc = new HashMap<>();
    for (int i = 0; i < DevAccounts.COUNT; i++) {
      alloc.put(DevAccounts.address(i), new Allocation(BALANCE, 0, Bytes.EMPTY, Map.of()));
    }
    return withAccounts(CHAIN_ID, alloc);
  }

  /** A genesis like the built-in one, with another chain id and other accounts. */
  public static Genesis withAccounts(long chainId, Map<Bytes, Allocation> alloc) {
    SortedMap<String, Long> blocks = new TreeMap<>();
    FORK_BLOCKS.forEach(name -> blocks.put(name, 0L));
    SortedMap<String, Long> times = new TreeMap<>(Map.of("shanghaiTime", 0L));
    return new Genesis(
        new ChainConfig(chainId, blocks, times, Optional.of(UInt256.ZERO), Map.of()),
        0,
        0,
        Bytes.wrap("kadlink dev chain".getBytes(StandardCharsets.US_ASCII)),
        GAS_LIMIT,
        UInt256.ZERO,
        Bytes32.ZERO,
        Bytes.wrap(new byte[BlockHeader.ADDRESS_BYTES]),
        0,
        0,
        Bytes32.ZERO,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        alloc);
  }
}
