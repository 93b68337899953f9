package io.kadlink.protocols.eth.peer;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.protocols.eth.chain.BlockAccessList;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.wire.BlockId;
import io.kadlink.protocols.eth.wire.BlockRange;
import io.kadlink.protocols.eth.wire.EthCodec;
import io.kadlink.protocols.eth.wire.EthLimits;
import io.kadlink.protocols.eth.wire.EthMessage;
import io.kadlink.protocols.eth.wire.EthMessage.BlockAccessLists;
import io.kadlink.protocols.eth.wire.EthMessage.BlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.BlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.Cells;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockAccessLists;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.GetCells;
import io.kadlink.protocols.eth.wire.EthMessage.GetPooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.PooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.Response;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionCells;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.protocols.eth.wire.MessageCode;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.reputation.Behaviour;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.apache.tuweni.bytes.Bytes;
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
  private final Optional<Bytes> network;
  private CellOrder cellOrder;

  private final KnownHashes knownTransactions = new KnownHashes(MAX_KNOWN_TRANSACTIONS);
  private final KnownHashes knownBlocks = new KnownHashes(MAX_KNOWN_BLOCKS);
  private final Map<Long, PendingRequest<?>> pending = new HashMap<>();
  private Optional<BlockId> head = Optional.empty();
  private Optional<BlockRange> range = Optional.empty();
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
    this.network = AddressNetwork.of(session);
    this.cellOrder = CellOrder.of(session.clientName());
  }

  public Peer session() {
    return session;
  }

  public EthVersion version() {
    return version;
  }

  /** The address network it is in, when that counts for limits: not a private one. */
  public Optional<Bytes> network() {
    return network;
  }

  /** How it lists cells, and so expects them. */
  public CellOrder cellOrder() {
    return cellOrder;
  }

  public void setCellOrder(CellOrder order) {
    cellOrder = order;
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

  /** It says what it can serve. */
  public void setRange(BlockRange range) {
    this.range = Optional.of(range);
    setHead(range.head());
  }

  /** What it can serve, as it said last; since eth/69. */
  public Optional<BlockRange> range() {
    return range;
  }

  /** Whether it claims to have the body and receipts of the block at this height. */
  public boolean servesBlock(long number) {
    return hasBlock(number)
        && range.map(known -> Long.compareUnsigned(known.earliest(), number) <= 0).orElse(true);
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
    ask(id -> new GetBlockHeaders(id, origin, limit, 0, reverse), BlockHeaders.class, limit, then);
  }

  /** Asks for the bodies of these blocks; {@code then} gets them in order with gaps, or nothing. */
  public void requestBodies(List<Bytes32> hashes, Consumer<Optional<BlockBodies>> then) {
    ask(id -> new GetBlockBodies(id, hashes), BlockBodies.class, hashes.size(), then);
  }

  /** Asks for transactions; {@code then} gets them in order with gaps, or nothing. */
  public void requestTransactions(
      List<Bytes32> hashes, Consumer<Optional<PooledTransactions>> then) {
    ask(id -> new GetPooledTransactions(id, hashes), PooledTransactions.class, hashes.size(), then);
  }

  /**
   * Asks for receipts; {@code then} gets all receipts of the first of these blocks, checked against
   * their headers, or nothing. It asks again for what comes in parts (eth/70).
   */
  public void requestReceipts(
      List<BlockHeader> blocks, Consumer<Optional<List<List<Receipt>>>> then) {
    new ReceiptRequest(this, blocks, then).ask();
  }

  /**
   * Asks for access lists; {@code then} gets one for each of the first of these blocks, where the
   * peer has one, checked against their headers, or nothing.
   *
   * @throws IllegalArgumentException before eth/71
   */
  public void requestAccessLists(
      List<BlockHeader> blocks, Consumer<Optional<List<Optional<BlockAccessList>>>> then) {
    ask(
        id -> new GetBlockAccessLists(id, blocks.stream().map(BlockHeader::hash).toList()),
        BlockAccessLists.class,
        blocks.size(),
        answer -> then.accept(answer.flatMap(lists -> accepted(blocks, lists))));
  }

  private Optional<List<Optional<BlockAccessList>>> accepted(
      List<BlockHeader> blocks, BlockAccessLists answer) {
    for (int i = 0; i < answer.size(); i++) {
      Optional<Bytes32> hash = answer.accessLists().get(i).map(BlockAccessList::hash);
      if (hash.isPresent() && !hash.equals(blocks.get(i).blockAccessListHash())) {
        drop(
            DisconnectReason.PROTOCOL_BREACH,
            "BlockAccessLists: not the access list of block " + blocks.get(i));
        return Optional.empty();
      }
    }
    return Optional.of(answer.accessLists());
  }

  /**
   * Asks for cells of blob transactions; {@code then} gets those of some of them, some of the
   * cells, unverified, or nothing.
   *
   * @param hashes at most {@value EthLimits#SOFT_CELL_REQUEST}
   * @throws IllegalArgumentException when there are more, and before eth/72
   */
  public void requestCells(List<Bytes32> hashes, CellMask cells, Consumer<Optional<Cells>> then) {
    if (hashes.size() > EthLimits.SOFT_CELL_REQUEST) {
      throw new IllegalArgumentException("cells of " + hashes.size() + " transactions");
    }
    ask(
        id -> new GetCells(id, hashes, cells),
        Cells.class,
        hashes.size(),
        answer -> then.accept(answer.filter(one -> accepted(hashes, cells, one))));
  }

  private boolean accepted(List<Bytes32> hashes, CellMask asked, Cells answer) {
    Set<Bytes32> open = new HashSet<>(hashes);
    for (TransactionCells transaction : answer.transactions()) {
      if (!open.remove(transaction.hash())) {
        drop(
            DisconnectReason.PROTOCOL_BREACH,
            "Cells: of " + transaction.hash() + ", which was not asked for, or is there twice");
        return false;
      }
    }
    if (!answer.cells().isWithin(asked)) {
      drop(DisconnectReason.PROTOCOL_BREACH, "Cells: at indices that were not asked for");
      return false;
    }
    return true;
  }

  /**
   * Asks anything.
   *
   * @param max items in the answer
   */
  <R extends Response> void ask(
      LongFunction<EthMessage.Request> question,
      Class<R> type,
      int max,
      Consumer<Optional<R>> then) {
    EthMessage.Request request = question.apply(++lastRequestId);
    // The answer's code is the one after the question's.
    request(request, new PendingRequest<>(request.name(), request.code() + 1, type, max, then));
  }

  private void request(EthMessage.Request request, PendingRequest<?> waiting) {
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

  private void timedOut(long id, PendingRequest<?> waiting) {
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
    PendingRequest<?> waiting = pending.get(id);
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

  /** Tells the server of something it did that ends no session by itself. */
  public void report(Behaviour behaviour, String what) {
    session.report(behaviour, what);
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
    List<PendingRequest<?>> unanswered = List.copyOf(pending.values());
    pending.clear();
    for (PendingRequest<?> waiting : unanswered) {
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
}
