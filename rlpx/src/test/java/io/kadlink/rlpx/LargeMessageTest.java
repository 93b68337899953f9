package io.kadlink.rlpx;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.rlpx.wire.BaseMessage;
import io.kadlink.rlpx.wire.DisconnectReason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Large messages are decompressed away from the event loop, and stay in their place. */
class LargeMessageTest {
  private static final int ID = 0x10;
  private static final Bytes LARGE = Bytes.wrap(new byte[Unpacking.LARGE_BYTES]);
  private static final Bytes SMALL = Bytes.of(1, 2, 3);

  private final Queue<Runnable> computations = new ArrayDeque<>();
  private boolean atOnce = true;
  private final EmbeddedPeer peer =
      new EmbeddedPeer(
          Gate.OPEN,
          task -> {
            if (atOnce) {
              task.run();
            } else {
              computations.add(task);
            }
          });
  private final List<Bytes> received = new ArrayList<>();

  @BeforeEach
  void connect() throws Exception {
    peer.shakeHands().greet();
    peer.session().start((capability, id, payload) -> received.add(payload));
    atOnce = false;
  }

  @AfterEach
  void close() {
    peer.close();
  }

  @Test
  void whatFollowsALargeMessageWaitsForItAndTheSocketIsNotRead() {
    peer.send(ID, LARGE, true);
    peer.send(ID, SMALL, true);
    assertThat(received).isEmpty();
    assertThat(peer.channel.config().isAutoRead()).isFalse();

    compute();
    assertThat(received).containsExactly(LARGE, SMALL);
    assertThat(peer.channel.config().isAutoRead()).isTrue();
  }

  @Test
  void aMessageOneByteSmallerIsDeliveredOnTheLoop() {
    peer.send(ID, LARGE.slice(1), true);

    assertThat(received).containsExactly(LARGE.slice(1));
    assertThat(computations).isEmpty();
  }

  @Test
  void anExecutorThatRunsTasksAtOnceChangesNothing() {
    atOnce = true;
    for (int i = 0; i < 5; i++) {
      peer.send(ID, LARGE, true);
      peer.send(ID, SMALL, true);
    }
    assertThat(received)
        .containsExactly(LARGE, SMALL, LARGE, SMALL, LARGE, SMALL, LARGE, SMALL, LARGE, SMALL);
  }

  @Test
  void aPeerThatLeavesMeanwhileIsHeardToTheEnd() {
    peer.send(ID, LARGE, true);
    peer.send(ID, SMALL, true);
    peer.send(new BaseMessage.Disconnect(DisconnectReason.CLIENT_QUITTING));
    peer.channel.close();
    peer.channel.runPendingTasks();

    compute();
    assertThat(received).containsExactly(LARGE, SMALL);
    assertThat(peer.session().closed().toCompletableFuture().join().reason())
        .isEqualTo(DisconnectReason.CLIENT_QUITTING);
  }

  @Test
  void nothingIsDeliveredAfterWeHaveLeft() {
    peer.send(ID, LARGE, true);
    peer.session().disconnect(DisconnectReason.REQUESTED);
    peer.channel.runPendingTasks();

    compute();
    assertThat(received).isEmpty();
    assertThat(peer.session().closed().toCompletableFuture().join().byRemote()).isFalse();
  }

  @Test
  void aListenerThatHoldsIsNotOverrunAfterwards() {
    peer.send(ID, LARGE, true);
    peer.send(ID, SMALL, true);
    peer.session().setReading(false);
    compute();
    assertThat(received).as("it was under way").containsExactly(LARGE);
    assertThat(peer.channel.config().isAutoRead()).isFalse();

    peer.session().setReading(true);
    assertThat(received).containsExactly(LARGE, SMALL);
  }

  @Test
  void largeGarbageEndsTheSessionAsSmallDoes() {
    // Says it holds 256 KiB, and then refers to what is before its beginning.
    byte[] garbage = new byte[20_000];
    garbage[0] = (byte) 0x80;
    garbage[1] = (byte) 0x80;
    garbage[2] = 0x10;
    java.util.Arrays.fill(garbage, 3, garbage.length, (byte) 0xfe);
    peer.send(ID, Bytes.wrap(garbage), false);
    assertThat(computations).hasSize(1);
    compute();

    var ending = peer.session().closed().toCompletableFuture().join();
    assertThat(ending.reason()).isEqualTo(DisconnectReason.PROTOCOL_BREACH);
    assertThat(ending.detail()).contains("not snappy");
    assertThat(received).isEmpty();
  }

  private void compute() {
    Runnable next;
    while ((next = computations.poll()) != null) {
      next.run();
      peer.channel.runPendingTasks();
    }
  }
}
