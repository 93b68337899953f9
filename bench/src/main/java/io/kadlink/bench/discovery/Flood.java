package io.kadlink.bench.discovery;

import io.kadlink.discovery.v4.Packet;
import io.kadlink.discovery.v4.PacketCodec;
import io.kadlink.discovery.v5.MaskingIv;
import io.kadlink.discovery.v5.Nonce;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.crypto.Keccak256;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/** Datagrams that are worth nothing, sent at a steady rate from many sockets. */
final class Flood {
  private static final int DISTINCT = 2_048;
  private static final int MAX_BYTES = 1_280;
  private static final int HASH = 32;
  private static final int SIGNATURE = 65;

  /** Bytes of a short message with its tag. */
  private static final int STRANGERS_MESSAGE = 44;

  /** Between two bursts: short beside what the kernel's buffer holds at the rates in question. */
  private static final long PAUSE_NANOS = 500_000;

  /** What comes and from how many senders; on loopback a port of its own makes a sender. */
  enum Kind {
    /** Nothing. */
    NONE("no flood", 1),
    /** Random bytes: refused by their hash. */
    RANDOM("random bytes", 8),
    /** A right hash over a sound ping with a made-up signature, from a few places. */
    FORGED("pings with made-up signatures", 8),
    /** The same from so many places that none is conspicuous, as with forged sender addresses. */
    SPREAD("the same from many senders", 4_096),
    /** discv5 packets that nobody can open, each to be answered by WHOAREYOU. */
    STRANGERS("discv5 packets of strangers", 8),
    /** The same from many places. */
    STRANGERS_SPREAD("the same from many senders", 4_096);

    final String text;
    final int senders;

    Kind(String text, int senders) {
      this.text = text;
      this.senders = senders;
    }
  }

  private final Kind kind;
  private final Enode node;
  private final InetSocketAddress target;
  private final Random random = new Random(1);

  Flood(Kind kind, Enode node) {
    this.kind = kind;
    this.node = node;
    this.target = node.udpEndpoint();
  }

  /** Sends until {@code end} and returns how many were sent. */
  long run(int perSecond, Duration span) throws IOException {
    List<ByteBuffer> garbage = new ArrayList<>();
    for (int i = 0; i < DISTINCT; i++) {
      garbage.add(
          switch (kind) {
            case NONE, RANDOM -> noise();
            case FORGED, SPREAD -> forged();
            case STRANGERS, STRANGERS_SPREAD -> stranger();
          });
    }
    List<DatagramChannel> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < kind.senders; i++) {
        sockets.add(
            DatagramChannel.open()
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
      }
      return send(garbage, sockets, kind == Kind.NONE ? 0 : perSecond, span);
    } finally {
      for (DatagramChannel socket : sockets) {
        socket.close();
      }
    }
  }

  private long send(
      List<ByteBuffer> garbage, List<DatagramChannel> sockets, int perSecond, Duration span)
      throws IOException {
    long start = System.nanoTime();
    long sent = 0;
    long elapsed;
    while ((elapsed = System.nanoTime() - start) < span.toNanos()) {
      long due = (long) (elapsed * 1e-9 * perSecond);
      while (sent < due) {
        ByteBuffer datagram = garbage.get((int) (sent % DISTINCT));
        datagram.rewind();
        sockets.get((int) (sent % sockets.size())).send(datagram, target);
        sent++;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return sent;
  }

  private ByteBuffer noise() {
    byte[] bytes = new byte[100 + random.nextInt(MAX_BYTES - 100)];
    random.nextBytes(bytes);
    return direct(bytes);
  }

  private ByteBuffer forged() {
    Packet.Endpoint endpoint =
        new Packet.Endpoint(Optional.of(InetAddress.getLoopbackAddress()), 30303, 0);
    long expiration = Instant.now().plusSeconds(3_600).getEpochSecond();
    byte[] bytes =
        PacketCodec.encode(
                new Packet.Ping(Packet.Ping.VERSION, endpoint, endpoint, expiration, 1),
                NodeKey.generate())
            .datagram()
            .toArray();
    byte[] signature = new byte[SIGNATURE];
    random.nextBytes(signature);
    signature[0] = 0; // so that it is in range
    signature[SIGNATURE - 1] = 0;
    System.arraycopy(signature, 0, bytes, HASH, SIGNATURE);
    byte[] hash = Keccak256.hash(bytes, HASH, bytes.length - HASH);
    System.arraycopy(hash, 0, bytes, 0, HASH);
    return direct(bytes);
  }

  private ByteBuffer stranger() {
    NodeId source = new NodeId(Bytes32.random(random));
    return direct(
        new io.kadlink.discovery.v5.PacketCodec(source)
            .random(
                node.id(),
                new MaskingIv(random.nextLong(), random.nextLong()),
                new Nonce(random.nextInt(), random.nextLong()),
                Bytes.random(STRANGERS_MESSAGE, random).toArrayUnsafe()));
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }
}
