package io.kadlink.server.nat;

import com.google.common.collect.Comparators;
import io.kadlink.discovery.KnownEndpoint;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.server.nat.wire.StunAnswer;
import io.kadlink.server.nat.wire.StunCodec;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Asks a STUN server where this node is, every few minutes, and soon after the network changed. A
 * server that falls silent has not moved us: what it said last counts on.
 */
final class StunPursuit implements Pursuit {

  /** Half a second, doubled (RFC 8489 §6.2.1), five times of seven: some fifteen seconds. */
  static final List<Duration> WAITS =
      List.of(
          Duration.ofMillis(500),
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          Duration.ofSeconds(4),
          Duration.ofSeconds(8));

  static final Duration TICK = PortMappings.TICK;

  /** A home's address changes once a day; a public server is not ours to ask more often. */
  static final Duration PERIOD = Duration.ofMinutes(5);

  static final Duration FIRST_RETRY = Duration.ofSeconds(30);

  private final Loop loop;
  private final Surroundings surroundings;
  private final NatMetrics metrics;
  private final Findings findings;
  private final RandomGenerator random;
  private final InetAddress bind;
  private final NatMethod.Stun server;
  private List<Route> routes = List.of();
  private boolean busy;
  private boolean known;
  private boolean closed;
  private long askAt;
  private Duration retry = FIRST_RETRY;
  private Runnable underWay = () -> {};
  private Loop.@Nullable Timer timer;

  StunPursuit(
      Loop loop,
      Surroundings surroundings,
      NatMetrics metrics,
      Findings findings,
      NatOptions options,
      NatMethod.Stun server) {
    this.loop = loop;
    this.surroundings = surroundings;
    this.metrics = metrics;
    this.findings = findings;
    this.random = options.random();
    this.bind = options.bind();
    this.server = server;
    this.askAt = loop.nanoTime();
  }

  @Override
  public void start() {
    loop.assertInLoop();
    timer = loop.schedule(TICK, this::start);
    if (!busy) {
      busy = true;
      surroundings.routes(this::look);
    }
  }

  private void look(List<Route> found) {
    if (!found.equals(routes)) {
      routes = found;
      askAt = loop.nanoTime();
      retry = FIRST_RETRY;
    }
    if (closed || loop.nanoTime() - askAt < 0) {
      busy = false;
      return;
    }
    surroundings.resolve(server.host(), this::ask);
  }

  private void ask(List<InetAddress> addresses) {
    if (closed) {
      return;
    }
    // IPv4 first: it is what has NATs
    Optional<InetAddress> chosen =
        addresses.stream()
            .filter(address -> bind.isAnyLocalAddress() || sameFamily(address, bind))
            .min((a, b) -> Boolean.compare(isV6(a), isV6(b)));
    if (chosen.isEmpty()) {
      failed(server + " has no address that could be asked");
      return;
    }
    byte[] drawn = new byte[StunCodec.TRANSACTION_ID_BYTES];
    random.nextBytes(drawn);
    Bytes id = Bytes.wrap(drawn);
    InetAddress to = chosen.get();
    underWay =
        Question.ask(
            loop,
            surroundings,
            metrics,
            bind,
            new InetSocketAddress(to, server.port()),
            StunCodec.bindingRequest(id),
            WAITS,
            to::equals,
            (from, bytes) ->
                Optional.of(StunCodec.decode(bytes)).filter(it -> it.transactionId().equals(id)),
            answer -> answered(to, answer));
  }

  private void answered(InetAddress from, Optional<StunAnswer> answer) {
    if (closed) {
      return;
    }
    if (answer.isEmpty()) {
      metrics.asked("stun", NatMetrics.Outcome.SILENT);
      failed(server + " does not answer");
      return;
    }
    switch (answer.get()) {
      case StunAnswer.Binding binding -> {
        metrics.asked("stun", NatMetrics.Outcome.ANSWERED);
        known = true;
        retry = FIRST_RETRY;
        askAt = loop.nanoTime() + PERIOD.toNanos();
        busy = false;
        findings.found(
            "stun",
            from,
            new KnownEndpoint(
                binding.seen().getAddress(), OptionalInt.empty(), OptionalInt.empty()),
            Optional.empty());
      }
      case StunAnswer.Refusal refusal -> {
        metrics.asked("stun", NatMetrics.Outcome.REFUSED);
        failed(server + " refuses with code " + refusal.code());
      }
    }
  }

  private void failed(String why) {
    if (!known) {
      findings.lost(why);
    }
    askAt = loop.nanoTime() + retry.toNanos();
    retry = Comparators.min(retry.multipliedBy(2), PERIOD);
    busy = false;
  }

  private static boolean isV6(InetAddress address) {
    return !(address instanceof Inet4Address);
  }

  private static boolean sameFamily(InetAddress a, InetAddress b) {
    return isV6(a) == isV6(b);
  }

  @Override
  public void close(Runnable done) {
    loop.assertInLoop();
    closed = true;
    if (timer != null) {
      timer.cancel();
    }
    underWay.run();
    done.run();
  }
}
