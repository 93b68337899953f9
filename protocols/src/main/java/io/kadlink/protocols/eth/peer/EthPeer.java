package io.kadlink.protocols.eth.peer;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.protocols.eth.wire.BlockId;
import io.kadlink.protocols.eth.wire.EthCodec;
import io.kadlink.protocols.eth.wire.EthMessage;
import io.kadlink.protocols.eth.wire.EthMessage.BlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.BlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.GetPooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.PooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.Response;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.protocols.eth.wire.MessageCode;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.reputation.Behaviour;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other end of an eth session, as the logic sees it. Confined to the protocol's loop.
 *
 * <p>Several requests can be in flight; an answer finds its request by id, and one that finds none
 * is counted and dropped undecoded. Every request ends exactly once: with the answer, or with
 * nothing when the time is over, the session ends or the queue is full. A peer that leaves {@link
 * #MAX_FAILURES} requests in a row without use is disconnected.
 */
public final class EthPeer {
  private static final Logger log = LoggerFactory.getLogger(EthPeer.class);

  /** Useless answers in a row before we look for better company. */
  public static final int MAX_FAILURES = 3;

  /** Transactions a peer is remembered to know: a pool's worth, about 2 MiB. */
  private static final int MAX_KNOWN_TRANSACTIONS = 16_384;

  /** Blocks a peer is remembered to know; announcements are about recent blocks only. */
  private static final int MAX_KNOWN_BLOCKS = 1024;

  private final Peer session;
  private final Protocol protocol;
  private final EthVersion version;
  private final Loop loop;
  private final EthMetrics metrics;
  private final Duration requestTimeout;
  private final Consumer<EthPeer> headChanged;

  private final KnownHashes knownTransactions = new KnownHashes(MAX_KNOWN_TRANSACTIONS);
  private final KnownHashes knownBlocks = new KnownHashes(MAX_KNOWN_BLOCKS);
  private final Map<Long, Pending<?>> pending = new HashMap<>();
  private Optional<BlockId> head = Optional.empty();
  private long lastRequestId;
  private int failures;
  private boolean over;

  /**
   * @param protocol what {@code session} speaks
   * @param requestTimeout how long it may take to answer
   * @param headChanged called after each {@link #setHead}
   */
  public EthPeer(
      Peer session,
      Protocol protocol,
      EthVersion version,
      Loop loop,
      EthMetrics metrics,
      Duration requestTimeout,
      Consumer<EthPeer> headChanged) {
    this.session = session;
    this.protocol = protocol;
    this.version = version;
    this.loop = loop;
    this.metrics = metrics;
    this.requestTimeout = requestTimeout;
    this.headChanged = headChanged;
  }

  public Peer session() {
    return session;
  }

  public EthVersion version() {
    return version;
  }

  public KnownHashes knownTransactions() {
    return knownTransactions;
  }

  public KnownHashes knownBlocks() {
    return knownBlocks;
  }

  /** Its best block, when it is known. */
  public Optional<BlockId> head() {
    return head;
  }

  public void setHead(BlockId head) {
    this.head = Optional.of(head);
    knownBlocks.add(head.hash());
    headChanged.accept(this);
  }

  /** Whether it claims to have a block at this height. */
  public boolean hasBlock(long number) {
    return head.isPresent() && Long.compareUnsigned(head.get().number(), number) >= 0;
  }

  /** Whether the session has ended, or is about to because we said so. */
  public boolean isOver() {
    return over;
  }

  /** Requests that wait for their answer. */
  public int inFlight() {
    return pending.size();
  }

  /**
   * Sends a message.
   *
   * @return false when it was dropped, because the session is over or the peer reads too slowly
   */
  public boolean send(EthMessage message) {
    if (!over && session.send(protocol, message.code(), EthCodec.encode(version, message))) {
      return true;
    }
    metrics.unsent(message.name());
    return false;
  }

  /** Asks for headers; {@code then} gets at most {@code limit}, or nothing. */
  public void requestHeaders(
      GetBlockHeaders.Origin origin,
      int limit,
      boolean reverse,
      Consumer<Optional<BlockHeaders>> then) {
    long id = ++lastRequestId;
    request(
        new GetBlockHeaders(id, origin, limit, 0, reverse),
        new Pending<>(
            "GetBlockHeaders", MessageCode.BLOCK_HEADERS, BlockHeaders.class, limit, then));
  }

  /** Asks for the bodies of these blocks; {@code then} gets them in order with gaps, or nothing. */
  public void requestBodies(List<Bytes32> hashes, Consumer<Optional<BlockBodies>> then) {
    request(
        new GetBlockBodies(++lastRequestId, hashes),
        new Pending<>(
            "GetBlockBodies", MessageCode.BLOCK_BODIES, BlockBodies.class, hashes.size(), then));
  }

  /** Asks for transactions; {@code then} gets them in order with gaps, or nothing. */
  public void requestTransactions(
      List<Bytes32> hashes, Consumer<Optional<PooledTransactions>> then) {
    request(
        new GetPooledTransactions(++lastRequestId, hashes),
        new Pending<>(
            "GetPooledTransactions",
            MessageCode.POOLED_TRANSACTIONS,
            PooledTransactions.class,
            hashes.size(),
            then));
  }

  private void request(EthMessage.Request request, Pending<?> waiting) {
    loop.assertInLoop();
    String name = waiting.asked;
    if (!send(request)) {
      metrics.request(name, "unsent");
      loop.execute(waiting::fail);
      return;
    }
    pending.put(request.requestId(), waiting);
    Duration half = requestTimeout.dividedBy(2);
    waiting.timer =
        loop.schedule(
            half,
            () -> {
              waiting.late = true;
              waiting.timer =
                  loop.schedule(
                      requestTimeout.minus(half), () -> timedOut(request.requestId(), waiting));
            });
  }

  private void timedOut(long id, Pending<?> waiting) {
    if (pending.remove(id, waiting)) {
      metrics.request(waiting.asked, "timeout");
      failed(
          Behaviour.NO_ANSWER,
          "no answer to " + waiting.asked + " within " + requestTimeout.toSeconds() + " s");
      waiting.fail();
    }
  }

  /**
   * An answer has arrived.
   *
   * @throws ProtocolViolation when it is no possible answer to the request it belongs to
   */
  public void receive(Arrival arrival) throws ProtocolViolation {
    long id = arrival.requestId();
    Pending<?> waiting = pending.get(id);
    if (waiting == null) {
      String name = MessageCode.name(arrival.code());
      String why = Long.compareUnsigned(id - 1, lastRequestId) < 0 ? "late" : "unsolicited";
      metrics.ignored(name, why);
      log.debug("{}: dropped {} {} (request {})", this, why, name, Long.toUnsignedString(id));
      return;
    }
    waiting.requireCode(arrival.code());
    Response response = (Response) arrival.message();
    waiting.requireSize(response);
    pending.remove(id, waiting);
    metrics.request(waiting.asked, "answered");
    if (waiting.late) {
      session.report(Behaviour.SLOW_ANSWER, waiting.asked + " took over half of its time");
    }
    waiting.complete(response);
  }

  /** Its answer was of use. */
  public void succeeded() {
    failures = 0;
    session.report(Behaviour.USEFUL_ANSWER, "");
  }

  /** Its answer was of no use. */
  public void failed(String what) {
    failed(Behaviour.USELESS_ANSWER, what);
  }

  private void failed(Behaviour behaviour, String what) {
    session.report(behaviour, what);
    failures++;
    log.debug("{}: {} ({} of {})", this, what, failures, MAX_FAILURES);
    if (failures >= MAX_FAILURES) {
      drop(DisconnectReason.USELESS_PEER, what + ", " + failures + " failures in a row");
    }
  }

  /** Ends the session from our side; {@code why} is for the log. */
  public void drop(DisconnectReason reason, String why) {
    if (over) {
      return;
    }
    over = true;
    metrics.dropped(reason.name().toLowerCase(Locale.ROOT));
    log.info("{}: disconnecting ({}): {}", this, reason, why);
    session.disconnect(reason);
  }

  /** It broke a rule; whoever called us ends the session. */
  public void violated(ProtocolViolation violation) {
    over = true;
    metrics.dropped(violation.reason().name().toLowerCase(Locale.ROOT));
  }

  /** The session has ended: nothing is answered any more. */
  public void close() {
    over = true;
    List<Pending<?>> unanswered = List.copyOf(pending.values());
    pending.clear();
    for (Pending<?> waiting : unanswered) {
      metrics.request(waiting.asked, "gone");
      waiting.timer.cancel();
      waiting.fail();
    }
  }

  /** For logs: node id, client and version. */
  @Override
  public String toString() {
    return session.id().shortForm() + " (" + session.clientName() + ", " + version + ")";
  }

  /** A request that waits for its answer. */
  private static final class Pending<R extends Response> {
    private final String asked;
    private final int code;
    private final Class<R> type;
    private final int max;
    private final Consumer<Optional<R>> then;
    private Loop.Timer timer = () -> {};
    private boolean late;

    Pending(String asked, int code, Class<R> type, int max, Consumer<Optional<R>> then) {
      this.asked = asked;
      this.code = code;
      this.type = type;
      this.max = max;
      this.then = then;
    }

    void requireCode(int answered) throws ProtocolViolation {
      if (answered != code) {
        throw new ProtocolViolation(
            DisconnectReason.PROTOCOL_BREACH,
            MessageCode.name(answered) + " in answer to a request for " + MessageCode.name(code));
      }
    }

    void requireSize(Response response) throws ProtocolViolation {
      if (response.size() > max) {
        throw new ProtocolViolation(
            DisconnectReason.PROTOCOL_BREACH,
            response.name() + " with " + response.size() + " items, asked for " + max);
      }
    }

    void complete(Response response) {
      timer.cancel();
      then.accept(Optional.of(type.cast(response)));
    }

    void fail() {
      then.accept(Optional.empty());
    }
  }
}
