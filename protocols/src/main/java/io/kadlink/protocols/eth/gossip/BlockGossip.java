package io.kadlink.protocols.eth.gossip;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.Chain;
import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.peer.EthMetrics;
import io.kadlink.protocols.eth.peer.EthPeer;
import io.kadlink.protocols.eth.peer.EthPeers;
import io.kadlink.protocols.eth.wire.BlockId;
import io.kadlink.protocols.eth.wire.BlockRange;
import io.kadlink.protocols.eth.wire.EthMessage;
import io.kadlink.protocols.eth.wire.EthMessage.BlockRangeUpdate;
import io.kadlink.protocols.eth.wire.EthMessage.NewBlock;
import io.kadlink.protocols.eth.wire.EthMessage.NewBlockHashes;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes32;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells peers of a new head, and takes note of theirs.
 *
 * <p>Since the Merge, NewBlock and NewBlockHashes are forbidden (EIP-3675): a client that gets one
 * on a chain without proof of work ends the session. So what is said depends on what the other end
 * is bound to understand:
 *
 * <ul>
 *   <li>Since eth/69: BlockRangeUpdate, which names the head and is legal on every chain. Where
 *       heads come from peers it goes out with each new head. Where a consensus layer decides, it
 *       is sent as the specification recommends: every {@link #RANGE_BLOCKS} blocks or {@link
 *       #RANGE_INTERVAL}, and at once when the head moves back.
 *   <li>eth/68, block with difficulty: NewBlock to a few, NewBlockHashes to the rest.
 *   <li>eth/68, block without: nothing; these peers find out by asking (HeadPoll).
 * </ul>
 *
 * <p>Only blocks that the chain has taken are announced, one per turn of the loop, and none while
 * we are far behind ourselves.
 */
public final class BlockGossip {
  private static final Logger log = LoggerFactory.getLogger(BlockGossip.class);

  /** How many blocks may pass before peers are told of a new range, unless heads come from them. */
  static final int RANGE_BLOCKS = 32;

  /** caps/eth.md §BlockRangeUpdate: about once every two minutes. */
  static final Duration RANGE_INTERVAL = Duration.ofMinutes(2);

  private final Chain chain;
  private final EthPeers peers;
  private final Loop loop;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final EthMetrics metrics;
  private final boolean followPeers;
  private final BooleanSupplier farBehind;
  private final Runnable headLearned;

  /** Whose NewBlock is being imported: one at a time for each. */
  private final Set<EthPeer> importing = new HashSet<>();

  private boolean announcementDue;
  private @Nullable BlockId lastAnnounced;
  private Instant lastAnnouncedAt;

  /**
   * @param followPeers whether our head comes from peers rather than from a consensus layer
   * @param farBehind whether a long download is going on
   * @param headLearned called when a peer's head is ahead of ours
   */
  public BlockGossip(
      Chain chain,
      EthPeers peers,
      Loop loop,
      InstantSource clock,
      RandomGenerator random,
      EthMetrics metrics,
      boolean followPeers,
      BooleanSupplier farBehind,
      Runnable headLearned) {
    this.chain = chain;
    this.peers = peers;
    this.loop = loop;
    this.clock = clock;
    this.random = random;
    this.metrics = metrics;
    this.followPeers = followPeers;
    this.farBehind = farBehind;
    this.headLearned = headLearned;
    this.lastAnnouncedAt = clock.instant();
  }

  /** The chain has a new head: peers are told at the end of this turn. */
  public void newHead() {
    loop.assertInLoop();
    if (!announcementDue) {
      announcementDue = true;
      loop.execute(this::announce);
    }
  }

  /**
   * A peer's Status has been accepted. Heads that came after ours went out were announced without
   * it, so it is told now.
   *
   * @param named the head our Status named
   */
  public void connected(EthPeer peer, Bytes32 named) {
    BlockHeader head = chain.head();
    if (peer.version().has(EthVersion.ETH_69) && !head.hash().equals(named)) {
      peer.send(new BlockRangeUpdate(range(head)));
    }
  }

  private void announce() {
    announcementDue = false;
    if (farBehind.getAsBoolean()) {
      return;
    }
    BlockHeader head = chain.head();
    BlockId id = new BlockId(head.number(), head.hash());
    if (id.equals(lastAnnounced)) {
      return;
    }
    boolean tellRange = followPeers || rangeMatters(id);
    List<EthPeer> open = peers.open();
    Set<EthPeer> chosen = Chosen.of(open, random);
    for (EthPeer peer : open) {
      if (!peer.version().has(EthVersion.ETH_69)) {
        if (!head.difficulty().isZero() && !peer.knownBlocks().contains(id.hash())) {
          propagate(head, peer, chosen.contains(peer));
        }
      } else if (tellRange) {
        peer.send(new BlockRangeUpdate(range(head)));
      }
    }
    if (tellRange) {
      lastAnnounced = id;
      lastAnnouncedAt = clock.instant();
    }
  }

  private BlockRange range(BlockHeader head) {
    return new BlockRange(chain.earliestBlock(), head.number(), head.hash());
  }

  private boolean rangeMatters(BlockId head) {
    BlockId last = lastAnnounced;
    return last == null
        || Long.compareUnsigned(head.number(), last.number()) < 0
        || head.number() - last.number() >= RANGE_BLOCKS
        || !clock.instant().isBefore(lastAnnouncedAt.plus(RANGE_INTERVAL));
  }

  private void propagate(BlockHeader head, EthPeer peer, boolean whole) {
    BlockId id = new BlockId(head.number(), head.hash());
    Optional<BlockBody> body = whole ? chain.body(id.hash()) : Optional.empty();
    EthMessage message =
        body.isPresent()
            ? new NewBlock(new Block(head, body.get()), chain.totalDifficulty())
            : new NewBlockHashes(List.of(id));
    if (peer.send(message)) {
      peer.knownBlocks().add(id.hash());
    }
  }

  /**
   * A peer says what it can serve.
   *
   * @throws ProtocolViolation when that can't be
   */
  public void rangeUpdated(EthPeer by, BlockRangeUpdate update) throws ProtocolViolation {
    Optional<String> flaw = update.range().flaw();
    if (flaw.isPresent()) {
      throw new ProtocolViolation(
          DisconnectReason.PROTOCOL_BREACH, "BlockRangeUpdate: " + flaw.get());
    }
    by.setRange(update.range());
    headLearned.run();
  }

  /**
   * A peer names new blocks.
   *
   * @throws ProtocolViolation on a chain where blocks do not come from peers
   */
  public void announced(EthPeer by, NewBlockHashes message) throws ProtocolViolation {
    requireGossip(message);
    for (BlockId block : message.blocks()) {
      by.knownBlocks().add(block.hash());
      raiseHead(by, block);
    }
    headLearned.run();
  }

  /**
   * A peer sends a new block.
   *
   * @throws ProtocolViolation on a chain where blocks do not come from peers
   */
  public void received(EthPeer from, NewBlock message) throws ProtocolViolation {
    requireGossip(message);
    Block block = message.block();
    BlockId id = new BlockId(block.header().number(), block.header().hash());
    from.knownBlocks().add(id.hash());
    raiseHead(from, id);
    if (chain.header(id.hash()).isPresent()) {
      metrics.block("known");
    } else if (chain.header(block.header().parentHash()).isPresent() && importing.add(from)) {
      chain
          .importBlock(block)
          .whenComplete(
              (result, failure) -> loop.execute(() -> imported(from, id, result, failure)));
    } else {
      headLearned.run();
    }
  }

  private void imported(
      EthPeer from, BlockId block, @Nullable ImportResult result, @Nullable Throwable failure) {
    importing.remove(from);
    switch (result) {
      case null -> {
        metrics.block("failed");
        log.debug("block {} could not be imported", block, failure); // the chain says why
      }
      case ImportResult.Imported imported -> metrics.block("imported");
      case ImportResult.Known known -> metrics.block("known");
      case ImportResult.UnknownParent unknown -> metrics.block("unknown_parent");
      case ImportResult.Invalid invalid -> {
        metrics.block("invalid");
        from.drop(DisconnectReason.PROTOCOL_BREACH, "block " + block + ": " + invalid.reason());
      }
    }
    headLearned.run();
  }

  private void requireGossip(EthMessage message) throws ProtocolViolation {
    if (!followPeers && chain.head().difficulty().isZero()) {
      throw new ProtocolViolation(
          DisconnectReason.PROTOCOL_BREACH,
          message.name() + " on a chain whose blocks come from its consensus layer (EIP-3675)");
    }
  }

  private static void raiseHead(EthPeer peer, BlockId block) {
    if (peer.head().isEmpty()
        || Long.compareUnsigned(block.number(), peer.head().get().number()) > 0) {
      peer.setHead(block);
    }
  }
}
