package io.kadlink.protocols.eth.state;

import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.protocols.eth.rlp.RlpReader;
import io.kadlink.protocols.eth.store.StateLayers;
import io.kadlink.protocols.eth.trie.MerkleTrie;
import io.kadlink.protocols.eth.trie.NodeSink;
import io.kadlink.protocols.eth.trie.NodeSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * All accounts at one block: the state trie under the hashes of addresses, and the changes made on
 * top of it since. Not thread-safe.
 */
public final class WorldState {
  /**
   * Accounts remembered after reading; a flood of transactions from nobody must not fill memory.
   */
  private static final int MAX_READ_ACCOUNTS = 8_192;

  /** Trie nodes that go from block to block in memory, about half a kilobyte each. */
  private static final int MAX_NODES = 1 << 16;

  private static final Bytes STORAGE = Bytes.of('s');

  private final NodeSource nodes;
  private final MerkleTrie trie;
  private final Map<Bytes, Account> changed = new HashMap<>();
  private final Map<Bytes, Account> read = new HashMap<>();
  private final Map<Bytes, MerkleTrie> storages = new HashMap<>();

  public WorldState(NodeSource nodes, Bytes32 root) {
    this(nodes, new MerkleTrie(nodes, root));
  }

  private WorldState(NodeSource nodes, MerkleTrie trie) {
    this.nodes = nodes;
    this.trie = trie;
  }

  /**
   * The state to apply the next block to, once {@link #newNodes} were taken from this one; goes on
   * with nodes in memory, but not with too many. This one must not be used any more.
   */
  public WorldState next() {
    return trie.nodesMade() < MAX_NODES
        ? new WorldState(nodes, trie.next())
        : new WorldState(nodes, trie.rootHash());
  }

  /** The account at {@code address}; {@link Account#NONE} when there is none. */
  public Account account(Bytes address) {
    Account pending = changed.get(address);
    if (pending != null) {
      return pending;
    }
    if (read.size() >= MAX_READ_ACCOUNTS) {
      read.clear();
    }
    return read.computeIfAbsent(address, this::load);
  }

  private Account load(Bytes address) {
    return trie.get(key(address)).map(Account::decode).orElse(Account.NONE);
  }

  public void put(Bytes address, Account account) {
    changed.put(address, account);
  }

  public void credit(Bytes address, UInt256 amount) {
    Account account = account(address);
    put(address, account.withBalance(account.balance().add(amount)));
  }

  /** What the account at {@code address} has stored in {@code slot}; 0 when nothing. */
  public UInt256 storage(Bytes address, UInt256 slot) {
    return storageOf(address)
        .get(key(slot))
        .map(value -> RlpReader.of(value).uint256("storage"))
        .orElse(UInt256.ZERO);
  }

  public void putStorage(Bytes address, UInt256 slot, UInt256 value) {
    storageOf(address)
        .put(key(slot), value.isZero() ? Bytes.EMPTY : RLP.encodeValue(value.toMinimalBytes()));
  }

  private MerkleTrie storageOf(Bytes address) {
    return storages.computeIfAbsent(
        address, a -> new MerkleTrie(nodes.below(storagePrefix(a)), account(a).storageRoot()));
  }

  /** Writes changes to the trie; accounts left empty go (EIP-161). */
  public Bytes32 rootHash() {
    storages.forEach(
        (address, storage) -> {
          Account account = account(address);
          if (!storage.rootHash().equals(account.storageRoot())) {
            put(address, account.withStorageRoot(storage.rootHash()));
          }
        });
    changed.forEach(
        (address, account) -> {
          read.put(address, account);
          if (account.isEmpty()) {
            trie.remove(key(address));
          } else {
            trie.put(key(address), account.encode());
          }
        });
    changed.clear();
    return trie.rootHash();
  }

  /** The trie nodes that this state has and the one it was made from has not. */
  public List<StateLayers.Node> newNodes() {
    List<StateLayers.Node> nodes = new ArrayList<>();
    commit((path, hash, rlp) -> nodes.add(new StateLayers.Node(path, hash, rlp)));
    return nodes;
  }

  /** Hands new trie nodes to {@code sink} and returns the root. */
  public Bytes32 commit(NodeSink sink) {
    rootHash();
    storages.forEach((address, storage) -> storage.commit(sink.below(storagePrefix(address))));
    return trie.commit(sink);
  }

  /** What the paths of an account's storage begin with; no path of the accounts does. */
  public static Bytes storagePrefix(Bytes address) {
    return Bytes.concatenate(STORAGE, key(address));
  }

  public static Bytes key(Bytes addressOrSlot) {
    return Bytes.wrap(Keccak256.hash(addressOrSlot.toArrayUnsafe()));
  }
}
