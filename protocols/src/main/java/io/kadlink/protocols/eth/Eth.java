package io.kadlink.protocols.eth;

import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.protocols.eth.chain.Chain;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPool;
import io.kadlink.protocols.eth.sync.SyncProgress;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.server.Protocol;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The eth protocol (devp2p caps/eth.md) for one server, on a chain: exchanges Status, serves
 * headers, bodies, receipts and pooled transactions, spreads transactions and new heads, catches up
 * with peers that are ahead, and announces the chain in the node's record (EIP-2124).
 *
 * <pre>{@code
 * Eth eth = new Eth(chain);
 * Server server = Server.builder().protocols(eth.protocols()).start();
 * }</pre>
 *
 * <p>Methods may be called from any thread. The chain is not closed with the server.
 */
public final class Eth {
  private final Chain chain;
  private final EthSessions sessions;
  private final List<Protocol> protocols;

  /** With {@link EthOptions#DEFAULT}. */
  public Eth(Chain chain) {
    this(chain, EthOptions.DEFAULT);
  }

  public Eth(Chain chain, EthOptions options) {
    this.chain = chain;
    this.sessions = new EthSessions(chain, options);
    this.protocols =
        Arrays.stream(EthVersion.values())
            .<Protocol>map(version -> new EthProtocol(version, sessions))
            .toList();
  }

  /** One for each version, all to be given to the same server. */
  public List<Protocol> protocols() {
    return protocols;
  }

  /** Puts a transaction of our own into the pool, from where it goes to all peers. */
  public TransactionPool.Verdict sendTransaction(Transaction transaction) {
    return chain.pool().addLocal(PooledTransaction.of(transaction));
  }

  /**
   * Why a node is not worth a dial (EIP-2124): its record's {@code eth} entry has a fork id that
   * doesn't fit our chain. A node without such an entry may be of use to other protocols. Any
   * thread.
   */
  public Optional<String> objection(NodeRecord record) {
    return ForkIdEntry.of(record)
        .flatMap(forkId -> chain.forks().incompatibility(forkId, chain.head()));
  }

  /** How far a download of more than a few blocks has come, while there is one. */
  public Optional<SyncProgress> syncing() {
    return sessions.syncProgress();
  }

  /** The peers whose Status was accepted. */
  public Collection<EthPeerStatus> peers() {
    return sessions.statuses();
  }

  /** One of them. */
  public Optional<EthPeerStatus> peer(NodeId id) {
    return sessions.status(id);
  }
}
