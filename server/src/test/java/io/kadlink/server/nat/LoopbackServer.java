package io.kadlink.server.nat;

import io.kadlink.server.nat.Town.Letter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/** A UDP server on a loopback address, answering on a thread of its own until it is closed. */
final class LoopbackServer implements AutoCloseable {
  private final DatagramSocket socket;

  /**
   * A server that answers with the bytes of these letters, from where it listens.
   *
   * @param port 0 takes a free one
   */
  LoopbackServer(
      InetAddress address, int port, BiFunction<InetSocketAddress, byte[], List<Letter>> answer) {
    try {
      socket = new DatagramSocket(new InetSocketAddress(address, port));
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(() -> serve(answer));
  }

  InetSocketAddress address() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  private void serve(BiFunction<InetSocketAddress, byte[], List<Letter>> answer) {
    try {
      while (true) {
        DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
        socket.receive(packet);
        byte[] request = Arrays.copyOf(packet.getData(), packet.getLength());
        InetSocketAddress asker = (InetSocketAddress) packet.getSocketAddress();
        for (Letter letter : answer.apply(asker, request)) {
          socket.send(new DatagramPacket(letter.bytes(), letter.bytes().length, asker));
        }
      }
    } catch (IOException e) {
      // closed
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
