package io.kadlink.protocols.eth.state;

import io.kadlink.protocols.eth.trie.MerkleTrie;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/**
 * All accounts at one block, as another node has written them down: what {@link DumpFile} reads.
 * Their storage is known by its root only. Immutable.
 */
public final class DumpedState {
  private final Bytes32 root;
  private final Map<Bytes, Account> byKey;
  private final Set<Bytes> delegated;

  private DumpedState(Bytes32 root, Map<Bytes, Account> byKey, Set<Bytes> delegated) {
    this.root = root;
    this.byKey = byKey;
    this.delegated = delegated;
  }

  /** The state root of the block, which all accounts together have. */
  public Bytes32 root() {
    return root;
  }

  public int size() {
    return byKey.size();
  }

  /** The account at a 20-byte address; {@link Account#NONE} when there is none. */
  public Account account(Bytes address) {
    return byKey.getOrDefault(WorldState.key(address), Account.NONE);
  }

  /** Whether the code of an account is a delegation (EIP-7702). */
  public boolean isDelegated(Bytes address) {
    return delegated.contains(WorldState.key(address));
  }

  /** Accounts as they are read, by the hashes of their addresses. */
  static final class Builder {
    private final Map<Bytes, Account> byKey = new HashMap<>();
    private final Set<Bytes> delegated = new HashSet<>();

    /** Whether there was none with this key yet. */
    boolean add(Bytes key, Account account, boolean isDelegated) {
      if (isDelegated) {
        delegated.add(key);
      }
      return byKey.put(key, account) == null;
    }

    int size() {
      return byKey.size();
    }

    DumpedState build() {
      MerkleTrie trie = new MerkleTrie();
      byKey.forEach((key, account) -> trie.put(key, account.encode()));
      return new DumpedState(trie.rootHash(), Map.copyOf(byKey), Set.copyOf(delegated));
    }
  }
}
