package io.kadlink.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.testing.LoopbackNodes;
import io.kadlink.discovery.testing.Peer;
import io.kadlink.discovery.testing.RawPacket;
import io.kadlink.discovery.testing.UdpPeer;
import io.kadlink.discovery.v4.Packet;
import io.kadlink.discovery.v4.Packet.Endpoint;
import io.kadlink.discovery.v4.Packet.Ping;
import io.kadlink.discovery.v4.Packet.Pong;
import io.kadlink.identity.NodeKey;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a node answers to pings of all kinds, on real sockets. */
class AnsweringPingsTest {
  private final LoopbackNodes nodes = new LoopbackNodes();
  private final NodeKey nodeKey = NodeKey.generate();
  private final DiscoveryService node =
      LoopbackNodes.get(
          DiscoveryService.start(
              DiscoveryOptions.builder(nodeKey, nodes.eventLoop())
                  .meterRegistry(nodes.meters)
                  .build()));
  private final UdpPeer peer = new UdpPeer(NodeKey.generate(), node.localAddress(), "127.0.0.1");

  @AfterEach
  void stop() {
    peer.close();
    node.close();
    nodes.close();
  }

  /** A stranger's ping gets exactly a pong that fits it and a ping back. */
  private void assertAnswered(Bytes32 pingHash) {
    List<Peer.Received> answers = peer.receiveAll();
    assertThat(answers).allSatisfy(a -> assertThat(a.sender()).isEqualTo(nodeKey.publicKey()));
    List<Packet> packets = answers.stream().map(Peer.Received::packet).toList();
    assertThat(packets).hasSize(2);
    assertThat(packets).hasAtLeastOneElementOfType(Ping.class);
    assertThat(packets)
        .filteredOn(Pong.class::isInstance)
        .singleElement()
        .satisfies(
            packet -> {
              Pong pong = (Pong) packet;
              assertThat(pong.pingHash()).isEqualTo(pingHash);
              assertThat(pong.to().address()).contains(peer.address().getAddress());
              assertThat(pong.to().udpPort()).isEqualTo(peer.address().getPort());
              assertThat(pong.expiration()).isBetween(peer.soon() - 20, peer.soon() + 20);
              assertThat(pong.enrSeq()).isEqualTo(node.localRecord().seq());
            });
  }

  @Test
  void aPingGetsAPongAndAPingBack() {
    assertAnswered(peer.send(peer.ping()));
  }

  @Test
  void whatThePingSaysOfBothEndpointsDoesNotMatter() throws Exception {
    Endpoint wrong =
        new Endpoint(Optional.of(InetAddress.getByAddress(new byte[] {8, 8, 8, 8})), 53, 53);
    assertAnswered(peer.send(new Ping(4, wrong, wrong, peer.soon(), 0)));
  }

  @Test
  void theVersionDoesNotMatter() {
    Endpoint nowhere = new Endpoint(Optional.empty(), 0, 0);
    assertAnswered(peer.send(new Ping(555, nowhere, nowhere, peer.soon(), 0)));
  }

  @Test
  void furtherElementsAndBytesAfterTheListDoNotMatter() {
    Bytes data =
        RLP.encodeList(
            writer -> {
              writer.writeInt(4);
              writer.writeList(list -> RawPacket.endpoint(list, 1));
              writer.writeList(list -> RawPacket.endpoint(list, 1));
              writer.writeLong(peer.soon());
              writer.writeLong(0);
              writer.writeList(list -> list.writeInt(42));
              writer.writeValue(Bytes.of(9, 8, 7));
            });
    byte[] datagram = RawPacket.of(Ping.TYPE, Bytes.concatenate(data, Bytes.of(1, 2, 3)), peer.key);
    peer.send(datagram);
    assertAnswered(Bytes32.wrap(Bytes.wrap(datagram, 0, 32)));
  }

  @Test
  void aPingOf1280BytesIsAnsweredAndOneOf1281IsNot() {
    byte[] datagram = RawPacket.ofSize(1280, peer.key);
    peer.send(datagram);
    assertAnswered(Bytes32.wrap(Bytes.wrap(datagram, 0, 32)));
    assertUnanswered(RawPacket.ofSize(1281, peer.key), "too_large");
  }

  @Test
  void pingWithAnExpiredTimestampGetsNoAnswer() {
    assertUnanswered(RawPacket.ping(peer.key, peer.now().getEpochSecond() - 1), "expired");
  }

  @Test
  void pingThatExpiresSoonIsAnswered() {
    byte[] datagram = RawPacket.ping(peer.key, peer.now().getEpochSecond() + 5);
    peer.send(datagram);
    assertAnswered(Bytes32.wrap(Bytes.wrap(datagram, 0, 32)));
  }

  @Test
  void timestampsAreSignedSoAHugeOneIsLongPast() {
    assertUnanswered(RawPacket.ping(peer.key, -peer.soon()), "expired");
  }

  @Test
  void aPacketOfUnknownTypeGetsNoAnswer() {
    assertUnanswered(RawPacket.of(66, RawPacket.pingData(peer.soon()), peer.key), "unknown_type");
  }

  @Test
  void aPingWithAnImpossibleSignatureGetsNoAnswer() {
    Bytes signature = Bytes.repeat((byte) 0, 65);
    assertUnanswered(
        RawPacket.withSignature(signature, Ping.TYPE, RawPacket.pingData(peer.soon())),
        "bad_signature");
  }

  @Test
  void aPingSignedWithTheNodesOwnKeyGetsNoAnswer() {
    assertUnanswered(RawPacket.ping(nodeKey, peer.soon()), "own");
  }

  @Test
  void aDamagedPingGetsNoAnswer() {
    byte[] datagram = RawPacket.ping(peer.key, peer.soon());
    datagram[40] ^= 1;
    assertUnanswered(datagram, "bad_hash");
  }

  private void assertUnanswered(byte[] datagram, String reason) {
    peer.send(datagram);
    assertThat(peer.receiveAll()).isEmpty();
    assertThat(nodes.dropped(reason)).isEqualTo(1);
  }
}
