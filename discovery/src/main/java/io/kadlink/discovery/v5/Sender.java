package io.kadlink.discovery.v5;

import io.kadlink.discovery.udp.Transport;
import java.net.InetSocketAddress;
import org.apache.tuweni.bytes.Bytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Seals and sends packets. */
final class Sender {
  private static final Logger log = LoggerFactory.getLogger(Sender.class);

  /** As long as a short message, so that it looks like one. */
  private static final int RANDOM_BYTES = 24;

  private final PacketCodec codec;
  private final Randomness random;
  private final Transport transport;
  private final Traffic traffic;

  Sender(PacketCodec codec, Randomness random, Transport transport, Traffic traffic) {
    this.codec = codec;
    this.random = random;
    this.transport = transport;
    this.traffic = traffic;
  }

  /** Returns the nonce that a WHOAREYOU may refer to. */
  Nonce message(Session session, Message message) {
    Nonce nonce = session.nextNonce(random);
    Remote to = session.remote;
    byte[] datagram =
        codec.ordinary(
            to.id(), random.nextIv(), nonce, MessageCodec.encode(message), session.writing());
    traffic.sent(message);
    log.trace("{} to {}", message, to);
    transport.send(to.udp(), datagram);
    return nonce;
  }

  /** Sends a packet nobody can read; returns the nonce that the WHOAREYOU will refer to. */
  Nonce random(Remote to) {
    Nonce nonce = new Nonce((int) random.nextLong(), random.nextLong());
    traffic.sentRandom();
    transport.send(
        to.udp(), codec.random(to.id(), random.nextIv(), nonce, random.nextBytes(RANDOM_BYTES)));
    return nonce;
  }

  void whoAreYou(Remote to, Bytes challengeData) {
    traffic.sentWhoAreYou();
    transport.send(to.udp(), codec.whoAreYou(to.id(), challengeData));
  }

  void handshake(InetSocketAddress to, Bytes datagram, Message message) {
    traffic.sentHandshake();
    traffic.sent(message);
    log.trace("handshake with {} to {}", message, to);
    transport.send(to, datagram.toArray());
  }
}
