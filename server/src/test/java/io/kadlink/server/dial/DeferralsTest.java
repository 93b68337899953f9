package io.kadlink.server.dial;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nodes that come back when their time has come. */
class DeferralsTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

  private final Deferrals deferrals = new Deferrals();

  private static DialTarget node() {
    return DialTarget.of(
        Enode.of(
            NodeKey.generate().publicKey(), InetAddresses.forString("192.0.2.1"), 30303, 30303));
  }

  @Test
  void eachComesBackOnceWhenItIsDueAndNotBefore() {
    DialTarget soon = node();
    DialTarget late = node();
    deferrals.add(late, NOW.plusSeconds(20));
    deferrals.add(soon, NOW.plusSeconds(10));
    assertThat(deferrals.next()).isEqualTo(NOW.plusSeconds(10));

    assertThat(deferrals.due(NOW.plusSeconds(10).minusNanos(1))).isEmpty();
    assertThat(deferrals.due(NOW.plusSeconds(10))).containsExactly(soon);
    assertThat(deferrals.next()).isEqualTo(NOW.plusSeconds(20));
    assertThat(deferrals.due(NOW.plusSeconds(30))).containsExactly(late);
    assertThat(deferrals.next()).isEqualTo(Instant.MAX);
  }

  @Test
  void oneThatWaitsAlreadyIsNotPutOff() {
    DialTarget node = node();
    deferrals.add(node, NOW);
    deferrals.add(node, NOW.plusSeconds(10));
    assertThat(deferrals.due(NOW)).containsExactly(node);
  }

  @Test
  void asManyWaitAsMayAndNotOneMore() {
    for (int i = 0; i <= Deferrals.MAX_DEFERRED; i++) {
      deferrals.add(node(), NOW);
    }
    List<DialTarget> due = deferrals.due(NOW);
    assertThat(due).hasSize(Deferrals.MAX_DEFERRED);
  }
}
