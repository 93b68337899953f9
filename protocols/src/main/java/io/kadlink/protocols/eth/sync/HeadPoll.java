package io.kadlink.protocols.eth.sync;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.Chain;
import io.kadlink.protocols.eth.peer.EthPeer;
import io.kadlink.protocols.eth.peer.EthPeers;
import io.kadlink.protocols.eth.wire.BlockId;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
import io.kadlink.protocols.eth.wire.EthVersion;
import java.time.Duration;
import org.apache.tuweni.bytes.Bytes32;

/**
 * Asks eth/68 peers now and then whether they have the block after our head. On a chain without
 * proof of work they have no way to tell us: announcing blocks is forbidden since the Merge.
 */
public final class HeadPoll {
  /** Short against the block times of development chains, and nothing against their bandwidth. */
  public static final Duration PERIOD = Duration.ofSeconds(1);

  private final Chain chain;
  private final EthPeers peers;
  private final Runnable headLearned;
  private final Loop loop;
  private Loop.Timer timer = () -> {};

  /**
   * @param headLearned called when a peer's head is ahead of ours
   */
  public HeadPoll(Chain chain, EthPeers peers, Loop loop, Runnable headLearned) {
    this.chain = chain;
    this.peers = peers;
    this.headLearned = headLearned;
    this.loop = loop;
  }

  /** From here on they are asked. */
  public void start() {
    timer = loop.repeat(PERIOD, this::poll);
  }

  /** Learns the number of the head that an eth/68 Status named by hash only. */
  public void resolve(EthPeer peer, Bytes32 head) {
    chain
        .header(head)
        .ifPresentOrElse(
            known -> learned(peer, known),
            () ->
                peer.requestHeaders(
                    new GetBlockHeaders.AtHash(head),
                    1,
                    false,
                    answer ->
                        answer.ifPresent(
                            headers ->
                                headers.headers().stream()
                                    .filter(header -> header.hash().equals(head))
                                    .forEach(header -> learned(peer, header)))));
  }

  public void stop() {
    timer.cancel();
  }

  private void poll() {
    long next = chain.head().number() + 1;
    for (EthPeer peer : peers.open()) {
      if (!peer.version().has(EthVersion.ETH_69) && peer.inFlight() == 0 && !peer.hasBlock(next)) {
        peer.requestHeaders(
            new GetBlockHeaders.AtNumber(next),
            1,
            false,
            answer ->
                answer.ifPresent(
                    headers ->
                        headers.headers().stream()
                            .filter(header -> header.number() == next)
                            .forEach(header -> learned(peer, header))));
      }
    }
  }

  private void learned(EthPeer peer, BlockHeader header) {
    if (!peer.hasBlock(header.number())) {
      peer.setHead(new BlockId(header.number(), header.hash()));
    }
    headLearned.run();
  }
}
