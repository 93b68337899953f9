package io.kadlink.discovery.v5;

import io.kadlink.discovery.lookup.DiscoveryProtocol;
import io.kadlink.discovery.lookup.Target;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LocalNode;
import io.kadlink.discovery.table.SignsOfLife;
import io.kadlink.discovery.table.Table;
import io.kadlink.discovery.udp.RateLimit;
import io.kadlink.discovery.udp.Transport;
import io.kadlink.discovery.v5.Challenges.Challenge;
import io.kadlink.discovery.v5.Message.FindNode;
import io.kadlink.discovery.v5.Message.Ping;
import io.kadlink.discovery.v5.Message.Pong;
import io.kadlink.discovery.v5.Message.TalkRequest;
import io.kadlink.discovery.v5.Message.TalkResponse;
import io.kadlink.identity.NodeRecord;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Speaks discv5.1: answers questions and asks them. Confined to its event loop.
 *
 * <p>A datagram passes checks from cheap to dear: size, header, session, the sender's rate, and
 * only then what costs curve operations, for which it must answer a challenge of ours. A packet
 * that can't be read is answered by a challenge no larger than itself; all else goes only to nodes
 * that have proven who and where they are.
 */
public final class DiscoveryV5 implements DiscoveryProtocol {
  private static final Logger log = LoggerFactory.getLogger(DiscoveryV5.class);

  /** Type, list header, request id, and the headers of protocol name and request. */
  private static final int TALK_OVERHEAD = 1 + 3 + (1 + Message.MAX_REQUEST_ID_BYTES) + 2 + 3;

  /** The largest talk response; and the largest talk request together with its protocol name. */
  public static final int MAX_TALK_BYTES = PacketCodec.MAX_MESSAGE_BYTES - TALK_OVERHEAD;

  /**
   * Calls pending at which strangers are not asked back any more. Calls of our own choice are
   * bounded by who makes them and always pass, so that such a flood can't make proven nodes look
   * dead.
   */
  static final int MAX_PENDING_FOR_STRANGERS = 1_024;

  /**
   * How lately a node must have answered from an endpoint for its pings from there to count when
   * the table has it elsewhere. Two nodes that ping each other back come to an end by it.
   */
  static final Duration FRESH = Duration.ofSeconds(10);

  private final Loop loop;
  private final LocalNode local;
  private final Table table;
  private final RateLimit rateLimit;
  private final Traffic traffic;
  private final SignsOfLife signs;
  private final Randomness random;
  private final PacketCodec codec;
  private final Sender sender;
  private final Sessions sessions;
  private final Challenges challenges;
  private final Handshakes handshakes;
  private final Calls calls;
  private final Talks talks;
  private final Answers answers;
  private boolean closed;

  /**
   * Discovery v5 of {@code local}.
   *
   * @param random makes keys and nonces: a secure one, except in a simulation
   */
  public DiscoveryV5(
      Loop loop,
      LocalNode local,
      Table table,
      Transport transport,
      RandomGenerator random,
      RateLimit rateLimit,
      Traffic traffic,
      SignsOfLife signs) {
    this.loop = loop;
    this.local = local;
    this.table = table;
    this.rateLimit = rateLimit;
    this.traffic = traffic;
    this.signs = signs;
    this.random = new Randomness(random);
    this.codec = new PacketCodec(local.id());
    this.sender = new Sender(codec, this.random, transport, traffic);
    this.sessions = new Sessions(loop);
    this.challenges = new Challenges(loop);
    this.handshakes = new Handshakes(loop, local, codec, this.random);
    this.calls = new Calls(loop, this::newPing, sender, sessions, handshakes);
    this.talks = new Talks(loop, traffic);
    this.answers = new Answers(local, table, sender, talks);
  }

  @Override
  public void ping(Contact contact, Consumer<Optional<Duration>> done) {
    loop.assertInLoop();
    calls.start(
        contact,
        newPing(),
        new SingleAnswer(loop, answer -> done.accept(answer.map(SingleAnswer.Taken::roundTrip))));
  }

  @Override
  public void findNode(Contact contact, Target target, Consumer<Optional<List<Contact>>> done) {
    new Neighbourhood(this, contact, target.id())
        .ask(answer -> done.accept(answer.map(records -> acceptable(records, contact))));
  }

  /**
   * Asks a node for the records it has at these distances from it.
   *
   * @param distances logarithmic, 0 (its own record) to 256
   * @param done at most 16 verified records, each at one of the distances and no node twice; what
   *     they say of endpoints is not checked
   */
  public void findNodeAt(
      Contact contact, List<Integer> distances, Consumer<Optional<List<NodeRecord>>> done) {
    loop.assertInLoop();
    Remote asked = new Remote(contact.id(), contact.udp());
    calls.start(
        contact,
        new FindNode(requestId(), distances),
        new NodesAnswer(asked, distances, traffic, done));
  }

  @Override
  public void requestRecord(Contact contact, Consumer<Optional<NodeRecord>> done) {
    findNodeAt(
        contact,
        List.of(0),
        answer -> done.accept(answer.flatMap(all -> all.stream().findFirst())));
  }

  /**
   * Sends a request of an application's protocol.
   *
   * @param protocol its name, a byte a character (U+0000 to U+00FF)
   * @param request with the name at most {@link #MAX_TALK_BYTES}
   * @param done the response, which is empty bytes when the node does not know the protocol
   * @throws IllegalArgumentException when it fits no packet or the name has other characters
   */
  public void talk(
      Contact contact, String protocol, Bytes request, Consumer<Optional<Bytes>> done) {
    loop.assertInLoop();
    Bytes name = Talks.name(protocol);
    if (name.size() + request.size() > MAX_TALK_BYTES) {
      throw new IllegalArgumentException(
          "a talk request has at most "
              + MAX_TALK_BYTES
              + " bytes with its protocol name, not "
              + (name.size() + request.size()));
    }
    calls.start(
        contact,
        new TalkRequest(requestId(), name, request),
        new SingleAnswer(
            loop,
            answer ->
                done.accept(answer.map(taken -> ((TalkResponse) taken.response()).response()))));
  }

  /**
   * Has requests of an application's protocol answered by {@code handler}, in place of the one
   * before.
   *
   * @param protocol its name, a byte a character (U+0000 to U+00FF)
   */
  public void registerTalk(String protocol, TalkHandler handler) {
    loop.assertInLoop();
    talks.register(protocol, handler);
  }

  /** From now on requests of that protocol get an empty response. */
  public void unregisterTalk(String protocol) {
    loop.assertInLoop();
    talks.unregister(protocol);
  }

  /**
   * Whether this is a discv5 packet for this node. Costs one AES block, and leaves the datagram as
   * it is.
   */
  public boolean recognizes(byte[] datagram) {
    loop.assertInLoop();
    return codec.recognizes(datagram);
  }

  @Override
  public void close() {
    loop.assertInLoop();
    closed = true;
    calls.close();
    sessions.clear();
  }

  @Override
  public void received(InetSocketAddress from, byte[] datagram) {
    loop.assertInLoop();
    if (closed) {
      return;
    }
    try {
      switch (codec.decode(datagram)) {
        case Packet.Ordinary packet -> receive(packet, from);
        case Packet.WhoAreYou challenge -> receive(challenge, from);
        case Packet.Handshake handshake -> receive(handshake, from);
      }
    } catch (BadPacketException e) {
      traffic.drop(e.reason(), from, "");
    }
  }

  private void receive(Packet.Ordinary packet, InetSocketAddress from) throws BadPacketException {
    Remote remote = new Remote(packet.source(), from);
    Sessions.Opened opened = sessions.open(packet, remote);
    if (opened != null) {
      receive(opened.message(), opened.session());
    } else {
      challenge(remote, packet.nonce());
    }
  }

  private void challenge(Remote unknown, Nonce nonce) throws BadPacketException {
    if (unknown.id().equals(local.id())) {
      throw new BadPacketException(DropReason.OWN);
    }
    traffic.receivedRandom();
    if (!rateLimit.admits(unknown.udp())) {
      throw new BadPacketException(DropReason.RATE_LIMITED);
    }
    Challenge challenge = challenges.find(unknown);
    if (challenge == null) {
      if (!challenges.hasRoomFor(unknown.udp())) {
        throw new BadPacketException(DropReason.TOO_MANY_CHALLENGES);
      }
      Optional<NodeRecord> known = knownRecord(unknown);
      long seq = known.map(NodeRecord::seq).orElse(0L);
      Bytes data =
          PacketCodec.challengeData(
              random.nextIv(), nonce, random.nextLong(), random.nextLong(), seq);
      challenge = challenges.add(unknown.detached(), data, known);
    }
    sender.whoAreYou(unknown, challenge.data());
  }

  private Optional<NodeRecord> knownRecord(Remote remote) {
    Session session = sessions.find(remote);
    Optional<NodeRecord> inTable = table.find(remote.id()).flatMap(Contact::record);
    return inTable.isPresent() || session == null ? inTable : session.contact.record();
  }

  private void receive(Packet.WhoAreYou challenge, InetSocketAddress from)
      throws BadPacketException {
    if (!calls.whoAreYou(challenge, from)) {
      throw new BadPacketException(DropReason.UNSOLICITED);
    }
    traffic.receivedWhoAreYou();
  }

  private void receive(Packet.Handshake packet, InetSocketAddress from) throws BadPacketException {
    Remote remote = new Remote(packet.source(), from);
    Challenge challenge = challenges.find(remote);
    if (challenge == null) {
      throw new BadPacketException(DropReason.UNSOLICITED);
    }
    if (!rateLimit.admits(from)) {
      throw new BadPacketException(DropReason.RATE_LIMITED);
    }
    challenges.remove(remote);
    Handshakes.Accepted accepted = handshakes.accept(packet, remote, challenge);
    Session session = accepted.session();
    sessions.add(session);
    traffic.receivedHandshake();
    log.debug("discv5 session with {}", session.remote);
    try {
      receive(accepted.message(), session);
    } finally {
      welcome(session);
    }
  }

  /** A node has proven who and where it is; whether it answers is to be seen. */
  private void welcome(Session session) {
    Contact contact = session.contact;
    if (session.answered) {
      signs.alive(contact, contact.seq());
    } else if (contact.record().filter(it -> Endpoints.claims(it, contact.udp())).isPresent()) {
      pingBack(contact);
    }
  }

  private void pingBack(Contact contact) {
    if (calls.pending() >= MAX_PENDING_FOR_STRANGERS) {
      traffic.drop(DropReason.BUSY, contact.udp(), "too much is pending to ping back");
    } else {
      ping(contact, answer -> {});
    }
  }

  private void receive(Message message, Session session) throws BadPacketException {
    traffic.received(message);
    log.trace("{} from {}", message, session.remote);
    calls.sharedSession(session);
    switch (message) {
      case Message.Request request -> {
        if (!rateLimit.admitsAnswer(session.remote.udp())) {
          throw new BadPacketException(DropReason.RATE_LIMITED);
        }
        answers.answer(request, session);
        if (request instanceof Ping ping && session.answered) {
          pinged(ping, session);
        }
      }
      case Message.Response response -> receive(response, session);
    }
  }

  /**
   * A ping of a node that answered us from there once. Whoever saw it may send it again from the
   * same endpoint, when the node is long elsewhere: if the table has it there, it has to answer.
   */
  private void pinged(Ping ping, Session session) {
    Contact contact = newest(session.contact);
    boolean justAnswered = loop.nanoTime() - session.answeredNanos < FRESH.toNanos();
    if (!table.hasElsewhere(contact) || justAnswered) {
      signs.alive(contact, ping.enrSeq());
    } else {
      pingBack(contact);
    }
  }

  private void receive(Message.Response response, Session session) throws BadPacketException {
    Call call = calls.find(session.remote, response);
    if (call == null) {
      throw new BadPacketException(DropReason.UNSOLICITED);
    }
    boolean first = !session.answered;
    session.answered = true;
    session.answeredNanos = loop.nanoTime();
    rateLimit.answered(session.remote.udp());
    if (Long.compareUnsigned(call.contact.seq(), session.contact.seq()) > 0) {
      session.contact = call.contact;
    }
    if (response instanceof Pong pong) {
      signs.seenAt(call.contact, pong.recipient());
      signs.alive(newest(session.contact), pong.enrSeq());
    } else if (first) {
      signs.alive(newest(session.contact), 0);
    }
    calls.answer(session.remote, call, response);
  }

  /** What the table knows of a node at the same endpoint, when that is newer. */
  private Contact newest(Contact contact) {
    return table
        .find(contact.id())
        .filter(known -> known.udp().equals(contact.udp()))
        .filter(known -> Long.compareUnsigned(known.seq(), contact.seq()) >= 0)
        .orElse(contact);
  }

  /** The nodes out of an answer that may be contacted. */
  private List<Contact> acceptable(List<NodeRecord> records, Contact teller) {
    return records.stream()
        .filter(record -> !record.id().equals(local.id()))
        .flatMap(
            record -> {
              Optional<Contact> contact =
                  Endpoints.contact(record, teller.address(), table::concerns);
              if (contact.isEmpty()) {
                traffic.drop(DropReason.BAD_NODE, teller.udp(), "its endpoint is not acceptable");
              }
              return contact.stream();
            })
        .toList();
  }

  private Ping newPing() {
    return new Ping(requestId(), local.record().seq());
  }

  private Bytes requestId() {
    return Bytes.wrap(random.nextBytes(Message.MAX_REQUEST_ID_BYTES));
  }
}
