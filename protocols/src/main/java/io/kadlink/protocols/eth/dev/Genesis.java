package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.BlockRoots;
import io.kadlink.protocols.eth.chain.ForkFields;
import io.kadlink.protocols.eth.chain.LogsBloom;
import io.kadlink.protocols.eth.chain.Withdrawal;
import io.kadlink.protocols.eth.rules.BaseFee;
import io.kadlink.protocols.eth.rules.ChainConfig;
import io.kadlink.protocols.eth.rules.Fork;
import io.kadlink.protocols.eth.state.Account;
import io.kadlink.protocols.eth.state.WorldState;
import io.kadlink.protocols.eth.trie.MerkleTrie;
import io.kadlink.protocols.eth.trie.NodeSink;
import io.kadlink.protocols.eth.trie.NodeSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * What a chain begins with, as a genesis file of geth's format says it.
 *
 * @param gasLimit 0 stands for {@value #DEFAULT_GAS_LIMIT}
 * @param baseFee wei per gas; since London, {@value #INITIAL_BASE_FEE} when not given
 * @param alloc accounts by 20-byte address
 */
public record Genesis(
    ChainConfig config,
    long nonce,
    long timestamp,
    Bytes extraData,
    long gasLimit,
    UInt256 difficulty,
    Bytes32 mixHash,
    Bytes coinbase,
    long number,
    long gasUsed,
    Bytes32 parentHash,
    Optional<UInt256> baseFee,
    Optional<Long> excessBlobGas,
    Optional<Long> blobGasUsed,
    Map<Bytes, Allocation> alloc) {
  private static final long DEFAULT_GAS_LIMIT = 4_712_388;

  /** EIP-1559. */
  static final long INITIAL_BASE_FEE = BaseFee.INITIAL;

  public Genesis {
    alloc = Map.copyOf(alloc);
  }

  /**
   * An account of the initial state.
   *
   * @param balance in wei
   * @param storage values by slot, both 32 bytes; zero values do not count
   */
  public record Allocation(UInt256 balance, long nonce, Bytes code, Map<Bytes32, Bytes32> storage) {
    public Allocation {
      storage = Map.copyOf(storage);
    }
  }

  /** Whether any account of the initial state has code. */
  boolean hasCode() {
    return alloc.values().stream().anyMatch(allocation -> !allocation.code().isEmpty());
  }

  /** The genesis block; the nodes of its state go to {@code sink}. */
  Block block(NodeSink sink) {
    return block(storeState(sink));
  }

  /** The genesis block. */
  public Block block() {
    return block((path, hash, rlp) -> {});
  }

  private Bytes32 storeState(NodeSink sink) {
    MerkleTrie trie = new MerkleTrie(NodeSource.EMPTY, MerkleTrie.EMPTY_ROOT);
    alloc.forEach(
        (address, allocation) -> {
          Account account =
              new Account(
                  allocation.nonce(),
                  allocation.balance(),
                  storageRoot(allocation.storage(), sink.below(WorldState.storagePrefix(address))),
                  Bytes32.wrap(WorldState.key(allocation.code())));
          trie.put(WorldState.key(address), account.encode());
        });
    return trie.commit(sink);
  }

  private static Bytes32 storageRoot(Map<Bytes32, Bytes32> storage, NodeSink sink) {
    MerkleTrie trie = new MerkleTrie();
    storage.forEach(
        (slot, value) -> {
          if (!value.isZero()) {
            trie.put(WorldState.key(slot), RLP.encodeValue(value.trimLeadingZeros()));
          }
        });
    return trie.commit(sink);
  }

  private Block block(Bytes32 stateRoot) {
    Fork fork = config.fork(number, timestamp);
    boolean cancun = fork.has(Fork.CANCUN);
    boolean amsterdam = config.isAmsterdam(number, timestamp);
    BlockHeader header =
        new BlockHeader(
            parentHash,
            BlockRoots.NO_OMMERS,
            coinbase,
            stateRoot,
            MerkleTrie.EMPTY_ROOT,
            MerkleTrie.EMPTY_ROOT,
            LogsBloom.EMPTY,
            difficulty,
            number,
            gasLimit == 0 ? DEFAULT_GAS_LIMIT : gasLimit,
            gasUsed,
            timestamp,
            extraData,
            mixHash,
            Bytes.ofUnsignedLong(nonce),
            new ForkFields(
                fork.has(Fork.LONDON)
                    ? baseFee.or(() -> Optional.of(UInt256.valueOf(INITIAL_BASE_FEE)))
                    : baseFee,
                fork.has(Fork.SHANGHAI) ? Optional.of(MerkleTrie.EMPTY_ROOT) : Optional.empty(),
                cancun ? blobGasUsed.or(() -> Optional.of(0L)) : Optional.empty(),
                cancun ? excessBlobGas.or(() -> Optional.of(0L)) : Optional.empty(),
                cancun ? Optional.of(Bytes32.ZERO) : Optional.empty(),
                fork.has(Fork.PRAGUE) ? Optional.of(BlockRoots.NO_REQUESTS) : Optional.empty(),
                amsterdam ? Optional.of(BlockRoots.NO_ACCESSES) : Optional.empty(),
                amsterdam ? Optional.of(0L) : Optional.empty()));
    Optional<List<Withdrawal>> withdrawals =
        fork.has(Fork.SHANGHAI) ? Optional.of(List.of()) : Optional.empty();
    return new Block(header, new BlockBody(List.of(), List.of(), withdrawals));
  }
}
