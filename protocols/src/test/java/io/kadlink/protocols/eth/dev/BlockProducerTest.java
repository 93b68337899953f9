package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.ImportResult;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Blocks made by a timer, with timestamps from a clock. */
class BlockProducerTest {

  @Test
  void aBlockComesEveryPeriodOnAThreadOfTheChainsOwn() throws Exception {
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    BlockingQueue<Block> heads = new LinkedBlockingQueue<>();
    try (DevChain chain = DevChain.open(DevChainOptions.devChain());
        BlockProducer producer =
            new BlockProducer(chain, TestChain.COINBASE, InstantSource.system())) {
      chain.onNewHead(heads::add);
      producer.start(timer, Duration.ofMillis(20));
      for (long number = 1; number <= 3; number++) {
        Block head = heads.poll(30, TimeUnit.SECONDS);
        assertThat(head).isNotNull();
        assertThat(head.header().number()).isEqualTo(number);
      }
    } finally {
      timer.shutdownNow();
    }
  }

  @Test
  void timestampsFollowTheClockButNeverStandStill() throws IOException {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.ofEpochSecond(1_000));
    InstantSource clock = now::get;
    try (DevChain chain =
            DevChain.open(DevChainOptions.devChain().withClock(clock).withExecutor(Runnable::run));
        BlockProducer producer = new BlockProducer(chain, TestChain.COINBASE, clock)) {
      for (long expected : new long[] {1_000, 1_001, 1_002}) {
        assertThat(producer.produce().toCompletableFuture().join())
            .isEqualTo(new ImportResult.Imported(true, true));
        assertThat(chain.head().timestamp()).isEqualTo(expected);
      }
      now.set(Instant.ofEpochSecond(2_000));
      producer.produce().toCompletableFuture().join();
      assertThat(chain.head().timestamp()).isEqualTo(2_000);
    }
  }
}
