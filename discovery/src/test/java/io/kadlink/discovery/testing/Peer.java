package io.kadlink.discovery.testing;

import io.kadlink.discovery.v4.BadPacketException;
import io.kadlink.discovery.v4.Packet;
import io.kadlink.discovery.v4.Packet.Endpoint;
import io.kadlink.discovery.v4.Packet.Ping;
import io.kadlink.discovery.v4.Packet.Pong;
import io.kadlink.discovery.v4.PacketCodec;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/** A discv4 peer driven by hand: it does only what a test tells it to. */
public abstract class Peer {
  public final NodeKey key;
  protected final InetSocketAddress remote;

  protected Peer(NodeKey key, InetSocketAddress remote) {
    this.key = key;
    this.remote = remote;
  }

  /** A datagram that came in, verified. */
  public record Received(Packet packet, Bytes32 hash, PublicKey sender, int size) {}

  public abstract InetSocketAddress address();

  public abstract Instant now();

  public abstract void send(byte[] datagram);

  /** The next datagram, empty when none comes for a while. */
  protected abstract Optional<byte[]> next();

  public Bytes32 send(Packet packet) {
    Packet.Encoded encoded = PacketCodec.encode(packet, key);
    send(encoded.datagram().toArray());
    return encoded.hash();
  }

  public Optional<Received> receive() {
    return next().map(Peer::decode);
  }

  protected static Received decode(byte[] datagram) {
    try {
      PacketCodec.Unverified packet = PacketCodec.decode(datagram);
      return new Received(packet.packet(), packet.hash(), packet.recoverSender(), datagram.length);
    } catch (BadPacketException e) {
      throw new AssertionError("the node sent rubbish", e);
    }
  }

  /** All that comes until it is quiet. */
  public List<Received> receiveAll() {
    List<Received> all = new ArrayList<>();
    for (Optional<Received> one = receive(); one.isPresent(); one = receive()) {
      all.add(one.get());
    }
    return all;
  }

  /** The packets of one type among all that comes until it is quiet. */
  public <T extends Packet> List<T> receiveAll(Class<T> type) {
    return receiveAll().stream()
        .map(Received::packet)
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  /** Waits for a packet of this type, skipping others. */
  public Received await(Class<? extends Packet> type) {
    for (Optional<Received> one = receive(); one.isPresent(); one = receive()) {
      if (type.isInstance(one.get().packet())) {
        return one.get();
      }
    }
    throw new AssertionError("no " + type.getSimpleName() + " came");
  }

  public long soon() {
    return now().getEpochSecond() + 20;
  }

  public Ping ping() {
    return new Ping(4, endpoint(address()), endpoint(remote), soon(), 0);
  }

  public Ping ping(long enrSeq) {
    return new Ping(4, endpoint(address()), endpoint(remote), soon(), enrSeq);
  }

  public Pong pong(Bytes pingHash) {
    return new Pong(endpoint(remote), pingHash, soon(), 0);
  }

  /** Pings and answers the ping that comes back: now the node has proof of this endpoint. */
  public void bond() {
    send(ping());
    Received back = await(Ping.class);
    send(pong(back.hash()));
    receiveAll();
  }

  public Endpoint endpoint(InetSocketAddress address) {
    return new Endpoint(Optional.of(address.getAddress()), address.getPort(), address.getPort());
  }
}
