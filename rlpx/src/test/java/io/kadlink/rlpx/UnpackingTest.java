package io.kadlink.rlpx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How many large messages are decompressed at once. */
class UnpackingTest {
  private final Queue<Runnable> executor = new ArrayDeque<>();
  private final Queue<Runnable> loop = new ArrayDeque<>();
  private final List<Integer> done = new ArrayList<>();

  @Test
  void onlySoManyAreInWorkUntilTheirConnectionsHaveTakenThem() {
    Unpacking unpacking = new Unpacking(executor::add);
    for (int i = 0; i < 5; i++) {
      submit(unpacking, i);
    }
    assertThat(executor).hasSize(Unpacking.MAX_AT_ONCE);
    executor.remove().run();
    assertThat(executor).as("the first is not taken yet").hasSize(1);

    loop.remove().run();
    assertThat(done).containsExactly(0);
    assertThat(executor).hasSize(2);
    while (!executor.isEmpty()) {
      executor.remove().run();
      loop.remove().run();
    }
    assertThat(done).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void aLoopThatIsShutDownLeavesRoomForOthers() {
    Unpacking unpacking = new Unpacking(executor::add);
    for (int i = 0; i < Unpacking.MAX_AT_ONCE; i++) {
      unpacking.submit(
          () -> () -> done.add(-1),
          task -> {
            throw new RejectedExecutionException();
          });
    }
    submit(unpacking, 7);
    while (!executor.isEmpty()) {
      executor.remove().run();
    }
    loop.remove().run();
    assertThat(done).containsExactly(7);
  }

  @Test
  void anExecutorThatIsShutDownLeavesTheWorkToTheCaller() {
    Unpacking unpacking =
        new Unpacking(
            task -> {
              throw new RejectedExecutionException();
            });
    submit(unpacking, 1);
    loop.remove().run();
    assertThat(done).containsExactly(1);
  }

  @Test
  void noOrderOfManyThreadsLosesAMessage() throws Exception {
    int total = 20_000;
    CountDownLatch all = new CountDownLatch(total);
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      Unpacking unpacking = new Unpacking(threads);
      for (int i = 0; i < total; i++) {
        unpacking.submit(
            () -> {
              most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
              return () -> {
                atOnce.decrementAndGet();
                all.countDown();
              };
            },
            threads);
      }
      assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(most.get()).isLessThanOrEqualTo(Unpacking.MAX_AT_ONCE);
  }

  private void submit(Unpacking unpacking, int number) {
    unpacking.submit(() -> () -> done.add(number), loop::add);
  }
}
