package io.kadlink.bench.discovery;

import io.kadlink.discovery.v4.BadPacketException;
import io.kadlink.discovery.v4.Packet;
import io.kadlink.discovery.v4.PacketCodec;
import io.kadlink.identity.NodeKey;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.tuweni.bytes.Bytes;

/** An honest node that pings another and answers its pings. */
final class Pinger implements AutoCloseable {
  private static final int EXPIRES_SECONDS = 20;

  private final NodeKey key = NodeKey.generate();
  private final InetSocketAddress target;
  private final DatagramSocket socket;
  private final Delays delays;
  private final Map<Bytes, Long> waiting = new ConcurrentHashMap<>();

  Pinger(InetSocketAddress target, Delays delays) throws SocketException {
    this.target = target;
    this.delays = delays;
    this.socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::receive);
  }

  void ping(long number) throws IOException {
    Packet.Endpoint here = new Packet.Endpoint(Optional.of(InetAddress.getLoopbackAddress()), 0, 0);
    // The number makes pings within one second differ.
    Packet.Encoded ping =
        PacketCodec.encode(new Packet.Ping(4, here, here, expiration(), number), key);
    delays.asked();
    waiting.put(ping.hash(), System.nanoTime());
    send(ping);
  }

  private void receive() {
    byte[] buffer = new byte[2 * PacketCodec.MAX_BYTES];
    try {
      while (true) {
        DatagramPacket datagram = new DatagramPacket(buffer, buffer.length);
        socket.receive(datagram);
        long now = System.nanoTime();
        PacketCodec.Unverified unverified =
            PacketCodec.decode(Arrays.copyOf(buffer, datagram.getLength()));
        switch (unverified.packet()) {
          case Packet.Pong pong -> {
            Long since = waiting.remove(pong.pingHash());
            if (since != null) {
              delays.answered(now - since);
            }
          }
          case Packet.Ping ping ->
              send(
                  PacketCodec.encode(
                      new Packet.Pong(ping.from(), unverified.hash(), expiration(), 0), key));
          default -> {} // asks for what this node does not have
        }
      }
    } catch (IOException closed) {
      // the end
    } catch (BadPacketException e) {
      throw new IllegalStateException(e);
    }
  }

  private void send(Packet.Encoded packet) throws IOException {
    byte[] bytes = packet.datagram().toArrayUnsafe();
    socket.send(new DatagramPacket(bytes, bytes.length, target));
  }

  private static long expiration() {
    return Instant.now().plusSeconds(EXPIRES_SECONDS).getEpochSecond();
  }

  @Override
  public void close() {
    socket.close();
  }
}
