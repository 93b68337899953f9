package io.kadlink.protocols.eth.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.EthNode;
import io.kadlink.protocols.eth.FakeChain;
import io.kadlink.protocols.eth.PlayedPeer;
import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.wire.BlockRange;
import io.kadlink.protocols.eth.wire.EthMessage;
import io.kadlink.protocols.eth.wire.EthMessage.BlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.BlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.BlockRangeUpdate;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
import io.kadlink.protocols.eth.wire.EthSamples;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.reputation.Behaviour;
import io.kadlink.server.testing.MemoryNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** What becomes of a peer that lies while we catch up with it, and of us. */
class HostileSyncTest {
  private final MemoryNetwork network = new MemoryNetwork(1);
  private final FakeChain ahead = new FakeChain().grow(30);
  private final EthNode node = new EthNode(network, new FakeChain());

  @Test
  void headersThatDoNotLinkEndTheSession() {
    PlayedPeer liar = node.meets(EthVersion.ETH_69).greets(ahead);
    List<BlockHeader> headers = headers(0, 10);
    headers.set(5, ahead.block(6).header());
    answerHeaders(liar, headers);
    assertThat(liar.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
    network.loop().advance(Duration.ofMinutes(1));
    assertThat(node.chain().head().number()).isLessThanOrEqualTo(4);
  }

  @Test
  void headersThatBeginElsewhereEndTheSession() {
    PlayedPeer liar = node.meets(EthVersion.ETH_69).greets(ahead);
    answerHeaders(liar, headers(3, 10));
    assertThat(liar.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
  }

  @Test
  void aBodyOfAnotherBlockEndsTheSessionAndIsFetchedElsewhere() {
    PlayedPeer source = node.meets(EthVersion.ETH_69).greets(ahead);
    answerHeaders(source, headers(0, 30));
    GetBlockBodies request = source.heardOne(GetBlockBodies.class);
    source.says(new BlockBodies(request.requestId(), List.of(EthSamples.body())));
    network.loop().runDue();
    assertThat(source.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
    EthNode honest = new EthNode(network, new FakeChain().grow(30));
    node.dials(honest);
    network.loop().advance(Duration.ofMinutes(2));
    assertThat(node.chain().head()).isEqualTo(ahead.head());
  }

  @Test
  void aPeerThatClaimsBlocksItDoesNotGiveIsUseless() {
    PlayedPeer boaster = node.meets(EthVersion.ETH_69).greets();
    boaster.says(new BlockRangeUpdate(new BlockRange(0, -1, EthSamples.hash(9))));
    for (int i = 0; i < 40 && boaster.disconnectedWith().isEmpty(); i++) {
      for (GetBlockHeaders request : boaster.heard(GetBlockHeaders.class)) {
        boaster.says(
            new BlockHeaders(request.requestId(), List.of(node.chain().block(0).header())));
      }
      network.loop().advance(Duration.ofSeconds(1));
    }
    assertThat(boaster.disconnectedWith()).contains(DisconnectReason.USELESS_PEER);
  }

  @Test
  void aPeerThatHasNoHeaderAtAllIsUseless() {
    PlayedPeer boaster = node.meets(EthVersion.ETH_69).greets(ahead);
    for (int i = 0; i < 40 && boaster.disconnectedWith().isEmpty(); i++) {
      for (GetBlockHeaders request : boaster.heard(GetBlockHeaders.class)) {
        boaster.says(new BlockHeaders(request.requestId(), List.of()));
      }
      network.loop().advance(Duration.ofSeconds(1));
    }
    assertThat(boaster.disconnectedWith()).contains(DisconnectReason.USELESS_PEER);
  }

  @Test
  void withheldBodiesMakeAPeerUselessAndAnotherDelivers() {
    PlayedPeer miser = node.meets(EthVersion.ETH_69).greets(ahead);
    answerHeaders(miser, headers(0, 30));
    for (int i = 0; i < 60 && miser.disconnectedWith().isEmpty(); i++) {
      for (EthMessage message : miser.heard()) {
        if (message instanceof GetBlockBodies request) {
          miser.says(new BlockBodies(request.requestId(), List.of()));
        } else if (message instanceof GetBlockHeaders request) {
          miser.says(new BlockHeaders(request.requestId(), headers(0, 30)));
        }
      }
      network.loop().advance(Duration.ofSeconds(1));
    }
    assertThat(miser.disconnectedWith()).contains(DisconnectReason.USELESS_PEER);
    node.dials(new EthNode(network, new FakeChain().grow(30)));
    network.loop().advance(Duration.ofMinutes(2));
    assertThat(node.chain().head()).isEqualTo(ahead.head());
  }

  @Test
  void anInvalidBlockEndsTheSessionOfWhoseChainItIs() {
    FakeChain bad = new FakeChain().grow(4);
    Block invalid = bad.next(bad.head(), List.of(), FakeChain.BAD);
    PlayedPeer liar = node.meets(EthVersion.ETH_69).greets(bad);
    liar.says(new BlockRangeUpdate(new BlockRange(0, 5, invalid.header().hash())));
    List<BlockHeader> headers = new ArrayList<>();
    for (int i = 0; i <= 4; i++) {
      headers.add(bad.block(i).header());
    }
    headers.add(invalid.header());
    answerHeaders(liar, headers);
    GetBlockBodies request = liar.heardOne(GetBlockBodies.class);
    liar.says(new BlockBodies(request.requestId(), List.of(bad.block(3).body())));
    network.loop().runDue();
    assertThat(liar.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
    assertThat(node.chain().head().number()).isEqualTo(4);
  }

  @Test
  void anEndlessChainOfHeadersIsTakenOnlySoFarAndHonestPeersStay() {
    EthNode honest = new EthNode(network, new FakeChain().grow(30));
    FakeChain endless = withoutBodies(6_000);
    PlayedPeer liar = node.meets(EthVersion.ETH_69).greets(endless);
    node.dials(honest);
    int given = 0;
    for (int i = 0; i < 120; i++) {
      given += answerHeaders(liar, endless);
      network.loop().advance(Duration.ofMillis(250));
    }
    assertThat(given).isBetween(1_000, BodyDownload.MAX_HEADERS + 1);
    assertThat(liar.disconnectedWith()).contains(DisconnectReason.USELESS_PEER);
    assertThat(liar.reports()).contains(Behaviour.NO_ANSWER);
    network.loop().advance(Duration.ofSeconds(30));
    assertThat(node.node().peers()).as("the honest one stays").hasSize(1);
    assertThat(node.chain().head()).isEqualTo(honest.chain().head());
  }

  @Test
  void headersTrickledOneAtATimeMakeAPeerUseless() {
    FakeChain chain = new FakeChain().grow(400);
    PlayedPeer trickler = node.meets(EthVersion.ETH_69).greets(chain);
    for (int i = 0; i < 40 && trickler.disconnectedWith().isEmpty(); i++) {
      for (GetBlockHeaders request : trickler.heard(GetBlockHeaders.class)) {
        long from = ((GetBlockHeaders.AtNumber) request.origin()).number();
        trickler.says(new BlockHeaders(request.requestId(), List.of(chain.block(from).header())));
      }
      network.loop().advance(Duration.ofSeconds(1));
    }
    assertThat(trickler.disconnectedWith()).contains(DisconnectReason.USELESS_PEER);
    node.dials(new EthNode(network, new FakeChain().grow(400)));
    network.loop().advance(Duration.ofSeconds(30));
    assertThat(node.chain().head()).isEqualTo(chain.head());
  }

  @Test
  void bodiesWithheldInSilenceAreFetchedElsewhereBeforeTheTimeIsOver() {
    FakeChain chain = new FakeChain().grow(300);
    PlayedPeer silent = node.meets(EthVersion.ETH_69).greets(chain);
    answerHeaders(silent, chain);
    network.loop().advance(Duration.ofMillis(10));
    node.dials(new EthNode(network, new FakeChain().grow(299)));
    // less than the eight seconds that an answer may take
    for (int i = 0; i < 7; i++) {
      answerHeaders(silent, chain);
      network.loop().advance(Duration.ofSeconds(1));
    }
    assertThat(node.chain().head().number()).isGreaterThanOrEqualTo(299);
  }

  @Test
  void whoLeavesOutBodiesOfTrueBlocksIsUseless() {
    network.setLatency(Duration.ofMillis(100));
    node.dials(new EthNode(network, new FakeChain().grow(3_000)));
    network.loop().advance(Duration.ofMillis(450)); // the other one's chain is followed
    PlayedPeer miser = node.meets(EthVersion.ETH_69).greets(new FakeChain().grow(2_999));
    for (int i = 0; i < 100; i++) {
      for (GetBlockBodies request : miser.heard(GetBlockBodies.class)) {
        miser.says(new BlockBodies(request.requestId(), List.of()));
      }
      network.loop().advance(Duration.ofMillis(50));
    }
    assertThat(node.chain().head().number()).isEqualTo(3_000);
    assertThat(miser.reports()).contains(Behaviour.USELESS_ANSWER);
  }

  @Test
  void bodiesHeldBackByAGapStayBelowTheBound() {
    FakeChain chain = new FakeChain();
    Bytes data = Bytes.wrap(new byte[100_000]);
    chain.produce(List.of(EthSamples.transfer(1)));
    List<Transaction> large = List.of(EthSamples.transferWithData(2, data));
    while (chain.head().number() < 1_500) {
      chain.produce(large);
    }
    PlayedPeer peer = node.meets(EthVersion.ETH_69).greets(chain);
    long given = 0;
    for (int i = 0; i < 200 && peer.disconnectedWith().isEmpty(); i++) {
      for (EthMessage message : peer.heard()) {
        if (message instanceof GetBlockHeaders request) {
          answer(peer, chain, request);
        } else if (message instanceof GetBlockBodies request) {
          // as many as fit an answer, and never that of the first block
          List<BlockBody> bodies =
              request.hashes().stream()
                  .filter(hash -> !hash.equals(chain.block(1).header().hash()))
                  .limit(20)
                  .map(hash -> chain.body(hash).orElseThrow())
                  .toList();
          given += bodies.size() * 100_000L;
          peer.says(new BlockBodies(request.requestId(), bodies));
        }
      }
      network.loop().advance(Duration.ofMillis(100));
    }
    assertThat(given)
        .isBetween(10_000_000L, BodyDownload.MAX_HELD_BYTES + BodyDownload.MAX_REQUEST * 100_000L);
    assertThat(peer.disconnectedWith()).isPresent();
  }

  /** Every block has a body that nobody has. */
  private static FakeChain withoutBodies(int blocks) {
    FakeChain chain = new FakeChain();
    List<Transaction> transactions = List.of(EthSamples.transfer(1));
    while (chain.head().number() < blocks) {
      chain.produce(transactions);
    }
    return chain;
  }

  /** Gives the headers that were asked for, and no bodies; returns how many. */
  private static int answerHeaders(PlayedPeer peer, FakeChain chain) {
    int given = 0;
    for (EthMessage message : peer.heard()) {
      if (message instanceof GetBlockHeaders request) {
        given += answer(peer, chain, request);
      }
    }
    return given;
  }

  private static int answer(PlayedPeer peer, FakeChain chain, GetBlockHeaders request) {
    long from = ((GetBlockHeaders.AtNumber) request.origin()).number();
    List<BlockHeader> headers = new ArrayList<>();
    for (long n = from; n < from + request.limit() && n <= chain.head().number(); n++) {
      headers.add(chain.block(n).header());
    }
    peer.says(new BlockHeaders(request.requestId(), headers));
    return headers.size();
  }

  @Test
  void aSilentPeerDoesNotKeepUsFromAnother() {
    PlayedPeer silent = node.meets(EthVersion.ETH_69).greets(new FakeChain().grow(40));
    assertThat(silent.heard(GetBlockHeaders.class)).hasSize(1);
    EthNode honest = new EthNode(network, new FakeChain().grow(30));
    node.dials(honest);
    network.loop().advance(Duration.ofSeconds(20));
    assertThat(node.chain().head()).isEqualTo(honest.chain().head());
    assertThat(Optional.of(silent.session()).flatMap(s -> s.disconnectedWith())).isEmpty();
  }

  private static void answerHeaders(PlayedPeer peer, List<BlockHeader> headers) {
    GetBlockHeaders request = peer.heardOne(GetBlockHeaders.class);
    peer.says(new BlockHeaders(request.requestId(), headers));
  }

  private List<BlockHeader> headers(int from, int to) {
    List<BlockHeader> headers = new ArrayList<>();
    for (int number = from; number <= to; number++) {
      headers.add(ahead.block(number).header());
    }
    return headers;
  }
}
