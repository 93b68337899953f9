package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPool.Verdict;
import io.kadlink.protocols.eth.dev.TestChain.HeaderField;
import io.kadlink.protocols.eth.state.Account;
import io.kadlink.protocols.eth.state.DumpFile;
import io.kadlink.protocols.eth.state.DumpedState;
import io.kadlink.protocols.eth.state.InvalidStateException;
import io.kadlink.protocols.eth.state.WorldState;
import io.kadlink.protocols.eth.trie.MerkleTrie;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A chain whose blocks take an EVM, with the state of its head from elsewhere. */
class ForeignStateTest {
  private static final Bytes RICH = DevAccounts.address(3);
  private static final Account ACCOUNT =
      new Account(7, DevGenesis.BALANCE, MerkleTrie.EMPTY_ROOT, Account.NO_CODE);

  private final TestChain test = new TestChain(DevChainOptions.of(DevGenesis.genesis()));

  @AfterEach
  void close() {
    test.close();
  }

  private static DumpedState state(Account account) throws IOException {
    MerkleTrie trie = new MerkleTrie();
    trie.put(WorldState.key(RICH), account.encode());
    String json =
        """
        {"root": "%s", "accounts": {"%s":
          {"balance": "%s", "nonce": %d, "root": "%s", "codeHash": "%s"}}}
        """
            .formatted(
                trie.rootHash(),
                RICH,
                account.balance().toDecimalString(),
                account.nonce(),
                account.storageRoot(),
                account.codeHash());
    return DumpFile.read("dump", new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
  }

  /** A block with a contract, after which the state has this root, as far as anybody can tell. */
  private Block withCreation(Bytes32 stateRoot) {
    return TestChain.with(
        TestChain.with(test.build(), List.of(TestChain.creation(1, 0))),
        HeaderField.STATE_ROOT,
        stateRoot);
  }

  private Verdict verdict(Transaction transaction) {
    return test.chain.pool().add(transaction);
  }

  @Test
  void thePoolJudgesByItAndAccountsAreAnsweredFromIt() throws IOException {
    DumpedState state = state(ACCOUNT);
    Block head = withCreation(state.root());
    assertThat(test.add(head)).isEqualTo(new ImportResult.Imported(true, false));
    assertThat(verdict(TestChain.creation(3, 7))).isInstanceOf(Verdict.Refused.class);

    test.chain.adopt(state);
    assertThat(test.chain.account(RICH)).contains(ACCOUNT);
    assertThat(test.chain.account(RICH, head.header().hash())).contains(ACCOUNT);
    assertThat(test.chain.account(DevAccounts.address(0))).contains(Account.NONE);
    assertThat(verdict(TestChain.creation(3, 6)).toString()).contains("the account's next is 7");
    assertThat(verdict(TestChain.creation(3, 7))).isEqualTo(new Verdict.Accepted());
    assertThat(verdict(TestChain.creation(0, 0)).toString()).contains("the balance is 0");
    assertThat(test.chain.nextNonce(RICH)).isEqualTo(8);
    assertThat(test.chain.gasOf(TestChain.creation(3, 8).payload())).isEmpty();
    assertThat(test.chain.headStateChecked()).isFalse();
    assertThatThrownBy(test::build).hasMessageContaining("is not known here");
  }

  @Test
  void onceABlockFollowsTheStateIsNotKnownAnyMore() throws IOException {
    DumpedState state = state(ACCOUNT);
    Block head = withCreation(state.root());
    Block next =
        TestChain.with(
            TestChain.with(
                TestChain.with(
                    TestChain.with(head, HeaderField.PARENT_HASH, head.header().hash()),
                    HeaderField.BASE_FEE,
                    765_625_000),
                HeaderField.NUMBER,
                2),
            HeaderField.TIMESTAMP,
            head.header().timestamp() + 10);
    test.add(head);
    test.chain.adopt(state);
    Transaction waiting = TestChain.creation(3, 7);
    assertThat(verdict(waiting)).isEqualTo(new Verdict.Accepted());
    ImportResult imported =
        test.add(TestChain.with(next, HeaderField.STATE_ROOT, Bytes32.repeat((byte) 1)));
    assertThat(imported).isEqualTo(new ImportResult.Imported(true, false));
    assertThat(test.chain.account(RICH)).isEmpty();
    assertThat(test.chain.account(RICH, head.header().hash())).contains(ACCOUNT);
    assertThat(verdict(TestChain.creation(3, 8)).toString()).contains("not known here");
    assertThat(test.chain.pool().contains(waiting.hash())).isTrue();
  }

  @Test
  void theStateOfAnotherBlockIsRefused() throws IOException {
    DumpedState state = state(ACCOUNT);
    assertThatThrownBy(() -> test.chain.adopt(state))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageContaining("its root is " + state.root())
        .hasMessageContaining("block 0");
  }
}
