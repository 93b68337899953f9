package io.kadlink.protocols.eth;

import java.time.Duration;

/**
 * How the eth protocol behaves.
 *
 * @param followPeers whether the chain's head comes from peers: blocks are fetched from whoever has
 *     a higher one, and each new head is announced at once. False where a consensus layer decides
 *     on the head; then nothing is fetched, and block announcements are a breach (EIP-3675)
 * @param requestTimeout how long a peer may take to answer
 */
public record EthOptions(boolean followPeers, Duration requestTimeout) {
  /** Follows peers; 8 seconds, enough for 2 MiB over a slow line. */
  public static final EthOptions DEFAULT = new EthOptions(true, Duration.ofSeconds(8));

  public EthOptions {
    if (requestTimeout.isNegative() || requestTimeout.isZero()) {
      throw new IllegalArgumentException("a time-out is longer than nothing: " + requestTimeout);
    }
  }

  public EthOptions withFollowPeers(boolean follow) {
    return new EthOptions(follow, requestTimeout);
  }

  public EthOptions withRequestTimeout(Duration timeout) {
    return new EthOptions(followPeers, timeout);
  }
}
