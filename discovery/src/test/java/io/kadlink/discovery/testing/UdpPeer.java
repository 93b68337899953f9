package io.kadlink.discovery.testing;

import io.kadlink.identity.NodeKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/** A hand-driven peer on a real socket. */
public final class UdpPeer extends Peer implements AutoCloseable {
  /** Loopback answers within a millisecond; a busy machine needs more. */
  private static final int QUIET_MILLIS = 400;

  private final DatagramSocket socket;

  public UdpPeer(NodeKey key, InetSocketAddress remote, String localIp) {
    super(key, remote);
    try {
      socket = new DatagramSocket(0, InetAddress.getByName(localIp));
      socket.setSoTimeout(QUIET_MILLIS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public InetSocketAddress address() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public void send(byte[] datagram) {
    try {
      socket.send(new DatagramPacket(datagram, datagram.length, remote));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected Optional<byte[]> next() {
    DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
    try {
      socket.receive(packet);
    } catch (SocketTimeoutException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Optional.of(Arrays.copyOf(packet.getData(), packet.getLength()));
  }

  @Override
  public void close() {
    socket.close();
  }
}
