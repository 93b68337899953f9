package io.kadlink.rlpx;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.rlpx.RlpxNode.Message;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Priority;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Neither a slow reader nor a slow listener makes anyone buffer without bound. */
class BackPressureTest {
  private static final Transport SOCKETS = Transport.sockets(2);
  private static final int ECHO_ID = 0x10;
  private static final long BOUND = 1_000_000;

  private final Bytes payload = incompressible(50_000);

  @AfterAll
  static void shutDown() {
    SOCKETS.workers().shutdownGracefully();
  }

  @Test
  void sendSaysNoWhenThePeerTakesNothing() throws Exception {
    try (RlpxNode sender = sender(RlpxLimits.builder().maxPendingBytes(BOUND));
        RlpxNode receiver = RlpxNode.listening(SOCKETS)) {
      RlpxConnection dialed = sender.dial(receiver);
      RlpxConnection accepted = receiver.accepted();
      int sent = 0;
      while (dialed.send(ECHO_ID, payload)) {
        sent++;
        assertThat(sent).as("some bound is reached").isLessThan(10_000);
      }

      assertThat(dialed.pendingBytes()).isBetween(1L, BOUND);
      assertThat(sender.count("kadlink.rlpx.dropped", "reason", "outbound-full")).isEqualTo(1);

      BlockingQueue<Message> received = RlpxNode.receive(accepted);
      for (int i = 0; i < sent; i++) {
        assertThat(RlpxNode.next(received).payload()).isEqualTo(payload);
      }
      RlpxNode.await("all bytes taken", () -> dialed.pendingBytes() == 0);
      assertThat(dialed.send(ECHO_ID, payload)).isTrue();
    }
  }

  @Test
  void aCapabilityThatWantsLessHasLessWaiting() throws Exception {
    try (RlpxNode sender =
            RlpxNode.listening(SOCKETS, options -> options.maxPendingBytes(RlpxNode.ECHO, BOUND));
        RlpxNode receiver = RlpxNode.listening(SOCKETS)) {
      RlpxConnection dialed = sender.dial(receiver);
      receiver.accepted(); // and never started
      while (dialed.hasRoom(ECHO_ID, payload.size(), Priority.HIGH)) {
        assertThat(dialed.send(ECHO_ID, payload, Priority.HIGH)).isTrue();
      }

      assertThat(dialed.pendingBytes()).isBetween(BOUND - 2 * payload.size(), BOUND);
      assertThat(sender.count("kadlink.rlpx.dropped", "reason", "outbound-full")).isZero();
    }
  }

  @Test
  void oneMessageLargerThanTheBoundStillGoes() throws Exception {
    try (RlpxNode sender = sender(RlpxLimits.builder().maxPendingBytes(BOUND));
        RlpxNode receiver = RlpxNode.listening(SOCKETS)) {
      RlpxConnection dialed = sender.dial(receiver);
      BlockingQueue<Message> received = RlpxNode.receive(receiver.accepted());
      Bytes large = incompressible(5_000_000);

      assertThat(dialed.send(ECHO_ID, large)).isTrue();
      assertThat(RlpxNode.next(received).payload()).isEqualTo(large);
    }
  }

  @Test
  void whileReadingIsOffNothingIsDelivered() throws Exception {
    try (RlpxNode sender = sender(RlpxLimits.builder().maxPendingBytes(BOUND));
        RlpxNode receiver = RlpxNode.listening(SOCKETS)) {
      RlpxConnection dialed = sender.dial(receiver);
      RlpxConnection accepted = receiver.accepted();
      BlockingQueue<Message> received = new LinkedBlockingQueue<>();
      accepted.start(
          (capability, id, message) -> {
            if (message.equals(Bytes.of(1))) {
              accepted.setReading(false);
            }
            received.add(new Message(capability, id, message));
          });
      dialed.send(ECHO_ID, Bytes.of(1));
      assertThat(RlpxNode.next(received).payload()).isEqualTo(Bytes.of(1));

      int sent = 0;
      while (dialed.send(ECHO_ID, payload)) {
        sent++;
      }
      assertThat(received).isEmpty();

      accepted.setReading(true);
      for (int i = 0; i < sent; i++) {
        assertThat(RlpxNode.next(received).payload()).isEqualTo(payload);
      }
    }
  }

  @Test
  void aPeerThatTakesNothingForTooLongIsDead() throws Exception {
    try (RlpxNode sender =
            sender(
                RlpxLimits.builder()
                    .maxPendingBytes(50 * BOUND)
                    .pingInterval(Duration.ofMillis(100))
                    .silence(Duration.ofMillis(500))
                    .goodbye(Duration.ofMillis(100)));
        RawPeer peer = RawPeer.dial(sender).shakeHandsWith(sender).greet()) {
      RlpxConnection session = sender.accepted();
      RlpxNode.receive(session);
      session.setReading(false); // so that it is not the peer's silence that ends it
      while (session.send(ECHO_ID, payload)) {
        // until the socket is full and the bound is reached
      }
      RlpxConnection.Ending ending = RlpxNode.get(session.closed());
      assertThat(ending.reason()).isEqualTo(DisconnectReason.TIMEOUT);
      assertThat(ending.detail()).contains("took none of our bytes");
    }
  }

  private static RlpxNode sender(RlpxLimits.Builder limits) throws Exception {
    return RlpxNode.listening(SOCKETS, options -> options.limits(limits.build()));
  }

  private static Bytes incompressible(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return Bytes.wrap(bytes);
  }
}
