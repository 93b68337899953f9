package io.kadlink.protocols.eth;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.wire.EthMessage.BlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.BlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.protocols.eth.wire.MessageCode;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.reputation.Behaviour;
import io.kadlink.server.testing.MemoryNetwork;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** How answers find their requests; told with the headers a node asks of a peer that is ahead. */
class RequestsTest {
  private static final Duration TIMEOUT = EthOptions.DEFAULT.requestTimeout();

  private final MemoryNetwork network = new MemoryNetwork(1);
  private final FakeChain ahead = new FakeChain().grow(5);
  private final EthNode node = new EthNode(network, new FakeChain());
  private final PlayedPeer peer = node.meets(EthVersion.ETH_69).greets(ahead);

  @Test
  void anAnswerNobodyAskedForIsCountedAndDropped() {
    peer.says(new BlockHeaders(77, List.of())).says(new BlockBodies(0, List.of()));
    assertThat(ignored("BlockHeaders", "unsolicited")).isEqualTo(1);
    assertThat(ignored("BlockBodies", "unsolicited")).isEqualTo(1);
    assertThat(peer.disconnectedWith()).isEmpty();
  }

  @Test
  void anAnswerNobodyAskedForIsNotDecoded() {
    // Request id 77, then a body that is none.
    peer.says(MessageCode.BLOCK_BODIES, Bytes.fromHexString("0xc34dc180"));
    assertThat(ignored("BlockBodies", "unsolicited")).isEqualTo(1);
    assertThat(peer.disconnectedWith()).isEmpty();
  }

  @Test
  void anAnswerAfterTheTimeLimitIsCountedAsLate() {
    long id = peer.heardOne(GetBlockHeaders.class).requestId();
    network.loop().advance(TIMEOUT);
    peer.says(new BlockHeaders(id, headers(0, 5)));
    assertThat(ignored("BlockHeaders", "late")).isEqualTo(1);
    assertThat(node.counted("kadlink.eth.requests", "outcome", "timeout")).isEqualTo(1);
    assertThat(node.chain().head().number()).isZero();
  }

  @Test
  void anAnswerInTheSecondHalfOfItsTimeIsReportedAsSlow() {
    long id = peer.heardOne(GetBlockHeaders.class).requestId();
    network.loop().advance(TIMEOUT.minusMillis(1));
    peer.says(new BlockHeaders(id, headers(0, 1)));
    assertThat(peer.reports()).startsWith(Behaviour.SLOW_ANSWER);
  }

  @Test
  void anAnswerThatIsOfUseIsReportedAsGood() {
    long id = peer.heardOne(GetBlockHeaders.class).requestId();
    network.loop().advance(TIMEOUT.dividedBy(2).minusMillis(1));
    peer.says(new BlockHeaders(id, headers(0, 5)));
    assertThat(peer.reports()).containsExactly(Behaviour.USEFUL_ANSWER);
  }

  @Test
  void anAnswerTwiceIsCountedAsLate() {
    BlockHeaders answer =
        new BlockHeaders(peer.heardOne(GetBlockHeaders.class).requestId(), headers(0, 5));
    peer.says(answer).says(answer);
    assertThat(ignored("BlockHeaders", "late")).isEqualTo(1);
  }

  @Test
  void anAnswerOfAnotherKindIsABreach() {
    long id = peer.heardOne(GetBlockHeaders.class).requestId();
    peer.says(new BlockBodies(id, List.of()));
    assertThat(peer.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
    assertThat(peer.violation().orElseThrow())
        .hasMessage("BlockBodies in answer to a request for BlockHeaders");
  }

  @Test
  void moreThanAskedForIsABreach() {
    GetBlockHeaders request = peer.heardOne(GetBlockHeaders.class);
    peer.says(
        new BlockHeaders(
            request.requestId(), Collections.nCopies((int) request.limit() + 1, ahead.head())));
    assertThat(peer.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
  }

  @Test
  void aPeerThatLeavesThreeRequestsUnansweredIsUseless() {
    for (int i = 0; i < 3; i++) {
      assertThat(peer.disconnectedWith()).isEmpty();
      network.loop().advance(TIMEOUT.plusSeconds(6)); // it rests between
    }
    network.loop().advance(TIMEOUT);
    assertThat(peer.disconnectedWith()).contains(DisconnectReason.USELESS_PEER);
    assertThat(node.counted("kadlink.eth.peers.dropped", "reason", "useless_peer")).isEqualTo(1);
    assertThat(peer.reports()).containsOnly(Behaviour.NO_ANSWER).hasSize(3);
  }

  @Test
  void aRequestTheQueueHasNoRoomForFailsWithoutBlame() {
    peer.heardOne(GetBlockHeaders.class);
    network.loop().advance(TIMEOUT);
    peer.session().setFull(true);
    network.loop().advance(Duration.ofMinutes(5));
    assertThat(node.counted("kadlink.eth.requests", "outcome", "unsent")).isPositive();
    assertThat(peer.disconnectedWith()).isEmpty();
    peer.session().setFull(false);
    network.loop().advance(Duration.ofSeconds(10));
    assertThat(peer.heard(GetBlockHeaders.class)).isNotEmpty();
  }

  @Test
  void requestsEndWhenTheSessionEnds() {
    peer.heardOne(GetBlockHeaders.class);
    peer.leaves();
    assertThat(node.counted("kadlink.eth.requests", "outcome", "gone")).isEqualTo(1);
    assertThat(node.eth().peers()).isEmpty();
  }

  private double ignored(String message, String reason) {
    return node.counted("kadlink.eth.messages.ignored", "message", message, "reason", reason);
  }

  private List<BlockHeader> headers(int from, int to) {
    return java.util.stream.IntStream.rangeClosed(from, to)
        .mapToObj(number -> ahead.block(number).header())
        .toList();
  }
}
