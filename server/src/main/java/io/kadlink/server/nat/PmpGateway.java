package io.kadlink.server.nat;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.server.nat.wire.IpProtocol;
import io.kadlink.server.nat.wire.PmpAnswer;
import io.kadlink.server.nat.wire.PmpCodec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
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

  private final Loop loop;
  private final Surroundings surroundings;
  private final NatMetrics metrics;
  private final Route route;
  private final Epoch epoch = new Epoch();
  private @Nullable InetAddress external;
  private Runnable open = () -> {};

  PmpGateway(Loop loop, Surroundings surroundings, NatMetrics metrics, Route route) {
    this.loop = loop;
    this.surroundings = surroundings;
    this.metrics = metrics;
    this.route = route;
  }

  @Override
  public MappingProtocol protocol() {
    return MappingProtocol.PMP;
  }

  @Override
  public Route route() {
    return route;
  }

  @Override
  public void probe(Consumer<Probe> done) {
    askAddress(
        answer -> {
          if (answer.isEmpty()) {
            metrics.asked("pmp", NatMetrics.Outcome.SILENT);
            done.accept(Probe.SILENT);
            return;
          }
          metrics.asked("pmp", NatMetrics.Outcome.ANSWERED);
          boolean lost = epoch.lostSince(answer.get().epochSeconds(), loop.nanoTime());
          if (answer.get() instanceof PmpAnswer.ExternalAddress told) {
            lost |= external != null && !external.equals(told.address());
            external = told.address();
          }
          done.accept(lost ? Probe.FORGETFUL : Probe.STEADY);
        });
  }

  @Override
  public void map(Wish wish, Consumer<Outcome> done) {
    askAddress(
        answer -> {
          if (answer.isEmpty()) {
            silent(done);
          } else if (answer.get() instanceof PmpAnswer.ExternalAddress told) {
            external = told.address();
            mapAt(told.address(), wish, done);
          } else {
            refused(why(answer.get()), done);
          }
        });
  }

  private void askAddress(Consumer<Optional<PmpAnswer>> done) {
    ask(
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
        answer -> {
          if (answer.isEmpty()) {
            silent(done);
          } else if (answer.get() instanceof PmpAnswer.Mapping made) {
            mapped(made, address, wish, done);
          } else {
            refused(why(answer.get()), done);
          }
        });
  }

  private void mapped(
      PmpAnswer.Mapping made, InetAddress address, Wish wish, Consumer<Outcome> done) {
    if (made.lifetimeSeconds() == 0 || made.externalPort() == 0) {
      refused("it gave a mapping without port or lifetime", done);
      return;
    }
    metrics.asked("pmp", NatMetrics.Outcome.GRANTED);
    epoch.lostSince(made.epochSeconds(), loop.nanoTime());
    done.accept(
        new Granted(
            new Mapping(
                wish.protocol(),
                wish.internalPort(),
                address,
                made.externalPort(),
                Duration.ofSeconds(made.lifetimeSeconds()))));
  }

  private static String why(PmpAnswer answer) {
    return answer instanceof PmpAnswer.Refusal refusal ? refusal.why() : "another answer";
  }

  private void refused(String why, Consumer<Outcome> done) {
    metrics.asked("pmp", NatMetrics.Outcome.REFUSED);
    done.accept(new Refused(why));
  }

  private void silent(Consumer<Outcome> done) {
    metrics.asked("pmp", NatMetrics.Outcome.SILENT);
    done.accept(new Silent());
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
    ask(
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

  private void ask(
      byte[] request,
      List<Duration> waits,
      java.util.function.Predicate<PmpAnswer> fits,
      Consumer<Optional<PmpAnswer>> done) {
    Function<byte[], Optional<PmpAnswer>> read =
        bytes -> Optional.of(PmpCodec.decode(bytes)).filter(fits);
    open =
        Question.ask(
            loop,
            surroundings,
            metrics,
            route.local(),
            new InetSocketAddress(route.gateway(), PmpCodec.PORT),
            request,
            waits,
            route.gateway()::equals,
            read,
            done);
  }

  @Override
  public void close() {
    open.run();
  }
}
