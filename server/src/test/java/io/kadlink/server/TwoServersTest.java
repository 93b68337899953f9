package io.kadlink.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.Echo;
import io.kadlink.server.testing.TestNetwork;
import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** Two servers on loopback talk over a protocol of their own. */
class TwoServersTest {

  @Test
  void aMessageIsAnswered() {
    try (TestNetwork network = new TestNetwork()) {
      Echo asking = new Echo();
      Server a = network.server(asking);
      Server b = network.server(new Echo());
      Peer peer = network.connect(a, b);

      assertThat(peer.send(asking, Echo.ASK, Bytes.fromHexString("0xc0ffee"))).isTrue();

      Await.until("the answer is there", () -> !asking.received(Echo.ANSWER).isEmpty());
      assertThat(asking.received(Echo.ANSWER)).containsExactly(Bytes.fromHexString("0xc0ffee"));
    }
  }

  @Test
  void bothSidesDescribeTheSession() {
    try (TestNetwork network = new TestNetwork()) {
      Server a = network.server(options -> options.protocol(new Echo()).clientName("one/v1"));
      Server b = network.server(options -> options.protocol(new Echo()).clientName("two/v2"));
      Peer bSeenByA = network.connect(a, b);
      Peer aSeenByB = network.peer(b, a);

      assertThat(bSeenByA.id()).isEqualTo(b.id());
      assertThat(bSeenByA.clientName()).isEqualTo("two/v2");
      assertThat(bSeenByA.inbound()).isFalse();
      assertThat(bSeenByA.relay()).isEmpty();
      assertThat(bSeenByA.capabilities()).containsExactly(new Capability("echo", 1));
      assertThat(aSeenByB.id()).isEqualTo(a.id());
      assertThat(aSeenByB.clientName()).isEqualTo("one/v1");
      assertThat(aSeenByB.inbound()).isTrue();
      assertThat(a.peers()).containsExactly(bSeenByA);
      assertThat(a.peer(b.id())).contains(bSeenByA);
    }
  }

  @Test
  void connectingAgainGivesTheSameSession() {
    try (TestNetwork network = new TestNetwork()) {
      Server a = network.server(new Echo());
      Server b = network.server(new Echo());
      Peer first = network.connect(a, b);

      assertThat(Await.value(a.connect(b.enode()))).isSameAs(first);
      assertThat(Await.value(b.connect(a.enode())).id()).isEqualTo(a.id());
      assertThat(b.peers()).hasSize(1);
    }
  }

  @Test
  void messagesArriveInTheOrderTheyWereSent() {
    int count = 5_000;
    try (TestNetwork network = new TestNetwork()) {
      Echo asking = new Echo();
      Server a = network.server(asking);
      Server b = network.server(new Echo());
      Peer peer = network.connect(a, b);
      List<Bytes> sent = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        sent.add(Bytes.ofUnsignedInt(i));
      }

      sent.forEach(message -> assertThat(peer.send(asking, Echo.ASK, message)).isTrue());

      Await.until("all answers are there", () -> asking.received(Echo.ANSWER).size() == count);
      assertThat(asking.received(Echo.ANSWER)).isEqualTo(sent);
    }
  }

  @Test
  void theHighestCommonVersionIsSpoken() {
    try (TestNetwork network = new TestNetwork()) {
      Echo one = new Echo(1);
      Echo two = new Echo(2);
      Echo three = new Echo(3);
      Echo two2 = new Echo(2);
      Server a = network.server(one, two, three);
      Server b = network.server(new Echo(1), two2);
      Peer peer = network.connect(a, b);

      assertThat(peer.capabilities()).containsExactly(new Capability("echo", 2));
      assertThat(peer.remoteCapabilities())
          .containsExactlyInAnyOrder(new Capability("echo", 1), new Capability("echo", 2));
      peer.send(two, Echo.ASK, Bytes.of(7));
      Await.until("the answer is there", () -> !two.received(Echo.ANSWER).isEmpty());
      assertThat(two2.received(Echo.ASK)).containsExactly(Bytes.of(7));
      assertThat(one.events()).isEmpty();
      assertThat(three.events()).isEmpty();
      assertThat(one.loop()).isEqualTo(two.loop());
      assertThatThrownBy(() -> peer.send(one, Echo.ASK, Bytes.EMPTY))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("does not speak echo/1");
    }
  }

  @Test
  void disconnectingTellsTheReasonToTheOtherSideAndEachProtocolOnce() {
    try (TestNetwork network = new TestNetwork()) {
      Echo here = new Echo();
      Echo there = new Echo();
      Server a = network.server(here);
      Server b = network.server(there);
      Peer peer = network.connect(a, b);
      Peer back = network.peer(b, a);

      Await.value(peer.disconnect(DisconnectReason.USELESS_PEER));

      Await.until("both forgot it", () -> a.peers().isEmpty() && b.peers().isEmpty());
      Await.until(
          "both protocols know", () -> here.events().size() == 2 && there.events().size() == 2);
      assertThat(here.events())
          .containsExactly(
              new Echo.Connected(peer), new Echo.Disconnected(peer, DisconnectReason.USELESS_PEER));
      assertThat(there.events())
          .containsExactly(
              new Echo.Connected(back), new Echo.Disconnected(back, DisconnectReason.USELESS_PEER));
      assertThat(peer.send(here, Echo.ASK, Bytes.EMPTY)).isFalse();
    }
  }

  @Test
  void nodesThatShareNoProtocolDoNotConnect() {
    try (TestNetwork network = new TestNetwork()) {
      Server a = network.server(new Echo(1));
      Server b = network.server(new Echo(2));

      assertThat(Await.failure(a.connect(b.enode())))
          .isInstanceOf(DialException.class)
          .hasMessageContaining("can't connect to");
      assertThat(a.peers()).isEmpty();
      assertThat(b.peers()).isEmpty();
    }
  }

  @Test
  void aNodeDoesNotConnectToItself() {
    try (TestNetwork network = new TestNetwork()) {
      Server a = network.server(new Echo());

      assertThat(Await.failure(a.connect(a.enode()))).hasMessageContaining("it is us");
    }
  }

  @Test
  void aDialToNobodySaysWhy() {
    try (TestNetwork network = new TestNetwork()) {
      Server a = network.server(new Echo());
      Server gone = network.server(new Echo());
      gone.close();

      assertThat(Await.failure(a.connect(gone.enode())))
          .isInstanceOf(DialException.class)
          .hasMessageContaining("refused");
      assertThat(Await.value(a.dialReasons()))
          .hasEntrySatisfying(gone.id(), reason -> assertThat(reason.why()).contains("refused"));
    }
  }
}
