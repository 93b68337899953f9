package io.kadlink.discovery.testing;

import io.kadlink.discovery.udp.Transport;
import io.kadlink.discovery.v4.Packet;
import io.kadlink.identity.NodeKey;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A hand-driven peer in a virtual network. */
public final class VirtualPeer extends Peer {
  private static final Duration QUIET = Duration.ofMillis(300);

  private final VirtualNetwork network;
  private final Deque<byte[]> inbox = new ArrayDeque<>();
  private final Transport transport;
  private @Nullable Function<Received, List<Packet>> script;

  public VirtualPeer(
      VirtualNetwork network, NodeKey key, InetSocketAddress address, VirtualNetwork.Node remote) {
    super(key, remote.address);
    this.network = network;
    this.transport = network.open(address, (from, datagram) -> arrived(datagram));
  }

  /** From now on answers what comes by itself, as the script says; nothing goes to the inbox. */
  public void script(Function<Received, List<Packet>> answers) {
    script = answers;
  }

  /** A script: answers pings, and other packets as the given one says. */
  public void answerPingsAnd(Function<Received, List<Packet>> others) {
    script(
        received ->
            received.packet() instanceof Packet.Ping
                ? List.of(pong(received.hash()))
                : others.apply(received));
  }

  private void arrived(byte[] datagram) {
    if (script == null) {
      inbox.add(datagram);
    } else {
      script.apply(decode(datagram)).forEach(this::send);
    }
  }

  @Override
  public InetSocketAddress address() {
    return transport.localAddress();
  }

  @Override
  public Instant now() {
    return network.time.now();
  }

  @Override
  public void send(byte[] datagram) {
    transport.send(remote, datagram);
  }

  @Override
  protected Optional<byte[]> next() {
    network.time.passUntil(() -> !inbox.isEmpty(), QUIET);
    return Optional.ofNullable(inbox.poll());
  }
}
