package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.dev.BlockExecution.Outcome;
import io.kadlink.protocols.eth.rules.Fork;
import io.kadlink.protocols.eth.state.Account;
import io.kadlink.protocols.eth.state.WorldState;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * What the protocol's own calls to system contracts do at the beginning and end of each block:
 * beacon roots (EIP-4788), block hashes (EIP-2935), withdrawal and consolidation requests
 * (EIP-7002, EIP-7251).
 *
 * <p>The contracts have fixed code, so their effect is done here without an EVM, as long as the
 * code at their address is the one of the EIP and no request waits in a queue. Users' calls to them
 * need an EVM, so on a chain of transfers no request ever comes.
 */
final class SystemContracts {
  private static final Bytes BEACON_ROOTS =
      Bytes.fromHexString("0x000f3df6d732807ef1319fb7b8bb8522d0beac02");
  private static final Bytes HISTORY =
      Bytes.fromHexString("0x0000f90827f1c53a10cb7a02335b175320002935");
  private static final Bytes WITHDRAWAL_REQUESTS =
      Bytes.fromHexString("0x00000961ef480eb55e80d19ad83579a64c007002");
  private static final Bytes CONSOLIDATION_REQUESTS =
      Bytes.fromHexString("0x0000bbddc7ce488642fb579f8b00f3a590007251");

  private static final Bytes32 BEACON_ROOTS_CODE =
      Bytes32.fromHexString("0xf57acd40259872606d76197ef052f3d35588dadf919ee1f0e3cb9b62d3f4b02c");
  private static final Bytes32 HISTORY_CODE =
      Bytes32.fromHexString("0x6e49e66782037c0555897870e29fa5e552daf4719552131a0abce779daec0a5d");
  private static final Bytes32 WITHDRAWAL_REQUESTS_CODE =
      Bytes32.fromHexString("0x0345a365d2f4c5975b9f1599abe0a2ee76b7a3a731bc68781bd04c84e4858f50");
  private static final Bytes32 CONSOLIDATION_REQUESTS_CODE =
      Bytes32.fromHexString("0x78c6cb5202685228bbcbfb992b1c4e116c7ec5ef11e25b8e92716cfc628ddd60");

  /** Slots of both ring buffers, EIP-4788 and EIP-2935. */
  private static final long RING_SLOTS = 8191;

  private static final UInt256 EXCESS_SLOT = UInt256.ZERO;
  private static final UInt256 COUNT_SLOT = UInt256.ONE;
  private static final UInt256 HEAD_SLOT = UInt256.valueOf(2);
  private static final UInt256 TAIL_SLOT = UInt256.valueOf(3);

  /** The excess that a request contract is deployed with, until its first system call. */
  private static final UInt256 EXCESS_INHIBITOR = UInt256.MAX_VALUE;

  private static final UInt256 WITHDRAWAL_TARGET = UInt256.valueOf(2);
  private static final UInt256 CONSOLIDATION_TARGET = UInt256.ONE;

  private SystemContracts() {}

  /** The calls before the first transaction; says so when the block can't go on from here. */
  static Optional<Outcome> begin(WorldState state, BlockEnvironment environment) {
    Optional<Outcome> problem = Optional.empty();
    if (environment.fork().has(Fork.CANCUN)) {
      problem = storeBeaconRoot(state, environment);
    }
    if (problem.isEmpty() && environment.fork().has(Fork.PRAGUE)) {
      problem = storeParentHash(state, environment);
    }
    return problem;
  }

  /** The calls after the last transaction. */
  static Optional<Outcome> end(WorldState state, BlockEnvironment environment) {
    if (!environment.fork().has(Fork.PRAGUE)) {
      return Optional.empty();
    }
    return emptyQueue(state, WITHDRAWAL_REQUESTS, WITHDRAWAL_REQUESTS_CODE, WITHDRAWAL_TARGET)
        .or(
            () ->
                emptyQueue(
                    state,
                    CONSOLIDATION_REQUESTS,
                    CONSOLIDATION_REQUESTS_CODE,
                    CONSOLIDATION_TARGET));
  }

  private static Optional<Outcome> storeBeaconRoot(WorldState state, BlockEnvironment environment) {
    Account contract = state.account(BEACON_ROOTS);
    if (!contract.hasCode()) {
      state.credit(BEACON_ROOTS, UInt256.ZERO); // an empty call touches the account
      return Optional.empty();
    }
    if (!contract.codeHash().equals(BEACON_ROOTS_CODE)) {
      return unknownCode(BEACON_ROOTS);
    }
    long slot = Long.remainderUnsigned(environment.timestamp(), RING_SLOTS);
    state.putStorage(BEACON_ROOTS, UInt256.valueOf(slot), unsigned(environment.timestamp()));
    state.putStorage(
        BEACON_ROOTS,
        UInt256.valueOf(slot + RING_SLOTS),
        UInt256.fromBytes(environment.parentBeaconBlockRoot()));
    return Optional.empty();
  }

  private static Optional<Outcome> storeParentHash(WorldState state, BlockEnvironment environment) {
    Account contract = state.account(HISTORY);
    if (!contract.hasCode()) {
      state.credit(HISTORY, UInt256.ZERO); // an empty call touches the account
      return Optional.empty();
    }
    if (!contract.codeHash().equals(HISTORY_CODE)) {
      return unknownCode(HISTORY);
    }
    long slot = Long.remainderUnsigned(environment.number() - 1, RING_SLOTS);
    state.putStorage(HISTORY, UInt256.valueOf(slot), UInt256.fromBytes(environment.parentHash()));
    return Optional.empty();
  }

  private static Optional<Outcome> emptyQueue(
      WorldState state, Bytes address, Bytes32 code, UInt256 target) {
    Account contract = state.account(address);
    if (!contract.hasCode()) {
      return Optional.of(
          new Outcome.Invalid(
              "no code at the system contract " + address + " (EIP-7002, EIP-7251)"));
    }
    if (!contract.codeHash().equals(code)) {
      return unknownCode(address);
    }
    if (!state.storage(address, HEAD_SLOT).equals(state.storage(address, TAIL_SLOT))) {
      return Optional.of(new Outcome.NeedsEvm("requests wait at " + address));
    }
    state.putStorage(address, HEAD_SLOT, UInt256.ZERO);
    state.putStorage(address, TAIL_SLOT, UInt256.ZERO);
    UInt256 excess = state.storage(address, EXCESS_SLOT);
    if (excess.equals(EXCESS_INHIBITOR)) {
      excess = UInt256.ZERO;
    }
    excess = excess.add(state.storage(address, COUNT_SLOT));
    state.putStorage(
        address,
        EXCESS_SLOT,
        excess.compareTo(target) > 0 ? excess.subtract(target) : UInt256.ZERO);
    state.putStorage(address, COUNT_SLOT, UInt256.ZERO);
    return Optional.empty();
  }

  private static Optional<Outcome> unknownCode(Bytes address) {
    return Optional.of(
        new Outcome.NeedsEvm("the system contract " + address + " has code of its own"));
  }

  private static UInt256 unsigned(long value) {
    return UInt256.fromBytes(Bytes.ofUnsignedLong(value));
  }
}
