package io.kadlink.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.Peer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** The harness does what protocol authors rely on. */
class MemoryNetworkTest {
  private final MemoryNetwork network = new MemoryNetwork(7);

  @Test
  void aMessageTakesItsTimeAndIsAnswered() {
    Echo asking = new Echo();
    Echo answering = new Echo();
    MemoryNode a = network.node(asking);
    MemoryNode b = network.node(answering);
    network.setLatency(Duration.ofMillis(50));
    network.link(a, b);
    network.loop().runDue();
    Peer peer = a.peer(b.id()).orElseThrow();

    peer.send(asking, Echo.ASK, Bytes.of(3));
    network.loop().advance(Duration.ofMillis(49));
    assertThat(answering.received(Echo.ASK)).isEmpty();
    network.loop().advance(Duration.ofMillis(1));
    assertThat(answering.received(Echo.ASK)).containsExactly(Bytes.of(3));
    network.loop().advance(Duration.ofMillis(50));
    assertThat(asking.received(Echo.ANSWER)).containsExactly(Bytes.of(3));
  }

  @Test
  void theHighestCommonVersionIsShared() {
    MemoryNode a = network.node(new Echo(1), new Echo(2), new Echo(3));
    MemoryNode b = network.node(new Echo(1), new Echo(2));
    network.link(a, b);

    assertThat(a.peers())
        .singleElement()
        .satisfies(
            peer -> assertThat(peer.capabilities()).containsExactly(new Capability("echo", 2)));
  }

  @Test
  void aGoodbyeReachesTheOtherSideAndEachProtocolOnce() {
    Echo here = new Echo();
    Echo there = new Echo();
    MemoryNode a = network.node(here);
    MemoryNode b = network.node(there);
    network.link(a, b);
    network.loop().runDue();

    network.unlink(a, b, DisconnectReason.USELESS_PEER);
    network.loop().advance(Duration.ofSeconds(1));

    assertThat(a.peers()).isEmpty();
    assertThat(b.peers()).isEmpty();
    assertThat(here.events()).hasSize(2);
    assertThat(there.events()).hasSize(2);
    assertThat(((Echo.Disconnected) there.events().getLast()).reason())
        .isEqualTo(DisconnectReason.USELESS_PEER);
  }

  @Test
  void theSameSeedGivesTheSameKeys() {
    assertThat(new MemoryNetwork(3).node(new Echo()).id())
        .isEqualTo(new MemoryNetwork(3).node(new Echo()).id());
  }

  @Test
  void timersRunInTheOrderOfTheirTimeAndCanBeCalledOff() {
    ManualLoop loop = network.loop();
    List<String> ran = new ArrayList<>();
    loop.schedule(Duration.ofSeconds(2), () -> ran.add("second"));
    loop.schedule(Duration.ofSeconds(1), () -> ran.add("first"));
    Loop.Timer cancelled = loop.schedule(Duration.ofSeconds(1), () -> ran.add("never"));
    Loop.Timer each = loop.repeat(Duration.ofMillis(800), () -> ran.add("each"));
    cancelled.cancel();

    loop.advance(Duration.ofSeconds(2));
    assertThat(ran).containsExactly("each", "first", "each", "second");
    each.cancel();
    loop.advance(Duration.ofSeconds(10));
    assertThat(ran).hasSize(4);
    assertThat(loop.pendingTasks()).isZero();
  }

  @Test
  void anotherThreadIsRefused() {
    assertThat(Await.failure(CompletableFuture.runAsync(() -> network.loop().execute(() -> {}))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("off its loop");
  }
}
