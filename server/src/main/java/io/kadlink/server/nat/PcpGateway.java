package io.kadlink.server.nat;

import com.google.common.net.InetAddresses;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.server.nat.wire.IpProtocol;
import io.kadlink.server.nat.wire.PcpAnswer;
import io.kadlink.server.nat.wire.PcpCodec;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes;

/**
 * PCP (RFC 6887) for IPv4. The nonce of a mapping is drawn once and kept: only who knows it can
 * change the mapping, and an answer without it is none.
 */
final class PcpGateway implements Gateway {

  /** Three seconds, doubled (§8.1.1), three times; a router that is there answers at once. */
  static final List<Duration> WAITS =
      List.of(Duration.ofSeconds(3), Duration.ofSeconds(6), Duration.ofSeconds(12));

  static final List<Duration> PARTING_WAITS =
      List.of(Duration.ofMillis(250), Duration.ofMillis(500));

  private static final int OP_ANNOUNCE = 0;
  private static final int OP_MAP = 1;
  private static final InetAddress ANY_ADDRESS = InetAddresses.forString("0.0.0.0");

  private final Loop loop;
  private final Surroundings surroundings;
  private final NatMetrics metrics;
  private final Route route;
  private final Map<IpProtocol, Bytes> nonces;

  /** Where a router has several addresses, both ports should be at one of them. */
  private InetAddress given = ANY_ADDRESS;

  private final Epoch epoch = new Epoch();
  private Runnable open = () -> {};

  /**
   * @param nonces from {@link #drawNonces}, the same ones for as long as the node may have mappings
   */
  PcpGateway(
      Loop loop,
      Surroundings surroundings,
      NatMetrics metrics,
      Map<IpProtocol, Bytes> nonces,
      Route route) {
    this.loop = loop;
    this.surroundings = surroundings;
    this.metrics = metrics;
    this.nonces = nonces;
    this.route = route;
  }

  /** One for each mapping that there can be. */
  static Map<IpProtocol, Bytes> drawNonces(RandomGenerator random) {
    Map<IpProtocol, Bytes> nonces = new EnumMap<>(IpProtocol.class);
    for (IpProtocol protocol : IpProtocol.values()) {
      byte[] nonce = new byte[PcpCodec.NONCE_BYTES];
      random.nextBytes(nonce);
      nonces.put(protocol, Bytes.wrap(nonce));
    }
    return nonces;
  }

  @Override
  public MappingProtocol protocol() {
    return MappingProtocol.PCP;
  }

  @Override
  public Route route() {
    return route;
  }

  @Override
  public void probe(Consumer<Probe> done) {
    ask(
        PcpCodec.announceRequest(route.local()),
        WAITS,
        answer ->
            answer instanceof PcpAnswer.Announcement
                || (answer instanceof PcpAnswer.Refusal refusal
                    && refusal.operation() == OP_ANNOUNCE),
        answer -> {
          // Who does not know ANNOUNCE, but PCP, is there as well; who only knows NAT-PMP is not.
          boolean there =
              answer
                  .filter(
                      said ->
                          !(said instanceof PcpAnswer.Refusal refusal)
                              || refusal.result() != PcpAnswer.UNSUPPORTED_VERSION)
                  .isPresent();
          if (!there) {
            metrics.asked("pcp", NatMetrics.Outcome.SILENT);
            done.accept(Probe.SILENT);
            return;
          }
          metrics.asked("pcp", NatMetrics.Outcome.ANSWERED);
          boolean lost = epoch.lostSince(answer.orElseThrow().epochSeconds(), loop.nanoTime());
          done.accept(lost ? Probe.FORGETFUL : Probe.STEADY);
        });
  }

  @Override
  public void map(Wish wish, Consumer<Outcome> done) {
    askToMap(
        wish.protocol(),
        wish.internalPort(),
        wish.externalPort(),
        wish.lifetime(),
        WAITS,
        answer -> {
          if (answer.isEmpty()) {
            metrics.asked("pcp", NatMetrics.Outcome.SILENT);
            done.accept(new Silent());
          } else if (answer.get() instanceof PcpAnswer.Mapping made
              && made.lifetimeSeconds() > 0
              && made.externalAddress() instanceof Inet4Address
              && made.externalPort() > 0) {
            metrics.asked("pcp", NatMetrics.Outcome.GRANTED);
            epoch.lostSince(made.epochSeconds(), loop.nanoTime());
            given = made.externalAddress();
            done.accept(
                new Granted(
                    new Mapping(
                        wish.protocol(),
                        wish.internalPort(),
                        made.externalAddress(),
                        made.externalPort(),
                        Duration.ofSeconds(made.lifetimeSeconds()))));
          } else {
            metrics.asked("pcp", NatMetrics.Outcome.REFUSED);
            done.accept(
                new Refused(
                    answer.get() instanceof PcpAnswer.Refusal refusal
                        ? refusal.why()
                        : "it gave a mapping without port, lifetime or IPv4 address"));
          }
        });
  }

  @Override
  public void unmap(Mapping mapping, Runnable done) {
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
      Consumer<Optional<PcpAnswer>> done) {
    Bytes nonce = nonces.getOrDefault(protocol, Bytes.EMPTY);
    ask(
        PcpCodec.mapRequest(
            route.local(),
            nonce,
            protocol,
            internalPort,
            externalPort,
            lifetime.isZero() ? ANY_ADDRESS : given,
            lifetime.toSeconds()),
        waits,
        answer ->
            switch (answer) {
              case PcpAnswer.Mapping made ->
                  made.nonce().equals(nonce)
                      && made.protocol() == protocol.number()
                      && made.internalPort() == internalPort;
              case PcpAnswer.Refusal refusal -> refusal.operation() == OP_MAP;
              case PcpAnswer.Announcement announcement -> false;
            },
        done);
  }

  private void ask(
      byte[] request,
      List<Duration> waits,
      Predicate<PcpAnswer> fits,
      Consumer<Optional<PcpAnswer>> done) {
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
            bytes -> Optional.of(PcpCodec.decode(bytes)).filter(fits),
            done);
  }

  @Override
  public void close() {
    open.run();
  }
}
