package io.kadlink.server.nat;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.server.nat.wire.IpProtocol;
import io.kadlink.server.nat.wire.PmpAnswer;
import io.kadlink.server.nat.wire.PmpCodec;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** NAT-PMP (RFC 6886). A mapping's answer has no address, so that is asked for before. */
final class PmpGateway implements Gateway {

  /**
   * A quarter of a second, doubled (§3.1), five times of nine: nearly eight seconds. A router that
   * is there answers in milliseconds, one that comes later is asked again anyway.
   */
  static final List<Duration> WAITS =
      List.of(
          Duration.ofMillis(250),
          Duration.ofMillis(500),
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          Duration.ofSeconds(4));

  /** Goodbyes are not waited for as long. */
  static final List<Duration> PARTING_WAITS = WAITS.subList(0, 2);

  private final PortControlDialogue<PmpAnswer> router;
  private @Nullable InetAddress external;

  PmpGateway(Loop loop, Surroundings surroundings, NatMetrics metrics, Route route) {
    this.router =
        new PortControlDialogue<>(
            loop, surroundings, metrics, route, MappingProtocol.PMP, PmpCodec::decode);
  }

  @Override
  public MappingProtocol protocol() {
    return MappingProtocol.PMP;
  }

  @Override
  public Route route() {
    return router.route();
  }

  @Override
  public void probe(Consumer<Probe> done) {
    askAddress(answer -> done.accept(answer.map(this::probed).orElseGet(router::absent)));
  }

  private Probe probed(PmpAnswer answer) {
    Probe found = router.answered(answer.epochSeconds());
    if (answer instanceof PmpAnswer.ExternalAddress told) {
      boolean moved = external != null && !external.equals(told.address());
      external = told.address();
      return moved ? Probe.FORGETFUL : found;
    }
    return found;
  }

  @Override
  public void map(Wish wish, Consumer<Outcome> done) {
    askAddress(
        answer -> {
          if (answer.isEmpty()) {
            done.accept(router.silent());
          } else if (answer.get() instanceof PmpAnswer.ExternalAddress told) {
            external = told.address();
            mapAt(told.address(), wish, done);
          } else {
            done.accept(router.refused(why(answer.get())));
          }
        });
  }

  private void askAddress(Consumer<Optional<PmpAnswer>> done) {
    router.ask(
        PmpCodec.externalAddressRequest(),
        WAITS,
        answer ->
            answer instanceof PmpAnswer.ExternalAddress
                || (answer instanceof PmpAnswer.Refusal refusal && refusal.operation() == 0),
        done);
  }

  private void mapAt(InetAddress address, Wish wish, Consumer<Outcome> done) {
    askToMap(
        wish.protocol(),
        wish.internalPort(),
        wish.externalPort(),
        wish.lifetime(),
        WAITS,
        answer ->
            done.accept(
                answer.map(said -> outcome(address, wish, said)).orElseGet(router::silent)));
  }

  private Outcome outcome(InetAddress address, Wish wish, PmpAnswer answer) {
    if (!(answer instanceof PmpAnswer.Mapping made)) {
      return router.refused(why(answer));
    }
    if (made.lifetimeSeconds() == 0 || made.externalPort() == 0) {
      return router.refused("it gave a mapping without port or lifetime");
    }
    return router.granted(
        new Mapping(
            wish.protocol(),
            wish.internalPort(),
            address,
            made.externalPort(),
            Duration.ofSeconds(made.lifetimeSeconds())),
        made.epochSeconds());
  }

  private static String why(PmpAnswer answer) {
    return answer instanceof PmpAnswer.Refusal refusal ? refusal.why() : "another answer";
  }

  @Override
  public void unmap(Mapping mapping, Runnable done) {
    // §3.4: with lifetime 0 the external port is 0, too
    askToMap(
        mapping.protocol(),
        mapping.internalPort(),
        0,
        Duration.ZERO,
        PARTING_WAITS,
        answer -> done.run());
  }

  private void askToMap(
      IpProtocol protocol,
      int internalPort,
      int externalPort,
      Duration lifetime,
      List<Duration> waits,
      Consumer<Optional<PmpAnswer>> done) {
    int operation = protocol == IpProtocol.TCP ? 2 : 1;
    router.ask(
        PmpCodec.mappingRequest(protocol, internalPort, externalPort, lifetime.toSeconds()),
        waits,
        answer ->
            switch (answer) {
              case PmpAnswer.Mapping made ->
                  made.protocol() == protocol && made.internalPort() == internalPort;
              case PmpAnswer.Refusal refusal -> refusal.operation() == operation;
              case PmpAnswer.ExternalAddress told -> false;
            },
        done);
  }

  @Override
  public void close() {
    router.close();
  }
}
