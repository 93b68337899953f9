package io.kadlink.protocols.relay;

import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.reputation.Behaviour;
import io.kadlink.server.testing.TestPeer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;

/** A peer that shows what a {@link TestPeer} shows. */
interface PeerOverStream extends Peer {
  TestPeer shown();

  @Override
  default NodeId id() {
    return shown().id();
  }

  @Override
  default PublicKey publicKey() {
    return shown().publicKey();
  }

  @Override
  default Optional<NodeRecord> record() {
    return Optional.empty();
  }

  @Override
  default String clientName() {
    return shown().clientName();
  }

  @Override
  default List<Capability> remoteCapabilities() {
    return List.of();
  }

  @Override
  default List<Capability> capabilities() {
    return List.of();
  }

  @Override
  default SocketAddress localAddress() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 30303);
  }

  @Override
  default SocketAddress remoteAddress() {
    return shown().remoteAddress();
  }

  @Override
  default boolean inbound() {
    return false;
  }

  @Override
  default Optional<PublicKey> relay() {
    return shown().relay();
  }

  @Override
  default Instant connectedAt() {
    return Instant.EPOCH;
  }

  @Override
  default Optional<Duration> roundTrip() {
    return Optional.empty();
  }

  @Override
  default boolean hasRoom(Protocol protocol, int code, int payloadBytes) {
    return shown().hasRoom(protocol, code, payloadBytes);
  }

  @Override
  default boolean send(Protocol protocol, int code, Bytes payload) {
    return false;
  }

  @Override
  default void report(Behaviour behaviour, String detail) {}

  @Override
  default long pendingBytes() {
    return 0;
  }
}
