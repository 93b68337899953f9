package io.kadlink.discovery.v5;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.testing.VirtualTime;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Random;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

/** What the session cache keeps and for how long. */
class SessionsTest {
  private static final NodeKey KEY = V5Peer.key(3);

  private final VirtualTime time = new VirtualTime();
  private final Sessions sessions = new Sessions(time);

  private Session session(int port, int key) {
    InetSocketAddress at =
        new InetSocketAddress(VirtualNetwork.address(1, 1, 1, 1).getAddress(), port);
    Bytes secret = Bytes32.leftPad(Bytes.ofUnsignedInt(key)).slice(16);
    Session session =
        new Session(
            new Remote(KEY.id(), at),
            Contact.of(KEY.publicKey(), at, 0),
            secret,
            secret,
            time.nanoTime());
    sessions.add(session);
    return session;
  }

  private static Packet.Ordinary sealed(Session session) throws BadPacketException {
    Nonce nonce = session.nextNonce(new Randomness(new Random(1)));
    NodeId self = V5Peer.key(4).id();
    byte[] message = MessageCodec.encode(new Message.Ping(Bytes.EMPTY, 1));
    byte[] datagram =
        new PacketCodec(KEY.id())
            .ordinary(self, new MaskingIv(1, 1), nonce, message, session.writing());
    return (Packet.Ordinary) new PacketCodec(self).decode(datagram);
  }

  @Test
  void theLeastRecentlyUsedIsForgottenFirst() {
    Session first = session(1, 1);
    Session second = session(2, 1);
    for (int port = 3; port <= Sessions.MAX_SESSIONS; port++) {
      session(port, 1);
    }
    assertThat(sessions.find(first.remote)).isSameAs(first);
    session(Sessions.MAX_SESSIONS + 1, 1);
    assertThat(sessions.size()).isEqualTo(Sessions.MAX_SESSIONS);
    assertThat(sessions.find(first.remote)).isSameAs(first);
    assertThat(sessions.find(second.remote)).isNull();
  }

  @Test
  void aSessionEndsAfterItsLifetime() {
    Session session = session(1, 1);
    time.pass(Sessions.LIFETIME.minus(Duration.ofNanos(1)));
    assertThat(sessions.find(session.remote)).isSameAs(session);
    time.pass(Duration.ofNanos(1));
    assertThat(sessions.find(session.remote)).isNull();
    assertThat(sessions.size()).isZero();
  }

  @Test
  void theLastButOneCanBeReadButNotTheOneBefore() throws BadPacketException {
    Session first = session(1, 1);
    Session second = session(1, 2);
    assertThat(sessions.find(first.remote)).isSameAs(second);
    Sessions.Opened opened = sessions.open(sealed(first), first.remote);
    assertThat(opened).isNotNull();
    assertThat(opened.session()).isSameAs(first);
    session(1, 3);
    assertThat(sessions.open(sealed(first), first.remote)).isNull();
    assertThat(sessions.open(sealed(second), first.remote)).isNotNull();
  }

  @Test
  void aSessionThatCameToNothingGivesItsPlaceBack() {
    Session first = session(1, 1);
    Session second = session(1, 2);
    sessions.remove(second);
    assertThat(sessions.find(first.remote)).isSameAs(first);
    sessions.remove(second);
    assertThat(sessions.find(first.remote)).isSameAs(first);
    sessions.remove(first);
    assertThat(sessions.find(first.remote)).isNull();
  }

  @Test
  void noNonceComesTwice() {
    Session session = session(1, 1);
    Randomness same = new Randomness(new Random(1));
    assertThat(session.nextNonce(same).count()).isZero();
    assertThat(session.nextNonce(same).count()).isEqualTo(1);
  }
}
