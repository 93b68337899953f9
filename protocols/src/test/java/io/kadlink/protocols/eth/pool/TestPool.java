package io.kadlink.protocols.eth.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.chain.TransactionPool.Verdict;
import io.kadlink.protocols.eth.kzg.NativeKzg;
import io.kadlink.protocols.eth.rules.Fork;
import io.kadlink.protocols.eth.rules.TransactionRules;
import io.kadlink.protocols.eth.state.Account;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;

/** A pool on accounts that the test writes down. Every account has one ether unless told. */
final class TestPool {
  static final long CHAIN_ID = 1337;
  static final UInt256 ETHER = UInt256.valueOf(1_000_000_000_000_000_000L);
  static final Bytes TO = Bytes.fromHexString("0x5757575757575757575757575757575757575757");
  static final Bytes32 SOME_CODE = Bytes32.repeat((byte) 0xc0);

  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final Mempool pool;
  final List<Transaction> told = new ArrayList<>();
  private final Map<Bytes, Account> accounts = new HashMap<>();
  private final Set<Bytes> delegated = new HashSet<>();
  private NextBlock next = new NextBlock(100, Fork.PRAGUE, gas(1_000), gas(1), 30_000_000, 9);

  TestPool() {
    this(PoolLimits.DEFAULT);
  }

  TestPool(PoolLimits limits) {
    this(limits, PoolFiles.inMemory());
  }

  TestPool(PoolLimits limits, PoolFiles files) {
    this(limits, files, test -> {});
  }

  /** With something written down before the pool sees its first head. */
  TestPool(PoolLimits limits, PoolFiles files, Consumer<TestPool> before) {
    pool = new Mempool(new TransactionRules(CHAIN_ID), limits, files, NativeKzg::load, meters);
    pool.onAdded(told::add);
    before.accept(this);
    head();
  }

  static UInt256 gas(long wei) {
    return UInt256.valueOf(wei);
  }

  /** Any account's key; the number is its name. */
  static NodeKey key(int account) {
    return NodeKey.of(Bytes32.wrap(Keccak256.hash(Bytes.ofUnsignedInt(account).toArrayUnsafe())));
  }

  static Bytes address(int account) {
    return Transaction.address(key(account).publicKey());
  }

  private final class View implements HeadView {
    private final NextBlock block = next;

    @Override
    public Account account(Bytes address) {
      return accounts.getOrDefault(
          address, new Account(0, ETHER, Account.NONE.storageRoot(), Account.NO_CODE));
    }

    @Override
    public boolean isDelegated(Bytes address) {
      return delegated.contains(address);
    }

    @Override
    public NextBlock next() {
      return block;
    }

    @Override
    public Optional<String> objection(TransactionPayload payload) {
      return Optional.empty();
    }
  }

  TestPool account(int account, long nonce, UInt256 balance) {
    accounts.put(
        address(account), new Account(nonce, balance, Account.NONE.storageRoot(), Account.NO_CODE));
    return this;
  }

  TestPool code(int account, boolean delegation) {
    accounts.put(address(account), new Account(0, ETHER, Account.NONE.storageRoot(), SOME_CODE));
    if (delegation) {
      delegated.add(address(account));
    }
    return this;
  }

  /** A new head with what has been written down since. */
  TestPool head(Transaction... returned) {
    pool.onHead(new View(), List.of(returned));
    return this;
  }

  TestPool next(NextBlock block) {
    next = block;
    return head();
  }

  NextBlock next() {
    return next;
  }

  void stateLost() {
    pool.onHead(null, List.of());
  }

  /** A transfer whose fee is twice its tip and the base fee. */
  static Transaction transfer(int account, long nonce, long tip) {
    return transfer(account, nonce, 2 * (tip + 1_000), tip);
  }

  static Transaction transfer(int account, long nonce, long fee, long tip) {
    return new Draft(account, nonce).fees(fee, tip).sign();
  }

  /** A transaction in the making. */
  static final class Draft {
    private final int account;
    private final long nonce;
    private UInt256 chainId = UInt256.valueOf(CHAIN_ID);
    private UInt256 fee = gas(10_000);
    private UInt256 tip = gas(100);
    private long gasLimit = 21_000;
    private Optional<Bytes> to = Optional.of(TO);
    private UInt256 value = UInt256.ONE;
    private Bytes data = Bytes.EMPTY;

    Draft(int account, long nonce) {
      this.account = account;
      this.nonce = nonce;
    }

    Draft chainId(long id) {
      chainId = UInt256.valueOf(id);
      return this;
    }

    Draft fees(long newFee, long newTip) {
      fee = gas(newFee);
      tip = gas(newTip);
      return this;
    }

    Draft gasLimit(long gas) {
      gasLimit = gas;
      return this;
    }

    Draft creation() {
      to = Optional.empty();
      return this;
    }

    Draft value(UInt256 wei) {
      value = wei;
      return this;
    }

    Draft data(Bytes newData) {
      data = newData;
      return this;
    }

    Transaction sign() {
      return Transaction.sign(
          new TransactionPayload.DynamicFee(
              chainId, nonce, tip, fee, gasLimit, to, value, data, List.of()),
          key(account));
    }

    Transaction signSetCode(TransactionPayload.Authorization... authorizations) {
      return Transaction.sign(
          new TransactionPayload.SetCode(
              chainId,
              nonce,
              tip,
              fee,
              gasLimit,
              TO,
              value,
              data,
              List.of(),
              List.of(authorizations)),
          key(account));
    }
  }

  TestPool accepts(Transaction transaction) {
    return accepts(PooledTransaction.of(transaction));
  }

  TestPool accepts(PooledTransaction transaction) {
    assertThat(pool.add(transaction)).isEqualTo(new Verdict.Accepted());
    assertThat(pool.contains(transaction.hash())).isTrue();
    return this;
  }

  TestPool refuses(Transaction transaction, String reason) {
    return refuses(PooledTransaction.of(transaction), reason, false);
  }

  TestPool accuses(Transaction transaction, String reason) {
    return refuses(PooledTransaction.of(transaction), reason, true);
  }

  TestPool refuses(PooledTransaction transaction, String reason, boolean peerAtFault) {
    Verdict verdict = pool.add(transaction);
    assertThat(verdict).isInstanceOf(Verdict.Refused.class);
    assertThat(((Verdict.Refused) verdict).reason()).contains(reason);
    assertThat(((Verdict.Refused) verdict).peerAtFault()).as(reason).isEqualTo(peerAtFault);
    assertThat(pool.contains(transaction.hash())).isFalse();
    return this;
  }

  double counted(String name, String tag, String value) {
    return meters.counter(name, tag, value).count();
  }
}
