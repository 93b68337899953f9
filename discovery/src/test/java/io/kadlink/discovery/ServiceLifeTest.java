package io.kadlink.discovery;

import static io.kadlink.discovery.testing.LoopbackNodes.await;
import static io.kadlink.discovery.testing.LoopbackNodes.enode;
import static io.kadlink.discovery.testing.LoopbackNodes.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.testing.LoopbackNodes;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Starting, stopping, and names instead of addresses. */
class ServiceLifeTest {
  private final LoopbackNodes nodes = new LoopbackNodes();

  @AfterEach
  void stop() {
    nodes.close();
  }

  @Test
  void aTakenPortIsReported() {
    DiscoveryService first = nodes.start(0);
    assertThatThrownBy(
            () ->
                DiscoveryService.start(
                        DiscoveryOptions.builder(NodeKey.generate(), nodes.eventLoop())
                            .bindAddress(first.localAddress())
                            .build())
                    .toCompletableFuture()
                    .join())
        .hasCauseInstanceOf(BindException.class);
  }

  @Test
  void closingFreesThePort() {
    DiscoveryService first = nodes.start(0);
    InetSocketAddress address = first.localAddress();
    first.close();
    first.close(); // twice does no harm
    assertThat(nodes.start(builder -> builder.bindAddress(address)).localAddress())
        .isEqualTo(address);
  }

  @Test
  void aTalkHandlerAnswersUntilItIsClosedAndWithNothingWhenItFails() throws Exception {
    DiscoveryService remote = nodes.start(0);
    DiscoveryService asker = nodes.start(0);
    Node node = DiscoveryService.node(Contact.of(remote.localRecord(), remote.localAddress()));
    Bytes request = Bytes.of(1, 2, 3);
    AutoCloseable echo =
        get(
            remote.answerTalk(
                "echo", (from, asked) -> CompletableFuture.completedFuture(asked.reverse())));
    var unused =
        get(
            remote.answerTalk(
                "fails",
                (from, asked) -> CompletableFuture.failedFuture(new IllegalStateException("no"))));
    assertThat(get(asker.talk(node, "echo", request))).isEqualTo(request.reverse());
    assertThat(get(asker.talk(node, "fails", request))).isEqualTo(Bytes.EMPTY);
    echo.close(); // a busy loop may read the next request first
    await("nobody answers", () -> get(asker.talk(node, "echo", request)).isEmpty());
  }

  @Test
  void afterClosingQuestionsEndWithoutAnswer() {
    DiscoveryService remote = nodes.start(0);
    DiscoveryService closed = nodes.start(0);
    NodeSource source = closed.nodes();
    var pull = source.pull(1);
    closed.close();
    assertThat(get(pull)).isEmpty();
    assertThat(get(closed.lookup(NodeKey.generate().publicKey())).closest()).isEmpty();
    assertThat(closed.ping(enode(remote)).toCompletableFuture())
        .failsWithin(java.time.Duration.ofSeconds(5));
  }

  @Test
  void aBootnodeMayHaveAHostNameAndOneThatCannotBeResolvedIsLeftOut() {
    Enode enode = enode(nodes.start(0));
    Enode named = new Enode(enode.publicKey(), "localhost", 0, enode.udpPort());
    Enode nowhere = new Enode(enode.publicKey(), "nowhere.invalid", 0, enode.udpPort());
    DiscoveryService node = nodes.start(0, nowhere, named);
    await("the named bootnode is known", () -> get(node.knows(enode.id())));
  }

  @Test
  void aBootnodeMayBeGivenAsARecord() {
    DiscoveryService bootnode = nodes.start(0);
    DiscoveryService node = nodes.start(builder -> builder.bootnode(bootnode.localRecord()));
    await("the bootnode is known", () -> get(node.knows(bootnode.localRecord().id())));
  }

  @Test
  void aNodeBoundToAllAddressesTellsItsPortsAllTheSame() {
    DiscoveryService bootnode = nodes.start(0);
    DiscoveryService everywhere =
        nodes.start(
            builder ->
                builder
                    .bindAddress(new InetSocketAddress(0))
                    .tcpPort(30309)
                    .bootnodes(List.of(enode(bootnode))));
    assertThat(everywhere.localRecord().udpEndpoint()).isEmpty();
    await(
        "the bootnode knows its TCP port",
        () -> get(bootnode.table()).stream().anyMatch(node -> node.tcpPort() == 30309));
  }

  @Test
  void epollServesAsWellAsNio() {
    assumeThat(Epoll.isAvailable()).isTrue();
    try (LoopbackNodes epoll = new LoopbackNodes(EpollIoHandler.newFactory())) {
      DiscoveryService bootnode = epoll.start(1);
      DiscoveryService a = epoll.start(2, enode(bootnode));
      DiscoveryService b = epoll.start(3, enode(bootnode));
      await("they find each other", () -> get(a.knows(b.localRecord().id())));
      assertThat(get(a.ping(enode(b)))).isPositive();
    }
  }
}
