package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.pool.PoolLimits;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;

/**
 * How a {@link DevChain} is opened.
 *
 * @param directory where it is kept; in memory when empty
 * @param networkId of eth Status; the chain id when empty
 * @param transfersOnly whether a block that needs an EVM is invalid; else it is stored unchecked
 * @param executor what imports run on, one at a time and in order; a thread of its own when empty
 * @param meters where blocks and transactions are counted
 */
public record DevChainOptions(
    Genesis genesis,
    Optional<Path> directory,
    OptionalLong networkId,
    boolean transfersOnly,
    PoolLimits poolLimits,
    InstantSource clock,
    Optional<Executor> executor,
    MeterRegistry meters) {

  /** The built-in dev chain in memory: transfers only, on the system's clock. */
  public static DevChainOptions devChain() {
    return of(DevGenesis.genesis()).withTransfersOnly(true);
  }

  /** A chain with this genesis in memory, which may carry blocks that need an EVM. */
  public static DevChainOptions of(Genesis genesis) {
    return new DevChainOptions(
        genesis,
        Optional.empty(),
        OptionalLong.empty(),
        false,
        PoolLimits.DEFAULT,
        InstantSource.system(),
        Optional.empty(),
        new SimpleMeterRegistry());
  }

  public DevChainOptions withDirectory(Path newDirectory) {
    return new DevChainOptions(
        genesis,
        Optional.of(newDirectory),
        networkId,
        transfersOnly,
        poolLimits,
        clock,
        executor,
        meters);
  }

  public DevChainOptions withNetworkId(long newNetworkId) {
    return new DevChainOptions(
        genesis,
        directory,
        OptionalLong.of(newNetworkId),
        transfersOnly,
        poolLimits,
        clock,
        executor,
        meters);
  }

  public DevChainOptions withTransfersOnly(boolean only) {
    return new DevChainOptions(
        genesis, directory, networkId, only, poolLimits, clock, executor, meters);
  }

  public DevChainOptions withPoolLimits(PoolLimits limits) {
    return new DevChainOptions(
        genesis, directory, networkId, transfersOnly, limits, clock, executor, meters);
  }

  public DevChainOptions withClock(InstantSource newClock) {
    return new DevChainOptions(
        genesis, directory, networkId, transfersOnly, poolLimits, newClock, executor, meters);
  }

  public DevChainOptions withExecutor(Executor newExecutor) {
    return new DevChainOptions(
        genesis,
        directory,
        networkId,
        transfersOnly,
        poolLimits,
        clock,
        Optional.of(newExecutor),
        meters);
  }

  public DevChainOptions withMeters(MeterRegistry newMeters) {
    return new DevChainOptions(
        genesis, directory, networkId, transfersOnly, poolLimits, clock, executor, newMeters);
  }
}
