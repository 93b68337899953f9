package io.kadlink.protocols.eth;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.wire.EthLimits;
import io.kadlink.protocols.eth.wire.EthMessage.BlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.BlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders.AtHash;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders.AtNumber;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders.Origin;
import io.kadlink.protocols.eth.wire.EthMessage.GetPooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.GetReceipts;
import io.kadlink.protocols.eth.wire.EthMessage.PooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.Receipts;
import io.kadlink.protocols.eth.wire.EthSamples;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.server.testing.MemoryNetwork;
import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AnswersTest {
  private final FakeChain chain = new FakeChain().grow(1100);
  private final EthNode node = new EthNode(new MemoryNetwork(1), chain);
  private final PlayedPeer peer = node.meets(EthVersion.ETH_69).greets();

  @Test
  void headersRiseFromANumber() {
    assertThat(numbers(new AtNumber(5), 3, 0, false)).containsExactly(5L, 6L, 7L);
    assertThat(numbers(new AtNumber(5), 3, 2, false)).containsExactly(5L, 8L, 11L);
  }

  @Test
  void headersFallFromANumber() {
    assertThat(numbers(new AtNumber(5), 3, 0, true)).containsExactly(5L, 4L, 3L);
    assertThat(numbers(new AtNumber(5), 3, 1, true)).containsExactly(5L, 3L, 1L);
    assertThat(numbers(new AtNumber(2), 9, 0, true)).containsExactly(2L, 1L, 0L);
    assertThat(numbers(new AtNumber(5), 9, 4, true)).containsExactly(5L, 0L);
  }

  @Test
  void headersRiseAndFallFromAHash() {
    Bytes32 five = chain.header(5).orElseThrow().hash();
    assertThat(numbers(new AtHash(five), 3, 1, false)).containsExactly(5L, 7L, 9L);
    assertThat(numbers(new AtHash(five), 3, 1, true)).containsExactly(5L, 3L, 1L);
  }

  @Test
  void headersEndWithTheChain() {
    assertThat(numbers(new AtNumber(1099), 9, 0, false)).containsExactly(1099L, 1100L);
    assertThat(numbers(new AtNumber(1101), 9, 0, false)).isEmpty();
    assertThat(numbers(new AtNumber(-1), 9, 0, true)).isEmpty();
    assertThat(numbers(new AtHash(Bytes32.ZERO), 9, 0, false)).isEmpty();
    assertThat(numbers(new AtNumber(1), 0, 0, false)).isEmpty();
  }

  @Test
  void aSkipThatOverflowsEndsTheAnswer() {
    for (long skip : new long[] {-1, -2, -6, Long.MAX_VALUE}) {
      assertThat(numbers(new AtNumber(5), 3, skip, false)).containsExactly(5L);
      assertThat(numbers(new AtNumber(5), 3, skip, true)).containsExactly(5L);
      Bytes32 five = chain.header(5).orElseThrow().hash();
      assertThat(numbers(new AtHash(five), 3, skip, false)).containsExactly(5L);
      assertThat(numbers(new AtHash(five), 3, skip, true)).containsExactly(5L);
    }
  }

  @Test
  void atMost1024HeadersAreServed() {
    assertThat(numbers(new AtNumber(0), -1, 0, false)).hasSize(1024).startsWith(0L, 1L);
  }

  @Test
  void aSideBranchIsServedBackwardsOnly() {
    BlockHeader forkPoint = chain.header(10).orElseThrow();
    Block first = chain.next(forkPoint, List.of(), Bytes.of(1));
    Block second = chain.next(first.header(), List.of(), Bytes.of(2));
    chain.importBlock(first);
    chain.importBlock(second);
    AtHash side = new AtHash(second.header().hash());
    assertThat(headers(side, 4, 0, true))
        .containsExactly(second.header(), first.header(), forkPoint, chain.header(9).orElseThrow());
    assertThat(headers(side, 3, 4, true))
        .containsExactly(
            second.header(), chain.header(7).orElseThrow(), chain.header(2).orElseThrow());
    assertThat(headers(side, 4, 0, false)).containsExactly(second.header());
  }

  @Test
  void requestIdsAreMirroredZeroIncluded() {
    for (long id : new long[] {0, 1, -1}) {
      peer.says(new GetBlockHeaders(id, new AtNumber(0), 1, 0, false));
      assertThat(peer.heardOne(BlockHeaders.class).requestId()).isEqualTo(id);
    }
  }

  @Test
  void bodiesComeInTheOrderOfTheRequestAndEndAtTheFirstUnknown() {
    List<Bytes32> hashes = List.of(hash(6), hash(3), hash(4), Bytes32.ZERO, hash(9));
    peer.says(new GetBlockBodies(7, hashes));
    assertThat(peer.heardOne(BlockBodies.class).bodies())
        .containsExactly(chain.block(6).body(), chain.block(3).body(), chain.block(4).body());
  }

  @Test
  void bodiesEndAtTheSoftLimit() {
    Transaction large = large(400_000);
    List<Bytes32> hashes = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      hashes.add(chain.produce(List.of(large)).header().hash());
    }
    peer.says(new GetBlockBodies(7, hashes));
    // The sixth passes 2 MiB and is the last.
    assertThat(peer.heardOne(BlockBodies.class).bodies()).hasSize(6);
  }

  @Test
  void anAnswerNeverPassesTheHardLimit() {
    Transaction huge = large(9 << 20);
    Bytes32 small = chain.produce(List.of(large(1_900_000))).header().hash();
    Bytes32 tooMuch = chain.produce(List.of(huge)).header().hash();
    peer.says(new GetBlockBodies(7, List.of(small, tooMuch)));
    assertThat(peer.heardOne(BlockBodies.class).bodies()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void receiptsAreServedInTheFormOfTheVersion(EthVersion version) {
    PlayedPeer other = node.meets(version).greets();
    other.says(new GetReceipts(3, List.of(hash(3), hash(4), hash(6), Bytes32.ZERO, hash(9))));
    assertThat(other.heardOne(Receipts.class).receipts())
        .containsExactly(
            chain.receipts(hash(3)).orElseThrow(),
            List.of(),
            chain.receipts(hash(6)).orElseThrow());
  }

  @Test
  void pooledTransactionsAreServedWithGaps() {
    Transaction one = EthSamples.transfer(1);
    Transaction two = EthSamples.transfer(2);
    node.eth().sendTransaction(one);
    node.eth().sendTransaction(two);
    peer.says(new GetPooledTransactions(3, List.of(two.hash(), Bytes32.ZERO, one.hash())));
    assertThat(peer.heardOne(PooledTransactions.class).transactions()).containsExactly(two, one);
  }

  private Bytes32 hash(long number) {
    return chain.header(number).orElseThrow().hash();
  }

  private static Transaction large(int bytes) {
    return EthSamples.transferWithData(0, Bytes.wrap(new byte[bytes]));
  }

  private List<Long> numbers(Origin origin, long limit, long skip, boolean reverse) {
    return headers(origin, limit, skip, reverse).stream().map(BlockHeader::number).toList();
  }

  private List<BlockHeader> headers(Origin origin, long limit, long skip, boolean reverse) {
    peer.says(new GetBlockHeaders(99, origin, limit, skip, reverse));
    assertThat(EthLimits.MAX_HEADERS).isEqualTo(1024);
    return peer.heardOne(BlockHeaders.class).headers();
  }
}
