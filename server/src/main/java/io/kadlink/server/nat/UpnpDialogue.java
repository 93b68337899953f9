package io.kadlink.server.nat;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Addresses;
import io.kadlink.server.nat.Surroundings.HttpQuestion;
import io.kadlink.server.nat.wire.BadAnswerException;
import io.kadlink.server.nat.wire.DeviceDescription;
import io.kadlink.server.nat.wire.DeviceDescription.Service;
import io.kadlink.server.nat.wire.SoapAnswer;
import io.kadlink.server.nat.wire.SoapCodec;
import io.kadlink.server.nat.wire.SsdpAnswer;
import io.kadlink.server.nat.wire.SsdpCodec;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Speaks UPnP with one router: finds it by SSDP, reads its description, has it act by SOAP. Only
 * the router itself is believed: a device elsewhere in the local network could not forward
 * anything, but could have us fetch what it likes. By IPv6 a router answers from any address of its
 * own, and the route tells one that it is not asked at: there a device of the same link is
 * believed, as far as it leads to the address it answers from. Confined to the loop; a question at
 * a time, answered once.
 */
final class UpnpDialogue {

  /** The search is sent so often; datagrams to a group are easily lost on a radio link. */
  static final List<Duration> SEARCH_WAITS =
      List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(2));

  /** Devices spread their answers over this time. */
  private static final int MAX_WAIT_SECONDS = 1;

  /** All devices that map ports answer to this, those of version 2 too (§1.3.2). */
  private static final String TARGET = "urn:schemas-upnp-org:device:InternetGatewayDevice:1";

  /** Of an IPv6 address those that the machines of a link have in common. */
  private static final int LINK_BITS = 64;

  private static final int OK = 200;

  /** With it come the faults of SOAP. */
  private static final int SERVER_ERROR = 500;

  private final Loop loop;
  private final Surroundings surroundings;
  private final NatMetrics metrics;
  private final Route route;
  private Runnable open = () -> {};

  /** What was asked before the last close is of no interest any more. */
  private int generation;

  UpnpDialogue(Loop loop, Surroundings surroundings, NatMetrics metrics, Route route) {
    this.loop = loop;
    this.surroundings = surroundings;
    this.metrics = metrics;
    this.route = route;
  }

  /**
   * Looks for a service of the router.
   *
   * @param wanted finds it in a description
   */
  void find(
      Function<DeviceDescription, Optional<Service>> wanted, Consumer<Optional<Service>> done) {
    open =
        Question.<SsdpAnswer>ask(
            loop,
            surroundings,
            metrics,
            route.local(),
            group(),
            SsdpCodec.search(TARGET, MAX_WAIT_SECONDS, route.isIpv6()),
            SEARCH_WAITS,
            this::mayAnswer,
            (from, bytes) ->
                Optional.of(SsdpCodec.decode(bytes))
                    .filter(it -> it.target().equals(TARGET))
                    .filter(it -> SsdpCodec.host(it.location()).equals(from)),
            found ->
                found.ifPresentOrElse(
                    answer -> describe(answer.location(), wanted, done),
                    () -> done.accept(Optional.empty())));
  }

  private boolean mayAnswer(InetAddress from) {
    return from.equals(route.gateway())
        || (route.isIpv6()
            && (Addresses.isLan(from)
                || Routes.first(from, LINK_BITS).equals(Routes.first(route.local(), LINK_BITS))));
  }

  /** Of IPv6 the one of the link, which is that of the router. */
  private InetSocketAddress group() {
    return route.gateway() instanceof Inet6Address router
        ? SsdpCodec.linkGroup(router.getScopeId())
        : SsdpCodec.GROUP;
  }

  private void describe(
      URI location,
      Function<DeviceDescription, Optional<Service>> wanted,
      Consumer<Optional<Service>> done) {
    exchange(
        HttpQuestion.get(route.local(), location),
        UpnpService.HTTP_LIMIT,
        answer -> {
          Optional<Service> found = Optional.empty();
          if (answer.filter(it -> it.status() == OK).isPresent()) {
            try {
              found =
                  wanted.apply(
                      DeviceDescription.decode(answer.get().body().toArrayUnsafe(), location));
            } catch (BadAnswerException e) {
              unreadable(location, e);
            }
          }
          done.accept(found);
        });
  }

  /**
   * Has a service act.
   *
   * @param done with nothing when no answer came that can be read
   */
  void act(
      Service at,
      String action,
      Map<String, String> arguments,
      Duration limit,
      Consumer<Optional<SoapAnswer>> done) {
    exchange(
        new HttpQuestion(
            route.local(),
            at.control(),
            Optional.of(SoapCodec.actionHeader(at.type(), action)),
            SoapCodec.request(at.type(), action, arguments)),
        limit,
        answer -> {
          Optional<SoapAnswer> said = Optional.empty();
          if (answer.filter(it -> it.status() == OK || it.status() == SERVER_ERROR).isPresent()) {
            try {
              said = Optional.of(SoapCodec.decode(action, answer.get().body().toArrayUnsafe()));
            } catch (BadAnswerException e) {
              unreadable(at.control(), e);
            }
          }
          done.accept(said);
        });
  }

  private void exchange(
      HttpQuestion question, Duration limit, Consumer<Optional<Surroundings.HttpAnswer>> done) {
    int asked = generation;
    surroundings.http(
        question,
        limit,
        answer -> {
          if (asked == generation) {
            done.accept(answer);
          }
        });
  }

  private void unreadable(URI where, BadAnswerException why) {
    metrics.unreadable(
        new InetSocketAddress(route.gateway(), where.getPort() < 0 ? 80 : where.getPort()), why);
  }

  /** Calls off the question that is open. */
  void close() {
    generation++;
    open.run();
  }
}
