package io.kadlink.protocols.eth;

import io.kadlink.protocols.eth.wire.BlockRange;
import io.kadlink.protocols.eth.wire.EthCodec;
import io.kadlink.protocols.eth.wire.EthMessage;
import io.kadlink.protocols.eth.wire.EthMessage.Status;
import io.kadlink.protocols.eth.wire.EthMessage.Status68;
import io.kadlink.protocols.eth.wire.EthMessage.Status69;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.Protocol;
import io.kadlink.server.reputation.Behaviour;
import io.kadlink.server.testing.TestPeer;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.tuweni.bytes.Bytes;

/**
 * The other end of a session, played by the test: says what the test says, and remembers what it
 * heard.
 */
public final class PlayedPeer {
  private final EthVersion version;
  private final Protocol protocol;
  private final FakeChain ourChain;
  private final TestPeer session;
  private Optional<ProtocolViolation> violation = Optional.empty();

  PlayedPeer(EthNode node, EthVersion version, UnaryOperator<TestPeer> who) {
    this.version = version;
    this.protocol = node.protocol(version);
    this.ourChain = node.chain();
    this.session = who.apply(TestPeer.speaking(protocol));
    protocol.connected(session);
  }

  public TestPeer session() {
    return session;
  }

  /** Answers with a Status on {@code chain}. */
  public PlayedPeer greets(FakeChain chain) {
    return says(status(chain));
  }

  /** A Status on the node's own chain and head. */
  public PlayedPeer greets() {
    return greets(ourChain);
  }

  public Status status(FakeChain chain) {
    return version.has(EthVersion.ETH_69)
        ? new Status69(
            version.number(),
            chain.networkId(),
            chain.genesisHash(),
            chain.forks().at(chain.head()),
            new BlockRange(chain.earliestBlock(), chain.head().number(), chain.head().hash()))
        : new Status68(
            version.number(),
            chain.networkId(),
            chain.totalDifficulty(),
            chain.head().hash(),
            chain.genesisHash(),
            chain.forks().at(chain.head()));
  }

  public PlayedPeer says(EthMessage message) {
    return says(message.code(), EthCodec.encode(version, message));
  }

  /** Like a server, ends the session on a violation. */
  public PlayedPeer says(int code, Bytes payload) {
    try {
      protocol.message(session, code, payload);
    } catch (ProtocolViolation e) {
      violation = Optional.of(e);
      session.disconnect(e.reason());
      leaves();
    }
    return this;
  }

  public PlayedPeer leaves() {
    protocol.disconnected(session, DisconnectReason.REQUESTED);
    return this;
  }

  /** All it was sent since the last call. */
  public List<EthMessage> heard() {
    return session.takeSent().stream()
        .map(sent -> EthCodec.decode(version, sent.code(), sent.payload()))
        .toList();
  }

  /** All of one kind since the last call; the others are forgotten. */
  public <T extends EthMessage> List<T> heard(Class<T> type) {
    return heard().stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** The only one of its kind since the last call. */
  public <T extends EthMessage> T heardOne(Class<T> type) {
    List<T> heard = heard(type);
    if (heard.size() != 1) {
      throw new AssertionError("expected one " + type.getSimpleName() + ", heard " + heard);
    }
    return heard.getFirst();
  }

  /** The rule it was caught breaking. */
  public Optional<ProtocolViolation> violation() {
    return violation;
  }

  /** What the node reported of it. */
  public List<Behaviour> reports() {
    return session.reports();
  }

  public Optional<DisconnectReason> disconnectedWith() {
    return session.disconnectedWith();
  }
}
