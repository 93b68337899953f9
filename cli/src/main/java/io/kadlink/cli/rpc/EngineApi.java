package io.kadlink.cli.rpc;

import io.kadlink.protocols.eth.dev.DevChain;
import io.kadlink.protocols.eth.dev.ForkChoice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.tuweni.bytes.Bytes32;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code engine_*}: what of the Engine API a node without an EVM can do. It follows a fork choice
 * among the blocks it has; it takes no payloads and builds none.
 */
public final class EngineApi {
  private static final Logger log = LoggerFactory.getLogger(EngineApi.class);

  /** Engine API, Errors: safe or finalized is not on the way to the head. */
  static final int INVALID_FORKCHOICE_STATE = -38002;

  /** As the Engine API says for engine_forkchoiceUpdated. */
  private static final long TIMEOUT_SECONDS = 8;

  private static final List<String> FORKCHOICE_UPDATED =
      List.of(
          "engine_forkchoiceUpdatedV1",
          "engine_forkchoiceUpdatedV2",
          "engine_forkchoiceUpdatedV3",
          "engine_forkchoiceUpdatedV4");

  private final DevChain chain;

  public EngineApi(DevChain chain) {
    this.chain = chain;
  }

  public void addTo(RpcMethods methods) {
    FORKCHOICE_UPDATED.forEach(name -> methods.add(name, this::forkchoiceUpdated));
    methods.add(
        "engine_exchangeCapabilities",
        params -> {
          log.info("the consensus layer asks for {}", params.texts(0));
          return FORKCHOICE_UPDATED;
        });
  }

  private Map<String, @Nullable Object> forkchoiceUpdated(Params params)
      throws RpcError, InterruptedException {
    ForkChoice choice =
        new ForkChoice(
            params.hash(0, "headBlockHash"),
            params.hash(0, "safeBlockHash"),
            params.hash(0, "finalizedBlockHash"));
    if (choice.head().equals(Bytes32.ZERO)) {
      throw RpcError.invalidParams("headBlockHash must not be zero");
    }
    return switch (follow(choice)) {
      case ForkChoice.Outcome.Followed followed ->
          followed.stateKnown() ? status("VALID", choice.head()) : status("SYNCING", null);
      case ForkChoice.Outcome.UnknownHead unknown -> status("SYNCING", null);
      case ForkChoice.Outcome.Inconsistent inconsistent ->
          throw new RpcError(INVALID_FORKCHOICE_STATE, inconsistent.reason());
    };
  }

  private ForkChoice.Outcome follow(ForkChoice choice) throws RpcError, InterruptedException {
    try {
      return chain.choose(choice).toCompletableFuture().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw RpcError.failed("the fork choice can't be followed: " + e.getMessage());
    } catch (TimeoutException e) {
      throw RpcError.failed("blocks are being imported; ask again");
    }
  }

  /** Payloads are never built, so there is no id of one. */
  private static Map<String, @Nullable Object> status(
      String status, @Nullable Bytes32 latestValid) {
    Map<String, @Nullable Object> payloadStatus = new LinkedHashMap<>();
    payloadStatus.put("status", status);
    payloadStatus.put("latestValidHash", latestValid == null ? null : latestValid.toHexString());
    payloadStatus.put("validationError", null);
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("payloadStatus", payloadStatus);
    answer.put("payloadId", null);
    return answer;
  }
}
