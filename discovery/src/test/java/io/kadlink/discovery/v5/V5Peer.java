package io.kadlink.discovery.v5;

import io.kadlink.discovery.testing.V5Node;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.udp.Transport;
import io.kadlink.discovery.v5.KeyAgreement.SessionKeys;
import io.kadlink.discovery.v5.Packet.Handshake;
import io.kadlink.discovery.v5.Packet.Ordinary;
import io.kadlink.discovery.v5.Packet.WhoAreYou;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.jspecify.annotations.Nullable;

/** A discv5 peer driven by hand: it does only what a test tells it to. */
final class V5Peer {
  private static final Duration QUIET = Duration.ofMillis(300);
  static final Bytes ID = Bytes.of(1, 2, 3, 4);

  final NodeKey key;
  final InetSocketAddress address;
  NodeRecord record;
  private final VirtualNetwork network;
  private final V5Node remote;
  private final Transport transport;
  private final PacketCodec codec;
  private final Randomness random;
  private final Deque<byte[]> inbox = new ArrayDeque<>();
  private @Nullable AesGcm writing;
  private @Nullable AesGcm reading;

  V5Peer(VirtualNetwork network, int seed, InetSocketAddress address, V5Node remote) {
    this(network, seed, key(seed), address, remote);
  }

  V5Peer(VirtualNetwork network, int seed, NodeKey key, InetSocketAddress address, V5Node remote) {
    this.network = network;
    this.key = key;
    this.remote = remote;
    this.address = address;
    this.random = new Randomness(new Random(seed));
    this.codec = new PacketCodec(key.id());
    this.record =
        NodeRecord.builder()
            .seq(1)
            .endpoint(address.getAddress(), address.getPort(), address.getPort())
            .sign(key);
    this.transport = network.open(address, (from, datagram) -> inbox.add(datagram));
  }

  static NodeKey key(int number) {
    return NodeKey.of(Bytes32.leftPad(Bytes.ofUnsignedInt(number)));
  }

  NodeId id() {
    return key.id();
  }

  void sendRaw(byte[] datagram) {
    transport.send(remote.local.record().udpEndpoint().orElseThrow(), datagram);
  }

  /** The next datagram as it came, null when it stays quiet. */
  byte @Nullable [] receiveRaw() {
    network.time.passUntil(() -> !inbox.isEmpty(), QUIET);
    return inbox.poll();
  }

  @Nullable Packet receive() {
    byte[] datagram = receiveRaw();
    try {
      return datagram == null ? null : codec.decode(datagram);
    } catch (BadPacketException e) {
      throw new AssertionError("the node sent rubbish", e);
    }
  }

  <T extends Packet> T receive(Class<T> kind) {
    Packet packet = receive();
    if (!kind.isInstance(packet)) {
      throw new AssertionError("expected " + kind.getSimpleName() + ", got " + packet);
    }
    return kind.cast(packet);
  }

  Nonce nextNonce() {
    return new Nonce((int) random.nextLong(), random.nextLong());
  }

  /** Sends what the node can't read; returns its nonce. */
  Nonce sendRandom() {
    Nonce nonce = nextNonce();
    sendRaw(codec.random(remote.id(), random.nextIv(), nonce, random.nextBytes(16)));
    return nonce;
  }

  WhoAreYou beChallenged() {
    sendRandom();
    return receive(WhoAreYou.class);
  }

  /** A handshake packet, each part of which can be spoiled. */
  final class HandshakeBuilder {
    private final WhoAreYou challenge;
    private Message message = new Message.Ping(ID, 1);
    private NodeKey signer = key;
    private NodeKey ephemeral = V5Peer.key(9_999);
    private Bytes ephemeralPublic = ephemeral.publicKey().compressed();
    private Bytes recordSent = record.encode();
    private boolean spoilMessage;

    HandshakeBuilder(WhoAreYou challenge) {
      this.challenge = challenge;
    }

    HandshakeBuilder message(Message first) {
      message = first;
      return this;
    }

    HandshakeBuilder signedBy(NodeKey other) {
      signer = other;
      return this;
    }

    HandshakeBuilder ephemeralKey(Bytes other) {
      ephemeralPublic = other;
      return this;
    }

    HandshakeBuilder record(Bytes other) {
      recordSent = other;
      return this;
    }

    HandshakeBuilder withoutRecord() {
      return record(Bytes.EMPTY);
    }

    HandshakeBuilder spoilMessage() {
      spoilMessage = true;
      return this;
    }

    byte[] build() {
      Bytes32 digest =
          KeyAgreement.idSignatureDigest(challenge.challengeData(), ephemeralPublic, remote.id());
      SessionKeys keys =
          KeyAgreement.derive(
              ephemeral.ecdhCompressed(remote.key.publicKey()),
              id(),
              remote.id(),
              challenge.challengeData());
      writing = new AesGcm(keys.initiatorKey());
      reading = new AesGcm(keys.recipientKey());
      AesGcm sealing = spoilMessage ? reading : writing;
      return codec.handshake(
          remote.id(),
          random.nextIv(),
          nextNonce(),
          signer.sign(digest).withoutRecoveryId(),
          ephemeralPublic,
          recordSent,
          MessageCodec.encode(message),
          sealing);
    }

    void send() {
      sendRaw(build());
    }
  }

  HandshakeBuilder handshake(WhoAreYou challenge) {
    return new HandshakeBuilder(challenge);
  }

  /** Makes a session with a ping, and answers the ping that comes back. */
  void makeSession() {
    handshake(beChallenged()).send();
    for (Message message : receiveMessages()) {
      if (message instanceof Message.Ping ping) {
        send(pong(ping));
      }
    }
    receiveMessages();
  }

  Message.Pong pong(Message.Ping ping) {
    return new Message.Pong(
        ping.requestId(), record.seq(), remote.local.record().udpEndpoint().orElseThrow());
  }

  /** Sends a message under the session. */
  Nonce send(Message message) {
    return sendPlain(MessageCodec.encode(message));
  }

  Nonce sendPlain(byte[] plaintext) {
    Nonce nonce = nextNonce();
    sendRaw(
        codec.ordinary(
            remote.id(), random.nextIv(), nonce, plaintext, Objects.requireNonNull(writing)));
    return nonce;
  }

  Message open(Nonce nonce, Packet.SealedMessage sealed) {
    try {
      byte[] plaintext =
          Objects.requireNonNull(reading)
              .open(sealed.datagram().toArrayUnsafe(), sealed.offset(), nonce);
      return MessageCodec.decode(Objects.requireNonNull(plaintext, "not for this session"));
    } catch (BadPacketException e) {
      throw new AssertionError("the node sent rubbish", e);
    }
  }

  /** All messages under the session that come until it is quiet. */
  List<Message> receiveMessages() {
    List<Message> messages = new ArrayList<>();
    for (Packet packet = receive(); packet != null; packet = receive()) {
      if (packet instanceof Ordinary ordinary) {
        messages.add(open(ordinary.nonce(), ordinary.message()));
      } else {
        throw new AssertionError("not a message: " + packet);
      }
    }
    return messages;
  }

  <T extends Message> T receiveMessage(Class<T> type) {
    Ordinary packet = receive(Ordinary.class);
    Message message = open(packet.nonce(), packet.message());
    if (!type.isInstance(message)) {
      throw new AssertionError("expected " + type.getSimpleName() + ", got " + message);
    }
    return type.cast(message);
  }

  /** Challenges the node for a packet; returns the challenge data. */
  Bytes challenge(Nonce nonce) {
    Bytes data =
        PacketCodec.challengeData(random.nextIv(), nonce, random.nextLong(), random.nextLong(), 0);
    sendChallenge(data);
    return data;
  }

  void sendChallenge(Bytes data) {
    sendRaw(codec.whoAreYou(remote.id(), data));
  }

  /** Takes the node's handshake: from now on there is a session; returns its first message. */
  Message accept(Handshake handshake, Bytes challengeData) {
    Bytes secret = key.ecdhCompressed(PublicKey.ofCompressed(handshake.ephemeralKey()));
    SessionKeys keys = KeyAgreement.derive(secret, remote.id(), id(), challengeData);
    writing = new AesGcm(keys.recipientKey());
    reading = new AesGcm(keys.initiatorKey());
    return open(handshake.nonce(), handshake.message());
  }

  /** Plays the recipient of a handshake that the node is about to begin. */
  Message acceptHandshake() {
    Bytes data = challenge(receive(Ordinary.class).nonce());
    return accept(receive(Handshake.class), data);
  }

  void close() {
    transport.close();
  }
}
