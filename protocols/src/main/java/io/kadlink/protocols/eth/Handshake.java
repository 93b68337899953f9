package io.kadlink.protocols.eth;

import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.Chain;
import io.kadlink.protocols.eth.wire.BlockRange;
import io.kadlink.protocols.eth.wire.EthMessage.Status;
import io.kadlink.protocols.eth.wire.EthMessage.Status68;
import io.kadlink.protocols.eth.wire.EthMessage.Status69;
import io.kadlink.protocols.eth.wire.EthVersion;
import java.time.Duration;
import java.util.Optional;

/** Our Status, and what we think of theirs (caps/eth.md §Status). */
final class Handshake {
  /** From the session's beginning to a peer's Status; what the other clients allow. */
  static final Duration TIME_LIMIT = Duration.ofSeconds(5);

  private final Chain chain;

  Handshake(Chain chain) {
    this.chain = chain;
  }

  /**
   * Why a peer is of no use to us.
   *
   * @param what one word for the metric
   * @param why what it said and what was expected
   */
  record Refusal(String what, String why) {}

  Status ours(EthVersion version) {
    BlockHeader head = chain.head();
    return version.has(EthVersion.ETH_69)
        ? new Status69(
            version.number(),
            chain.networkId(),
            chain.genesisHash(),
            chain.forks().at(head),
            new BlockRange(chain.earliestBlock(), head.number(), head.hash()))
        : new Status68(
            version.number(),
            chain.networkId(),
            chain.totalDifficulty(),
            head.hash(),
            chain.genesisHash(),
            chain.forks().at(head));
  }

  /** Empty when we have a chain in common. */
  Optional<Refusal> judge(EthVersion version, Status theirs) {
    if (theirs.networkId() != chain.networkId()) {
      return refuse(
          "network",
          "network id " + Long.toUnsignedString(theirs.networkId()),
          Long.toUnsignedString(chain.networkId()));
    }
    if (theirs.version() != version.number()) {
      return refuse("version", "version " + theirs.version(), version.toString());
    }
    if (!theirs.genesis().equals(chain.genesisHash())) {
      return refuse("genesis", "genesis " + theirs.genesis(), chain.genesisHash().toString());
    }
    Optional<String> incompatible = chain.forks().incompatibility(theirs.forkId(), chain.head());
    if (incompatible.isPresent()) {
      return Optional.of(new Refusal("fork_id", incompatible.get()));
    }
    if (theirs instanceof Status69 status) {
      return status.range().flaw().map(flaw -> new Refusal("range", flaw));
    }
    return Optional.empty();
  }

  private static Optional<Refusal> refuse(String what, String found, String expected) {
    return Optional.of(new Refusal(what, found + ", expected " + expected));
  }
}
