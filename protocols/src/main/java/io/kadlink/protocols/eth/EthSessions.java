package io.kadlink.protocols.eth;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import io.kadlink.protocols.eth.chain.Chain;
import io.kadlink.protocols.eth.chain.ForkId;
import io.kadlink.protocols.eth.gossip.BlockGossip;
import io.kadlink.protocols.eth.gossip.TransactionGossip;
import io.kadlink.protocols.eth.kzg.NativeKzg;
import io.kadlink.protocols.eth.peer.Arrival;
import io.kadlink.protocols.eth.peer.EthMetrics;
import io.kadlink.protocols.eth.peer.EthPeer;
import io.kadlink.protocols.eth.peer.EthPeers;
import io.kadlink.protocols.eth.peer.OffLoop;
import io.kadlink.protocols.eth.sync.HeadPoll;
import io.kadlink.protocols.eth.sync.ReceiptDownload;
import io.kadlink.protocols.eth.sync.Sync;
import io.kadlink.protocols.eth.sync.SyncProgress;
import io.kadlink.protocols.eth.wire.EthMessage;
import io.kadlink.protocols.eth.wire.EthMessage.BlockRangeUpdate;
import io.kadlink.protocols.eth.wire.EthMessage.GetCells;
import io.kadlink.protocols.eth.wire.EthMessage.GetPooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.NewBlock;
import io.kadlink.protocols.eth.wire.EthMessage.NewBlockHashes;
import io.kadlink.protocols.eth.wire.EthMessage.NewPooledTransactionHashes;
import io.kadlink.protocols.eth.wire.EthMessage.Request;
import io.kadlink.protocols.eth.wire.EthMessage.Response;
import io.kadlink.protocols.eth.wire.EthMessage.Status;
import io.kadlink.protocols.eth.wire.EthMessage.Status68;
import io.kadlink.protocols.eth.wire.EthMessage.Status69;
import io.kadlink.protocols.eth.wire.EthMessage.Transactions;
import io.kadlink.protocols.eth.wire.MessageCode;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.Peer;
import io.kadlink.server.ProtocolContext;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.tuweni.bytes.Bytes32;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All eth sessions of a server, whatever their version: lets a session in by its Status, then hands
 * each message to the part it is for. Everything but the read-only views runs on the protocol's
 * loop.
 */
final class EthSessions {
  private static final Logger log = LoggerFactory.getLogger(EthSessions.class);

  /**
   * A peer that asks on without reading our answers is not answered while this much waits: three
   * full answers, and one more fits what a protocol may have waiting.
   */
  static final long MAX_UNREAD_BYTES = 6L << 20;

  private final Chain chain;
  private final EthOptions options;
  private final Handshake handshake;
  private final Answers answers;
  private final EthPeers peers = new EthPeers();
  private final Map<Peer, EthPeer> sessions = new HashMap<>();
  private final Map<EthPeer, Greeting> greeting = new HashMap<>();
  private final Map<NodeId, EthPeerStatus> statuses = new ConcurrentHashMap<>();
  private volatile @Nullable Running running;

  /**
   * Our Status is out, theirs is awaited.
   *
   * @param named the head our Status named
   */
  private record Greeting(Loop.Timer timeLimit, Bytes32 named) {}

  /** What there is between start and stop. */
  private record Running(
      ProtocolContext context,
      EthMetrics metrics,
      PoolAnswers pool,
      TransactionGossip transactions,
      BlockGossip blocks,
      Sync sync,
      ReceiptDownload receipts,
      HeadPoll poll,
      List<Chain.Subscription> subscriptions) {}

  private @Nullable ForkId announcedForkId;

  EthSessions(Chain chain, EthOptions options) {
    this.chain = chain;
    this.options = options;
    this.handshake = new Handshake(chain);
    this.answers = new Answers(chain);
  }

  Collection<EthPeerStatus> statuses() {
    return List.copyOf(statuses.values());
  }

  Optional<EthPeerStatus> status(NodeId id) {
    return Optional.ofNullable(statuses.get(id));
  }

  Optional<SyncProgress> syncProgress() {
    Running now = running;
    return now == null ? Optional.empty() : now.sync().progress();
  }

  /** Called for each version; the first call counts. */
  void start(ProtocolContext context) {
    if (running != null) {
      return;
    }
    Loop loop = context.loop();
    InstantSource clock = context.steadyClock(); // nothing here is compared with others' time
    EthMetrics metrics = new EthMetrics(context.metrics());
    TransactionGossip transactions =
        new TransactionGossip(
            chain.pool(),
            peers,
            loop,
            context.computation(),
            context.random(),
            metrics,
            NativeKzg::load);
    Sync sync =
        new Sync(
            chain,
            peers,
            loop,
            context.computation(),
            clock,
            context.random(),
            metrics,
            this::downloadEnded);
    ReceiptDownload receipts =
        new ReceiptDownload(chain, peers, loop, clock, metrics, sync::farBehind);
    BlockGossip blocks =
        new BlockGossip(
            chain,
            peers,
            loop,
            clock,
            context.random(),
            metrics,
            options.followPeers(),
            sync::farBehind,
            this::headLearned);
    HeadPoll poll = new HeadPoll(chain, peers, loop, this::headLearned);
    running =
        new Running(
            context,
            metrics,
            new PoolAnswers(
                chain.pool(), answers, new OffLoop(context.computation(), loop), loop, metrics),
            transactions,
            blocks,
            sync,
            receipts,
            poll,
            List.of(
                chain.onNewHead(block -> loop.execute(this::newHead)),
                chain.pool().onAdded(added -> loop.execute(() -> transactions.added(added)))));
    if (options.followPeers()) {
      sync.start();
      receipts.start();
      poll.start();
    }
    announceForkId();
  }

  void stop() {
    Running now = running;
    if (now != null) {
      running = null;
      now.subscriptions().forEach(Chain.Subscription::close);
      now.sync().stop();
      now.receipts().stop();
      now.poll().stop();
    }
  }

  private void newHead() {
    Running now = running;
    if (now != null) {
      announceForkId();
      now.blocks().newHead();
    }
  }

  private void downloadEnded() {
    Running now = running;
    if (now != null) {
      now.blocks().newHead();
    }
  }

  private void headLearned() {
    Running now = running;
    if (now != null && options.followPeers()) {
      now.sync().check();
    }
  }

  /** EIP-2124: the record names our fork id, which changes when a fork is passed. */
  private void announceForkId() {
    Running now = running;
    ForkId current = chain.forks().at(chain.head());
    if (now != null && !current.equals(announcedForkId)) {
      announcedForkId = current;
      now.context()
          .updateRecord(record -> record.entry(ForkIdEntry.KEY, ForkIdEntry.encode(current)))
          .whenComplete(
              (record, failure) -> {
                if (failure != null) {
                  log.warn("the fork id could not be put into the node's record", failure);
                }
              });
    }
  }

  void connected(EthProtocol protocol, Peer session) {
    Running now = running;
    if (now == null) {
      return;
    }
    Loop loop = now.context().loop();
    EthPeer peer =
        new EthPeer(
            session,
            protocol,
            protocol.ethVersion(),
            loop,
            now.metrics(),
            options.requestTimeout(),
            this::show);
    sessions.put(session, peer);
    Status ours = handshake.ours(peer.version());
    greeting.put(
        peer,
        new Greeting(loop.schedule(Handshake.TIME_LIMIT, () -> lateStatus(peer)), ours.head()));
    peer.send(ours);
  }

  private void lateStatus(EthPeer peer) {
    if (greeting.remove(peer) != null) {
      count("timeout");
      peer.drop(
          DisconnectReason.TIMEOUT, "no Status within " + Handshake.TIME_LIMIT.toSeconds() + " s");
    }
  }

  void disconnected(Peer session) {
    EthPeer peer = sessions.remove(session);
    Running now = running;
    if (peer == null) {
      return;
    }
    Greeting unanswered = greeting.remove(peer);
    if (unanswered != null) {
      unanswered.timeLimit().cancel();
    }
    peers.remove(peer);
    statuses.computeIfPresent(
        session.id(), (id, status) -> status.peer().equals(session) ? null : status);
    peer.close();
    if (now != null) {
      now.pool().disconnected(peer);
      now.transactions().disconnected(peer);
      now.sync().disconnected(peer);
      now.receipts().disconnected(peer);
    }
  }

  void message(Peer session, Arrival arrival) throws ProtocolViolation {
    Running now = running;
    EthPeer peer = sessions.get(session);
    if (now == null || peer == null || peer.isOver()) {
      return;
    }
    try {
      Greeting unanswered = greeting.get(peer);
      if (unanswered != null) {
        greeted(now, peer, unanswered, arrival);
      } else if (MessageCode.isResponse(arrival.code())) {
        peer.receive(arrival);
      } else {
        handle(now, peer, arrival.message());
      }
    } catch (ProtocolViolation violation) {
      peer.violated(violation);
      throw violation;
    }
  }

  /** The first message has to be Status. */
  private void greeted(Running now, EthPeer peer, Greeting unanswered, Arrival arrival)
      throws ProtocolViolation {
    if (arrival.code() != MessageCode.STATUS) {
      count("no_status");
      throw new ProtocolViolation(
          DisconnectReason.PROTOCOL_BREACH, MessageCode.name(arrival.code()) + " before Status");
    }
    Status status;
    try {
      status = (Status) arrival.message();
    } catch (ProtocolViolation malformed) {
      count("malformed");
      throw malformed;
    }
    Optional<Handshake.Refusal> refusal = handshake.judge(peer.version(), status);
    if (refusal.isPresent()) {
      count(refusal.get().what());
      throw new ProtocolViolation(
          DisconnectReason.SUBPROTOCOL_ERROR, "Status: " + refusal.get().why());
    }
    count("accepted");
    greeting.remove(peer);
    unanswered.timeLimit().cancel();
    peers.add(peer);
    log.debug("{}: on our chain", peer);
    show(peer);
    switch (status) {
      case Status68 named -> now.poll().resolve(peer, named.head());
      case Status69 named -> peer.setRange(named.range());
    }
    now.transactions().connected(peer);
    now.blocks().connected(peer, unanswered.named());
    headLearned();
  }

  private void handle(Running now, EthPeer peer, EthMessage message) throws ProtocolViolation {
    switch (message) {
      case Status again ->
          throw new ProtocolViolation(DisconnectReason.PROTOCOL_BREACH, "Status, twice");
      case Request request -> answer(now, peer, request);
      case Response response -> throw new IllegalStateException("handled by EthPeer");
      case Transactions sent -> now.transactions().received(peer, sent);
      case NewPooledTransactionHashes announced -> now.transactions().announced(peer, announced);
      case NewBlockHashes announced -> now.blocks().announced(peer, announced);
      case NewBlock sent -> now.blocks().received(peer, sent);
      case BlockRangeUpdate update -> now.blocks().rangeUpdated(peer, update);
    }
  }

  private void answer(Running now, EthPeer peer, Request request) {
    if (peer.session().pendingBytes() > MAX_UNREAD_BYTES) {
      now.metrics().ignored(request.name(), "not_reading");
      log.debug("{}: {} not answered, it doesn't read what it has", peer, request.name());
      return;
    }
    switch (request) {
      case GetPooledTransactions asked -> now.pool().answer(peer, asked);
      case GetCells asked -> now.pool().answer(peer, asked);
      default -> peer.send(answers.to(peer.version(), request));
    }
  }

  private void show(EthPeer peer) {
    Peer session = peer.session();
    if (!peer.isOver()) {
      statuses.put(session.id(), new EthPeerStatus(session, peer.version(), peer.head()));
    }
  }

  private void count(String outcome) {
    Running now = running;
    if (now != null) {
      now.metrics().handshake(outcome);
    }
  }
}
