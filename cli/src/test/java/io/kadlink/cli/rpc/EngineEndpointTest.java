package io.kadlink.cli.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kadlink.protocols.eth.dev.BlockProducer;
import io.kadlink.protocols.eth.dev.DevAccounts;
import io.kadlink.protocols.eth.dev.DevChain;
import io.kadlink.protocols.eth.dev.DevChainOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Engine API over real HTTP and WebSocket, as a consensus layer calls it. */
class EngineEndpointTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private DevChain chain;
  private RpcServer server;
  private Path secretFile;

  @BeforeEach
  void open() throws Exception {
    chain = DevChain.open(DevChainOptions.devChain().withExecutor(Runnable::run));
    new BlockProducer(chain, DevAccounts.address(0), InstantSource.system()).produce();
    secretFile = folder.resolve("jwt.hex");
    RpcMethods methods = new RpcMethods();
    new EngineApi(chain).addTo(methods);
    new EthApi(chain, Optional::empty).addTo(methods);
    EngineSecret secret = EngineSecret.loadOrCreate(secretFile, InstantSource.fixed(NOW));
    server = RpcServer.start(0, methods, secret);
  }

  @AfterEach
  void close() {
    server.close();
    chain.close();
    http.shutdownNow();
  }

  private String token(long issuedSecondsAgo) throws IOException {
    Bytes32 secret = Bytes32.fromHexString(Files.readString(secretFile));
    return "Bearer "
        + JWT.create()
            .withIssuedAt(NOW.minusSeconds(issuedSecondsAgo))
            .sign(Algorithm.HMAC256(secret.toArray()));
  }

  private HttpResponse<String> post(String authorization, String method, String params)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/"))
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"id\":1,\"method\":\"" + method + "\",\"params\":[" + params + "]}"));
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode forkchoiceUpdated(Bytes32 head, Bytes32 finalized) throws Exception {
    String state =
        "{\"headBlockHash\":\"%s\",\"safeBlockHash\":\"%s\",\"finalizedBlockHash\":\"%s\"},null"
            .formatted(head, finalized, finalized);
    HttpResponse<String> answer = post(token(0), "engine_forkchoiceUpdatedV3", state);
    assertThat(answer.statusCode()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static String status(JsonNode answer) {
    return answer.at("/result/payloadStatus/status").asText();
  }

  @Test
  void aKnownHeadIsValid() throws Exception {
    JsonNode answer = forkchoiceUpdated(chain.head().hash(), Bytes32.ZERO);
    assertThat(status(answer)).isEqualTo("VALID");
    assertThat(answer.at("/result/payloadStatus/latestValidHash").asText())
        .isEqualTo(chain.head().hash().toHexString());
    assertThat(answer.at("/result/payloadId").isNull()).isTrue();
  }

  @Test
  void anUnknownHeadIsOneToSyncTo() throws Exception {
    JsonNode answer = forkchoiceUpdated(Bytes32.repeat((byte) 7), Bytes32.ZERO);
    assertThat(status(answer)).isEqualTo("SYNCING");
    assertThat(answer.at("/result/payloadStatus/latestValidHash").isNull()).isTrue();
  }

  @Test
  void whatCannotBeIsAnErrorOfTheEngineApi() throws Exception {
    JsonNode answer = forkchoiceUpdated(chain.head().hash(), Bytes32.repeat((byte) 7));
    assertThat(answer.at("/error/code").asInt()).isEqualTo(EngineApi.INVALID_FORKCHOICE_STATE);
    JsonNode zero = forkchoiceUpdated(Bytes32.ZERO, Bytes32.ZERO);
    assertThat(zero.at("/error/code").asInt()).isEqualTo(RpcError.INVALID_PARAMS);
    HttpResponse<String> bad = post(token(0), "engine_forkchoiceUpdatedV3", "{}");
    assertThat(bad.body()).contains("headBlockHash").contains("-32602");
  }

  @Test
  void safeAndFinalizedBlocksCanBeAskedForOnceThereAreSome() throws Exception {
    forkchoiceUpdated(chain.head().hash(), chain.genesisHash());
    JsonNode safe = JSON.readTree(post(token(0), "eth_getBlockByNumber", "\"safe\",false").body());
    assertThat(safe.at("/result/number").asText()).isEqualTo("0x0");
    forkchoiceUpdated(chain.head().hash(), Bytes32.ZERO);
    JsonNode none =
        JSON.readTree(post(token(0), "eth_getBlockByNumber", "\"finalized\",false").body());
    assertThat(none.path("result").isNull()).isTrue();
  }

  @Test
  void capabilitiesAreTheMethodsThereAre() throws Exception {
    HttpResponse<String> answer =
        post(token(0), "engine_exchangeCapabilities", "[\"engine_newPayloadV3\"]");
    assertThat(JSON.readTree(answer.body()).path("result"))
        .extracting(JsonNode::asText)
        .contains("engine_forkchoiceUpdatedV3")
        .doesNotContain("engine_newPayloadV3", "engine_exchangeCapabilities");
  }

  @Test
  void nobodyWithoutTheSecretIsLetIn() throws Exception {
    String foreign =
        "Bearer " + JWT.create().withIssuedAt(NOW).sign(Algorithm.HMAC256(new byte[32]));
    String unsigned = "Bearer " + JWT.create().withIssuedAt(NOW).sign(Algorithm.none());
    String undated =
        "Bearer "
            + JWT.create()
                .sign(
                    Algorithm.HMAC256(
                        Bytes32.fromHexString(Files.readString(secretFile)).toArray()));
    for (String header :
        new String[] {"", "Basic abc", "Bearer ", "Bearer x.y.z", foreign, unsigned, undated}) {
      assertThat(post(header, "eth_chainId", "").statusCode()).as(header).isEqualTo(401);
    }
    assertThat(post(token(0), "eth_chainId", "").statusCode()).isEqualTo(200);
    assertThatThrownBy(
            () ->
                http.newWebSocketBuilder()
                    .buildAsync(
                        URI.create("ws://127.0.0.1:" + server.port() + "/"),
                        new WebSocket.Listener() {})
                    .get())
        .isInstanceOf(ExecutionException.class);
    http.newWebSocketBuilder()
        .header("Authorization", token(0))
        .buildAsync(
            URI.create("ws://127.0.0.1:" + server.port() + "/"), new WebSocket.Listener() {})
        .get()
        .abort();
  }

  @Test
  void aTokenIsGoodForAMinuteBeforeAndAfter() throws Exception {
    for (long ago : new long[] {60, -60}) {
      assertThat(post(token(ago), "eth_chainId", "").statusCode()).isEqualTo(200);
    }
    for (long ago : new long[] {61, -61}) {
      HttpResponse<String> refused = post(token(ago), "eth_chainId", "");
      assertThat(refused.statusCode()).isEqualTo(401);
      assertThat(refused.body()).contains("clock");
    }
  }

  @Test
  void theSecretIsMadeOnceForItsOwnerAloneAndOtherFilesAreRefused() throws Exception {
    String made = Files.readString(secretFile);
    EngineSecret.loadOrCreate(secretFile, InstantSource.fixed(NOW));
    assertThat(Files.readString(secretFile)).isEqualTo(made);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secretFile)))
        .isEqualTo("rw-------");
    Files.writeString(secretFile, made.substring(2) + "\n");
    EngineSecret.loadOrCreate(secretFile, InstantSource.fixed(NOW));
    for (String wrong : new String[] {"", made.substring(1), made + "00", "x".repeat(1 << 20)}) {
      Files.writeString(secretFile, wrong);
      assertThatThrownBy(() -> EngineSecret.loadOrCreate(secretFile, InstantSource.fixed(NOW)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("64 hex digits");
    }
  }
}
