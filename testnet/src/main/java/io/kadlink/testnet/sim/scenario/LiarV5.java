package io.kadlink.testnet.sim.scenario;

import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.v5.AesGcm;
import io.kadlink.discovery.v5.BadPacketException;
import io.kadlink.discovery.v5.KeyAgreement;
import io.kadlink.discovery.v5.KeyAgreement.SessionKeys;
import io.kadlink.discovery.v5.Message;
import io.kadlink.discovery.v5.Message.FindNode;
import io.kadlink.discovery.v5.Message.Nodes;
import io.kadlink.discovery.v5.Message.Ping;
import io.kadlink.discovery.v5.Message.Pong;
import io.kadlink.discovery.v5.MessageCodec;
import io.kadlink.discovery.v5.Nonce;
import io.kadlink.discovery.v5.Packet;
import io.kadlink.discovery.v5.PacketCodec;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.crypto.InvalidCurveInputException;
import io.kadlink.testnet.sim.VirtualNetwork;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Lies over discv5: it makes sessions with everybody, and to whatever distances are asked for it
 * names all of its kind that are there. Others would be found out, for a node checks distances.
 */
final class LiarV5 implements Liar {
  /** Sessions, challenges and questions it keeps in mind. */
  private static final int REMEMBERED = 256;

  private static final int TOLD = 16;
  private static final int RECORDS_PER_PACKET = 4;
  private static final int RANDOM_BYTES = 20;

  private final NodeKey key;
  private final NodeKey ephemeral;
  private final NodeRecord record;
  private final VirtualNetwork.Socket socket;
  private final Draws draws;
  private final List<Contact> gang;
  private final PacketCodec codec;
  private final Map<Remote, Session> sessions = new Memory<>();
  private final Map<Remote, Bytes> challenges = new Memory<>();
  private final Map<Nonce, Contact> asked = new Memory<>();

  /** Forgets the oldest first. */
  private static final class Memory<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > REMEMBERED;
    }
  }

  private record Remote(NodeId id, InetSocketAddress at) {}

  /** Keys, and those before: the other side may write under either. */
  private record Session(AesGcm writing, AesGcm reading, @Nullable AesGcm before) {}

  /**
   * At rest.
   *
   * @param ephemeral for all its handshakes: it has no secrets
   * @param gang all of its kind, with their records
   */
  LiarV5(
      NodeKey key,
      NodeKey ephemeral,
      NodeRecord record,
      VirtualNetwork.Socket socket,
      RandomGenerator random,
      List<Contact> gang) {
    this.key = key;
    this.ephemeral = ephemeral;
    this.record = record;
    this.socket = socket;
    this.draws = new Draws(random);
    this.gang = gang;
    this.codec = new PacketCodec(key.id());
  }

  @Override
  public void ping(Contact to) {
    Session session = sessions.get(new Remote(to.id(), to.udp()));
    Nonce nonce = draws.nonce();
    asked.put(nonce, to);
    socket.send(
        to.udp(),
        session == null
            ? codec.random(to.id(), draws.iv(), nonce, draws.bytes(RANDOM_BYTES))
            : codec.ordinary(to.id(), draws.iv(), nonce, newPing(), session.writing()));
  }

  @Override
  public boolean received(InetSocketAddress from, byte[] datagram) {
    if (!codec.recognizes(datagram)) {
      return false;
    }
    try {
      switch (codec.decode(datagram)) {
        case Packet.Ordinary packet -> read(packet, new Remote(packet.source(), from));
        case Packet.WhoAreYou challenge -> prove(challenge);
        case Packet.Handshake handshake -> accept(handshake, new Remote(handshake.source(), from));
      }
      return true;
    } catch (BadPacketException | InvalidCurveInputException e) {
      throw new IllegalStateException("the nodes are honest, and the network breaks nothing", e);
    }
  }

  private void read(Packet.Ordinary packet, Remote from) throws BadPacketException {
    Session session = sessions.get(from);
    byte[] plaintext = session == null ? null : open(session, packet.message(), packet.nonce());
    if (plaintext != null) {
      answer(MessageCodec.decode(plaintext), from);
      return;
    }
    Bytes challenge = draws.challenge(packet.nonce());
    challenges.put(from, challenge);
    socket.send(from.at(), codec.whoAreYou(from.id(), challenge));
  }

  private static byte @Nullable [] open(
      Session session, Packet.SealedMessage message, Nonce nonce) {
    byte[] datagram = message.datagram().toArrayUnsafe();
    byte[] plaintext = session.reading().open(datagram, message.offset(), nonce);
    return plaintext == null && session.before() != null
        ? session.before().open(datagram, message.offset(), nonce)
        : plaintext;
  }

  /** The initiator's side of a handshake. */
  private void prove(Packet.WhoAreYou challenge) {
    Contact to = asked.remove(challenge.nonce());
    if (to == null) {
      return;
    }
    Bytes ephemeralPublic = ephemeral.publicKey().compressed();
    Bytes data = challenge.challengeData();
    Bytes signature =
        key.sign(KeyAgreement.idSignatureDigest(data, ephemeralPublic, to.id()))
            .withoutRecoveryId();
    SessionKeys keys =
        KeyAgreement.derive(ephemeral.ecdhCompressed(to.publicKey()), key.id(), to.id(), data);
    AesGcm writing = new AesGcm(keys.initiatorKey());
    remember(new Remote(to.id(), to.udp()), writing, new AesGcm(keys.recipientKey()));
    socket.send(
        to.udp(),
        codec.handshake(
            to.id(),
            draws.iv(),
            draws.nonce(),
            signature,
            ephemeralPublic,
            record.encode(),
            newPing(),
            writing));
  }

  /** The recipient's side; it believes everybody. */
  private void accept(Packet.Handshake packet, Remote from)
      throws BadPacketException, InvalidCurveInputException {
    Bytes challenge = challenges.remove(from);
    if (challenge == null) {
      return;
    }
    SessionKeys keys =
        KeyAgreement.derive(
            key.ecdhCompressed(PublicKey.ofCompressed(packet.ephemeralKey())),
            from.id(),
            key.id(),
            challenge);
    remember(from, new AesGcm(keys.recipientKey()), new AesGcm(keys.initiatorKey()));
    read(new Packet.Ordinary(from.id(), packet.nonce(), packet.message()), from);
  }

  private void remember(Remote remote, AesGcm writing, AesGcm reading) {
    Session last = sessions.get(remote);
    sessions.put(remote, new Session(writing, reading, last == null ? null : last.reading()));
  }

  private void answer(Message message, Remote from) {
    switch (message) {
      case Ping ping -> send(from, new Pong(ping.requestId(), record.seq(), from.at()));
      case FindNode find -> tell(from, find);
      default -> {
        // It is not here to learn.
      }
    }
  }

  private void tell(Remote from, FindNode find) {
    List<Bytes> rest = new ArrayList<>();
    for (int distance : find.distances()) {
      gang.stream()
          .filter(member -> key.id().logDistance(member.id()) == distance)
          .flatMap(member -> member.record().stream())
          .map(NodeRecord::encode)
          .limit(TOLD - rest.size())
          .forEach(rest::add);
    }
    int total = Math.max(1, (rest.size() + RECORDS_PER_PACKET - 1) / RECORDS_PER_PACKET);
    for (int i = 0; i < total; i++) {
      List<Bytes> some = rest.subList(0, Math.min(RECORDS_PER_PACKET, rest.size()));
      send(from, new Nodes(find.requestId(), total, some));
      some.clear();
    }
  }

  private void send(Remote to, Message message) {
    Session session = sessions.get(to);
    if (session != null) {
      byte[] plaintext = MessageCodec.encode(message);
      socket.send(
          to.at(),
          codec.ordinary(to.id(), draws.iv(), draws.nonce(), plaintext, session.writing()));
    }
  }

  private byte[] newPing() {
    return MessageCodec.encode(
        new Ping(Bytes.wrap(draws.bytes(Message.MAX_REQUEST_ID_BYTES)), record.seq()));
  }
}
