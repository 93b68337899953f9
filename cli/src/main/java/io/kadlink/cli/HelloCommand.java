package io.kadlink.cli;

import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.protocols.pubsub.PubSub;
import io.kadlink.protocols.pubsub.PubSubOptions;
import io.kadlink.protocols.relay.Relay;
import io.kadlink.protocols.relay.RelayOptions;
import io.kadlink.rlpx.NettyRlpx;
import io.kadlink.rlpx.Rlpx;
import io.kadlink.rlpx.RlpxConnection;
import io.kadlink.rlpx.RlpxLimits;
import io.kadlink.rlpx.RlpxOptions;
import io.kadlink.rlpx.Transport;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Hello;
import io.kadlink.server.ClientName;
import io.kadlink.server.Protocol;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kadlink hello}: dials a node, shows its Hello and the round trip, says goodbye. */
@Command(
    name = "hello",
    description = "Dial a node, print its Hello and the round trip, say goodbye.",
    mixinStandardHelpOptions = true)
final class HelloCommand implements Callable<Integer> {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Duration PING_INTERVAL = Duration.ofMillis(100);
  private static final Duration POLL = Duration.ofMillis(10);

  @Spec private CommandSpec spec;
  @Mixin private LogOptions log;

  @Parameters(paramLabel = "ENODE", description = "enode URL or ENR.")
  private String node;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = "Dial with this key (default: a fresh one).")
  private @Nullable Path keyFile;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @SuppressWarnings("NullAway.Init")
  HelloCommand() {}

  @Override
  public Integer call() throws Exception {
    log.apply();
    Enode enode = Waiting.resolved(NodeAddress.parse(node));
    NodeKey key = keyFile == null ? NodeKey.generate() : NodeKey.load(keyFile);
    Transport transport = Transport.sockets(1);
    RlpxOptions options =
        RlpxOptions.builder(key, ClientName.of(Kadlink.class), new SimpleMeterRegistry())
            .capabilities(offered())
            .limits(RlpxLimits.builder().pingInterval(PING_INTERVAL).build())
            .build();
    try (Rlpx rlpx = new NettyRlpx(options, transport)) {
      long start = System.nanoTime();
      RlpxConnection session =
          Waiting.on(
              rlpx.dial(enode.tcpEndpoint(), enode.publicKey()),
              LIMIT,
              "No session with " + enode.host() + ":" + enode.tcpPort());
      long handshake = System.nanoTime() - start;
      session.start((capability, id, payload) -> {}); // what it says first is not ours to answer
      print(session, handshake, roundTrip(session, transport));
      Waiting.on(session.disconnect(DisconnectReason.REQUESTED), LIMIT, "No orderly goodbye");
    } finally {
      var unused = transport.workers().shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
    return 0;
  }

  /** What other nodes are likely to speak; without a common one they end the session at once. */
  private static Map<Capability, Integer> offered() {
    Map<Capability, Integer> offered = new HashMap<>();
    for (EthVersion version : EthVersion.values()) {
      offered.put(new Capability("eth", version.number()), version.messageCount());
    }
    for (Protocol protocol :
        List.of(
            new PubSub(PubSubOptions.defaults()).protocol(),
            Relay.of(RelayOptions.listening()).protocol())) {
      offered.put(protocol.capability(), protocol.messageCount());
    }
    return offered;
  }

  /** The round trip of the first ping, asked for until it is there. */
  private static Duration roundTrip(RlpxConnection session, Transport transport) {
    CompletableFuture<Duration> first = new CompletableFuture<>();
    ScheduledFuture<?> watch =
        transport
            .workers()
            .scheduleAtFixedRate(
                () -> session.roundTrip().ifPresent(first::complete),
                POLL.toMillis(),
                POLL.toMillis(),
                TimeUnit.MILLISECONDS);
    var unused =
        session
            .closed()
            .thenAccept(
                ending ->
                    first.completeExceptionally(
                        new CommandFailure("the session ended: " + ending.detail())));
    try {
      return Waiting.on(first, LIMIT, "Hello came, but no answer to a ping");
    } finally {
      watch.cancel(false);
    }
  }

  private void print(RlpxConnection session, long handshakeNanos, Duration roundTrip) {
    Hello hello = session.remoteHello();
    List<String> capabilities = hello.capabilities().stream().map(Capability::toString).toList();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("client", hello.clientId());
    fields.put("nodeId", session.remoteKey().id().toString());
    fields.put("protocolVersion", hello.protocolVersion());
    fields.put("capabilities", capabilities);
    fields.put("handshakeMilliseconds", milliseconds(handshakeNanos));
    fields.put("roundTripMilliseconds", milliseconds(roundTrip.toNanos()));
    Output.print(spec, fields, json, Optional.of("Hello from " + hello.clientId()));
  }

  private static double milliseconds(long nanos) {
    return Math.round(nanos / 1_000.0) / 1_000.0;
  }
}
