package io.kadlink.protocols.eth.state;

import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.protocols.eth.rlp.RlpReader;
import io.kadlink.protocols.eth.trie.MerkleTrie;
import io.kadlink.protocols.eth.trie.NodeSink;
import io.kadlink.protocols.eth.trie.NodeSource;
import java.util.HashMap;
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

  private final NodeSource nodes;
  private final MerkleTrie trie;
  private final Map<Bytes, Account> changed = new HashMap<>();
  private final Map<Bytes, Account> read = new HashMap<>();
  private final Map<Bytes, MerkleTrie> storages = new HashMap<>();

  public WorldState(NodeSource nodes, Bytes32 root) {
    this.nodes = nodes;
    this.trie = new MerkleTrie(nodes, root);
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
    return storages.computeIfAbsent(address, a -> new MerkleTrie(nodes, account(a).storageRoot()));
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

  /** Hands new trie nodes to {@code sink} and returns the root. */
  public Bytes32 commit(NodeSink sink) {
    rootHash();
    storages.values().forEach(storage -> storage.commit(sink));
    return trie.commit(sink);
  }

  public static Bytes key(Bytes addressOrSlot) {
    return Bytes.wrap(Keccak256.hash(addressOrSlot.toArrayUnsafe()));
  }
}
