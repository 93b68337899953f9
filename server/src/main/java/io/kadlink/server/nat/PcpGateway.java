package io.kadlink.server.nat;

import com.google.common.net.InetAddresses;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Addresses;
import io.kadlink.server.nat.wire.IpProtocol;
import io.kadlink.server.nat.wire.PcpAnswer;
import io.kadlink.server.nat.wire.PcpCodec;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes;

/**
 * PCP (RFC 6887): for IPv4 a router maps ports, for IPv6 it lets connections to them pass its
 * firewall, by the same request. The nonce of a mapping is drawn once and kept: only who knows it
 * can change the mapping, and an answer without it is none.
 */
final class PcpGateway implements Gateway {

  /** Three seconds, doubled (§8.1.1), three times; a router that is there answers at once. */
  static final List<Duration> WAITS =
      List.of(Duration.ofSeconds(3), Duration.ofSeconds(6), Duration.ofSeconds(12));

  static final List<Duration> PARTING_WAITS =
      List.of(Duration.ofMillis(250), Duration.ofMillis(500));

  private static final int OP_ANNOUNCE = 0;
  private static final int OP_MAP = 1;
  private static final InetAddress ANY_IPV4 = InetAddresses.forString("0.0.0.0");
  private static final InetAddress ANY_IPV6 = InetAddresses.forString("::");

  private final PortControlDialogue<PcpAnswer> router;
  private final Map<IpProtocol, Bytes> nonces;
  private final InetAddress any;

  /** Where a router has several addresses, both ports should be at one of them. */
  private InetAddress given;

  /**
   * @param nonces from {@link #drawNonces}, the same ones for as long as the node may have mappings
   * @param route of either family
   */
  PcpGateway(
      Loop loop,
      Surroundings surroundings,
      NatMetrics metrics,
      Map<IpProtocol, Bytes> nonces,
      Route route) {
    this.router =
        new PortControlDialogue<>(
            loop, surroundings, metrics, route, MappingProtocol.PCP, PcpCodec::decode);
    this.nonces = nonces;
    this.any = route.local() instanceof Inet6Address ? ANY_IPV6 : ANY_IPV4;
    this.given = any;
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
    return router.route();
  }

  @Override
  public void probe(Consumer<Probe> done) {
    router.ask(
        PcpCodec.announceRequest(route().local()),
        WAITS,
        answer ->
            answer instanceof PcpAnswer.Announcement
                || (answer instanceof PcpAnswer.Refusal refusal
                    && refusal.operation() == OP_ANNOUNCE),
        // Who does not know ANNOUNCE, but PCP, is there as well; who only knows NAT-PMP is not.
        answer ->
            done.accept(
                answer
                    .filter(
                        said ->
                            !(said instanceof PcpAnswer.Refusal refusal)
                                || refusal.result() != PcpAnswer.UNSUPPORTED_VERSION)
                    .map(said -> router.answered(said.epochSeconds()))
                    .orElseGet(router::absent)));
  }

  @Override
  public void map(Wish wish, Consumer<Outcome> done) {
    askToMap(
        wish.protocol(),
        wish.internalPort(),
        wish.externalPort(),
        wish.lifetime(),
        WAITS,
        answer -> done.accept(answer.map(said -> outcome(wish, said)).orElseGet(router::silent)));
  }

  private Outcome outcome(Wish wish, PcpAnswer answer) {
    if (answer instanceof PcpAnswer.Mapping made
        && made.lifetimeSeconds() > 0
        && Addresses.sameFamily(made.externalAddress(), any)
        && made.externalPort() > 0) {
      given = made.externalAddress();
      return router.granted(
          new Mapping(
              wish.protocol(),
              wish.internalPort(),
              made.externalAddress(),
              made.externalPort(),
              Duration.ofSeconds(made.lifetimeSeconds())),
          made.epochSeconds());
    }
    return router.refused(
        answer instanceof PcpAnswer.Refusal refusal
            ? refusal.why()
            : "it gave a mapping without port, lifetime or an address of this family");
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
    router.ask(
        PcpCodec.mapRequest(
            route().local(),
            nonce,
            protocol,
            internalPort,
            externalPort,
            lifetime.isZero() ? any : given,
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

  @Override
  public void close() {
    router.close();
  }
}
