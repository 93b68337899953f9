package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.chain.Withdrawal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Extends a dev chain by a block at a time, from its pool; blocks may be empty. On a network of dev
 * chains one node does this.
 */
public final class BlockProducer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BlockProducer.class);

  private static final Bytes EXTRA_DATA = Bytes.wrap("kadlink".getBytes(StandardCharsets.US_ASCII));

  private final DevChain chain;
  private final BlockBuilder builder;
  private final Bytes coinbase;
  private final InstantSource clock;
  private @Nullable ScheduledFuture<?> timer;

  /**
   * A producer that does nothing yet.
   *
   * @param coinbase the 20-byte address that gets the tips
   * @param clock what timestamps are taken from
   */
  public BlockProducer(DevChain chain, Bytes coinbase, InstantSource clock) {
    this.chain = chain;
    this.builder = new BlockBuilder(chain.genesis().config());
    this.coinbase = coinbase;
    this.clock = clock;
  }

  /**
   * The next block on the head, not imported yet.
   *
   * @param timestamp seconds since the epoch, after the head's
   * @throws IllegalStateException when the head's state is not known here
   */
  public Block buildBlock(long timestamp) {
    return buildBlock(timestamp, List.of());
  }

  /** {@link #buildBlock(long)} with withdrawals (EIP-4895). */
  public Block buildBlock(long timestamp, List<Withdrawal> withdrawals) {
    BlockHeader parent = chain.head();
    if (!chain.headStateChecked()) {
      throw new IllegalStateException("the state of the head " + parent + " is not known here");
    }
    return builder.build(
        parent,
        chain.state(parent),
        timestamp,
        coinbase,
        EXTRA_DATA,
        chain.pool().executable(),
        withdrawals);
  }

  /** Builds a block for now, or a second after the head if that is later, and imports it. */
  public CompletionStage<ImportResult> produce() {
    long now = clock.instant().getEpochSecond();
    Block block = buildBlock(Math.max(now, chain.head().timestamp() + 1));
    return chain
        .importBlock(block)
        .whenComplete(
            (result, error) -> {
              if (error != null) {
                LOG.debug("block {} was not imported", block.header(), error); // the chain says why
              } else {
                LOG.info(
                    "produced block {} with {} transactions: {}",
                    block.header(),
                    block.body().transactions().size(),
                    result);
              }
            });
  }

  /**
   * Produces a block every {@code period} from now on.
   *
   * @param executor what blocks are built on: a thread that may be busy for a while
   */
  public void start(ScheduledExecutorService executor, Duration period) {
    if (timer != null) {
      throw new IllegalStateException("started already");
    }
    timer =
        executor.scheduleAtFixedRate(
            this::produceSafely, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void produceSafely() {
    try {
      produce();
    } catch (RuntimeException e) {
      LOG.warn("no block was produced", e); // an exception would end the timer
    }
  }

  /** Ends the timer. */
  @Override
  public void close() {
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
