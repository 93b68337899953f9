package io.kadlink.server.nat;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.server.nat.Gateway.Granted;
import io.kadlink.server.nat.Gateway.Mapping;
import io.kadlink.server.nat.Gateway.Outcome;
import io.kadlink.server.nat.Gateway.Probe;
import io.kadlink.server.nat.Gateway.Refused;
import io.kadlink.server.nat.Gateway.Silent;
import io.kadlink.server.nat.wire.PcpCodec;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What PCP and NAT-PMP have in common: one question at a time to the port they share, sent again
 * until the router answers, and the router's epoch in each answer. Says what came of a question and
 * counts it. Confined to the loop.
 *
 * @param <A> an answer
 */
final class PortControlDialogue<A> {
  private final Loop loop;
  private final Surroundings surroundings;
  private final NatMetrics metrics;
  private final Route route;
  private final MappingProtocol protocol;
  private final Function<byte[], A> decoder;
  private final Epoch epoch = new Epoch();
  private Runnable open = () -> {};

  /**
   * @param decoder throws {@link io.kadlink.server.nat.wire.BadAnswerException}
   */
  PortControlDialogue(
      Loop loop,
      Surroundings surroundings,
      NatMetrics metrics,
      Route route,
      MappingProtocol protocol,
      Function<byte[], A> decoder) {
    this.loop = loop;
    this.surroundings = surroundings;
    this.metrics = metrics;
    this.route = route;
    this.protocol = protocol;
    this.decoder = decoder;
  }

  Route route() {
    return route;
  }

  /**
   * Asks the router, and nobody else.
   *
   * @param waits after each sending
   * @param fits whether it answers this question
   * @param done with nothing when no answer came
   */
  void ask(byte[] request, List<Duration> waits, Predicate<A> fits, Consumer<Optional<A>> done) {
    open =
        Question.ask(
            loop,
            surroundings,
            metrics,
            route.local(),
            new InetSocketAddress(route.gateway(), PcpCodec.PORT),
            request,
            waits,
            route.gateway()::equals,
            (from, bytes) -> Optional.of(decoder.apply(bytes)).filter(fits),
            done);
  }

  /** It is there. */
  Probe answered(long epochSeconds) {
    count(NatMetrics.Outcome.ANSWERED);
    return epoch.lostSince(epochSeconds, loop.nanoTime()) ? Probe.FORGETFUL : Probe.STEADY;
  }

  Probe absent() {
    count(NatMetrics.Outcome.SILENT);
    return Probe.SILENT;
  }

  Outcome granted(Mapping mapping, long epochSeconds) {
    count(NatMetrics.Outcome.GRANTED);
    epoch.lostSince(epochSeconds, loop.nanoTime());
    return new Granted(mapping);
  }

  Outcome refused(String why) {
    count(NatMetrics.Outcome.REFUSED);
    return new Refused(why);
  }

  Outcome silent() {
    count(NatMetrics.Outcome.SILENT);
    return new Silent();
  }

  private void count(NatMetrics.Outcome outcome) {
    metrics.asked(protocol.label(), outcome);
  }

  /** Calls off the question that is open. */
  void close() {
    open.run();
  }
}
