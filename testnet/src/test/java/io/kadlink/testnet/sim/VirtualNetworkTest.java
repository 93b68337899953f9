package io.kadlink.testnet.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What the virtual network does with datagrams. */
class VirtualNetworkTest {
  private static final Duration LONG = Duration.ofSeconds(1);
  private static final int MANY = 10_000;

  private final VirtualTime time = new VirtualTime(Links.LEAST, 1, new EventLog(null), () -> {});
  private final VirtualNetwork network = new VirtualNetwork(time);
  private final SplittableRandom random = new SplittableRandom(5);
  private final End a = new End(1, 30303, Optional.empty());
  private final End b = new End(2, 30303, Optional.empty());

  /** A socket that remembers what it got. */
  private final class End {
    final VirtualLoop loop = time.newLoop();
    final VirtualNetwork.Socket socket;
    final List<Integer> got = new ArrayList<>();
    final List<Duration> when = new ArrayList<>();
    final List<InetSocketAddress> from = new ArrayList<>();

    End(int host, int port, Optional<Nat> nat) {
      InetSocketAddress address = Endpoints.of(0x0b000000 | host, port);
      this.socket =
          network.open(
              loop,
              address,
              nat,
              random.split(),
              (sender, datagram) -> {
                got.add(ByteBuffer.wrap(datagram).getInt());
                when.add(Duration.ofNanos(loop.nanoTime()));
                from.add(sender);
              });
    }

    void send(End to, int number) {
      byte[] datagram = ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
      loop.run(() -> socket.send(to.socket.localAddress(), datagram));
    }

    void sendMany(End to) {
      for (int i = 0; i < MANY; i++) {
        send(to, i);
        time.pass(Duration.ofMillis(1));
      }
      time.pass(LONG);
    }
  }

  @Test
  void whatIsSentArrivesOnceAndNotSoonerThanTheLeastDelay() {
    a.send(b, 7);
    time.pass(LONG);
    assertThat(b.got).containsExactly(7);
    assertThat(b.from).containsExactly(a.socket.localAddress());
    assertThat(b.when.get(0)).isBetween(Links.LEAST, Duration.ofMillis(160));
  }

  @Test
  void twoNodesAreAlwaysAboutAsFarApart() {
    for (int i = 0; i < 100; i++) {
      Duration sent = time.elapsed();
      a.send(b, i);
      time.pass(LONG);
      b.when.set(i, b.when.get(i).minus(sent));
    }
    Duration shortest = b.when.stream().min(Duration::compareTo).orElseThrow();
    Duration longest = b.when.stream().max(Duration::compareTo).orElseThrow();
    assertThat(longest.minus(shortest)).isBetween(Duration.ofNanos(1), Duration.ofMillis(20));
  }

  @Test
  void theStatedShareIsLost() {
    network.setFaults(new Faults(0.2, 0, 0));
    a.sendMany(b);
    assertThat(b.got).doesNotHaveDuplicates();
    assertThat(b.got.size() / (double) MANY).isCloseTo(0.8, within(0.02));
  }

  @Test
  void theStatedShareComesTwice() {
    network.setFaults(new Faults(0, 0.1, 0));
    a.sendMany(b);
    assertThat(new HashSet<>(b.got)).hasSize(MANY);
    assertThat(b.got.size() / (double) MANY).isCloseTo(1.1, within(0.02));
  }

  @Test
  void lateDatagramsAreOvertakenAndNothingIsLost() {
    network.setFaults(new Faults(0, 0, 0.1));
    a.sendMany(b);
    assertThat(b.got).hasSize(MANY);
    int overtaken = 0;
    int newest = -1;
    for (int number : b.got) {
      overtaken += number < newest ? 1 : 0;
      newest = Math.max(newest, number);
    }
    assertThat(overtaken / (double) MANY).isGreaterThan(0.08);
  }

  @Test
  void nothingCrossesASplitUntilItHeals() {
    b.socket.side(1);
    network.split();
    a.send(b, 1);
    time.pass(LONG);
    assertThat(b.got).isEmpty();
    network.heal();
    a.send(b, 2);
    time.pass(LONG);
    assertThat(b.got).containsExactly(2);
  }

  @Test
  void withinOnePartOfASplitDatagramsArrive() {
    a.socket.side(1);
    b.socket.side(1);
    network.split();
    a.send(b, 1);
    time.pass(LONG);
    assertThat(b.got).containsExactly(1);
  }

  @Test
  void aNatLetsInOnlyFromAnAddressThatWasSentTo() {
    End inside = new End(3, 30303, Optional.of(new Nat(Nat.Filtering.ADDRESS)));
    End otherPort = new End(1, 30304, Optional.empty());
    a.send(inside, 1);
    time.pass(LONG);
    assertThat(inside.got).isEmpty();
    inside.send(a, 2);
    time.pass(LONG);
    assertThat(a.from).containsExactly(inside.socket.localAddress());
    a.send(inside, 3);
    otherPort.send(inside, 4);
    b.send(inside, 5);
    time.pass(LONG);
    assertThat(inside.got).containsExactlyInAnyOrder(3, 4);
  }

  @Test
  void aStricterNatLetsInOnlyFromAnEndpointThatWasSentTo() {
    End inside = new End(3, 30303, Optional.of(new Nat(Nat.Filtering.ADDRESS_AND_PORT)));
    End otherPort = new End(1, 30304, Optional.empty());
    inside.send(a, 1);
    a.send(inside, 2);
    otherPort.send(inside, 3);
    time.pass(LONG);
    assertThat(inside.got).containsExactly(2);
  }

  @Test
  void aNatForgetsAfterTwoMinutesOfSilence() {
    End inside = new End(3, 30303, Optional.of(new Nat(Nat.Filtering.ADDRESS)));
    inside.send(a, 1);
    time.pass(Nat.TIMEOUT.minus(LONG));
    a.send(inside, 2);
    time.pass(LONG.multipliedBy(2));
    a.send(inside, 3);
    time.pass(LONG);
    assertThat(inside.got).containsExactly(2);
  }

  @Test
  void whatGoesToNobodyIsGone() {
    b.socket.close();
    a.send(b, 1);
    time.pass(LONG);
    assertThat(b.got).isEmpty();
  }

  @Test
  void whatIsUnderWayWhenASocketClosesIsGone() {
    a.send(b, 1);
    b.socket.close();
    time.pass(LONG);
    assertThat(b.got).isEmpty();
  }

  @Test
  void aForgedSenderIsBelieved() {
    InetSocketAddress nobody = Endpoints.of(0x0b0000ff, 1);
    a.loop.run(() -> a.socket.sendForged(nobody, b.socket.localAddress(), new byte[Integer.BYTES]));
    time.pass(LONG);
    assertThat(b.from).containsExactly(nobody);
  }

  @Test
  void aShareIsFromNoneToAll() {
    assertThatThrownBy(() -> new Faults(1.1, 0, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Faults(0, -0.1, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThat(new Faults(0, 0, 1).lateness()).isEqualTo(1);
  }
}
