package io.kadlink.cli.rpc;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What the node's loops are asked for, and a caller of JSON-RPC waits for. */
final class Answers {
  /** A loop answers in a turn; one that does not is stuck. */
  private static final long LIMIT_SECONDS = 5;

  private Answers() {}

  static <T> T await(CompletionStage<T> stage)
      throws InterruptedException, ExecutionException, TimeoutException {
    return stage.toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }
}
