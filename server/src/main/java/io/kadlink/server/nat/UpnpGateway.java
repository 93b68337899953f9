package io.kadlink.server.nat;

import com.google.common.net.InetAddresses;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.server.nat.wire.DeviceDescription;
import io.kadlink.server.nat.wire.IpProtocol;
import io.kadlink.server.nat.wire.SoapAnswer;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * UPnP's Internet Gateway Device, versions 1 and 2: has ports mapped, other ones where those wanted
 * are taken, without lifetime where the router knows none, and looks whether they still are.
 */
final class UpnpGateway implements Gateway {
  /** How many other ports are tried when the wanted one is taken. */
  static final int OTHER_PORTS = 5;

  private static final int LOWEST_OTHER_PORT = 1_025;

  private static final String DESCRIPTION = "kadlink";

  private final UpnpService router;
  private final RandomGenerator random;
  private final Route route;
  private final Map<IpProtocol, Integer> mapped = new EnumMap<>(IpProtocol.class);
  private @Nullable InetAddress external;

  UpnpGateway(
      Loop loop,
      Surroundings surroundings,
      NatMetrics metrics,
      RandomGenerator random,
      Route route) {
    this.router =
        new UpnpService(
            loop, surroundings, metrics, route, DeviceDescription::mappingService, this::look);
    this.random = random;
    this.route = route;
  }

  @Override
  public MappingProtocol protocol() {
    return MappingProtocol.UPNP;
  }

  @Override
  public Route route() {
    return route;
  }

  @Override
  public void probe(Consumer<Probe> done) {
    router.probe(done);
  }

  /** Whether the router has the address it had, and our mappings. */
  private void look(Consumer<Probe> done) {
    router.act(
        "GetExternalIPAddress",
        Map.of(),
        answer -> {
          if (answer.isEmpty()) {
            done.accept(Probe.SILENT);
            return;
          }
          Optional<InetAddress> told = address(answer.get());
          boolean moved = external != null && told.isPresent() && !told.get().equals(external);
          told.ifPresent(address -> external = address);
          if (moved) {
            done.accept(Probe.FORGETFUL);
          } else {
            lookForMappings(List.copyOf(mapped.keySet()), done);
          }
        });
  }

  private static Optional<InetAddress> address(SoapAnswer answer) {
    return answer instanceof SoapAnswer.Done done
        ? Optional.ofNullable(done.values().get("NewExternalIPAddress"))
            .filter(InetAddresses::isInetAddress)
            .map(InetAddresses::forString)
            .filter(Inet4Address.class::isInstance)
        : Optional.empty();
  }

  private void lookForMappings(List<IpProtocol> left, Consumer<Probe> done) {
    if (left.isEmpty()) {
      done.accept(Probe.STEADY);
      return;
    }
    IpProtocol protocol = left.get(0);
    router.act(
        "GetSpecificPortMappingEntry",
        key(protocol, mapped.getOrDefault(protocol, 0)),
        answer -> {
          boolean ours =
              answer.orElse(null) instanceof SoapAnswer.Done found
                  && InetAddresses.toAddrString(route.local())
                      .equals(found.values().get("NewInternalClient"));
          boolean unknown =
              answer.orElse(null) instanceof SoapAnswer.Refusal refusal
                  && refusal.code() != SoapAnswer.NO_ENTRY;
          if (ours || unknown) {
            lookForMappings(left.subList(1, left.size()), done);
          } else {
            done.accept(answer.isPresent() ? Probe.FORGETFUL : Probe.SILENT);
          }
        });
  }

  @Override
  public void map(Wish wish, Consumer<Outcome> done) {
    if (!router.isFound()) {
      done.accept(new Silent());
      return;
    }
    router.act(
        "GetExternalIPAddress",
        Map.of(),
        answer -> {
          if (answer.isEmpty()) {
            silent(done);
            return;
          }
          Optional<InetAddress> told = address(answer.get());
          if (told.isEmpty()) {
            refused("the router has no public address of its own", done);
            return;
          }
          external = told.get();
          add(new Attempt(wish, told.get(), OTHER_PORTS, wish.externalPort(), false), done);
        });
  }

  /**
   * One try to add a mapping.
   *
   * @param triesLeft with other ports, once this one is taken
   * @param permanent without lifetime, because the router knows no other mappings
   */
  private record Attempt(
      Wish wish, InetAddress address, int triesLeft, int externalPort, boolean permanent) {

    Attempt withPort(int port) {
      return new Attempt(wish, address, triesLeft - 1, port, permanent);
    }

    Attempt withoutLifetime() {
      return new Attempt(wish, address, triesLeft, externalPort, true);
    }
  }

  private void add(Attempt attempt, Consumer<Outcome> done) {
    Wish wish = attempt.wish();
    Map<String, String> arguments =
        new LinkedHashMap<>(key(wish.protocol(), attempt.externalPort()));
    arguments.put("NewInternalPort", Integer.toString(wish.internalPort()));
    arguments.put("NewInternalClient", InetAddresses.toAddrString(route.local()));
    arguments.put("NewEnabled", "1");
    arguments.put("NewPortMappingDescription", DESCRIPTION);
    arguments.put(
        "NewLeaseDuration", attempt.permanent() ? "0" : Long.toString(wish.lifetime().toSeconds()));
    router.act(
        "AddPortMapping",
        arguments,
        answer -> {
          if (answer.isEmpty()) {
            silent(done);
            return;
          }
          switch (answer.get()) {
            case SoapAnswer.Done added -> granted(attempt, done);
            case SoapAnswer.Refusal refusal -> again(attempt, refusal, done);
          }
        });
  }

  private void again(Attempt attempt, SoapAnswer.Refusal refusal, Consumer<Outcome> done) {
    int internal = attempt.wish().internalPort();
    int code = refusal.code();
    boolean taken = code == SoapAnswer.CONFLICT || code == SoapAnswer.USED_PORT;
    if (code == SoapAnswer.ONLY_PERMANENT && !attempt.permanent()) {
      add(attempt.withoutLifetime(), done);
    } else if (taken && attempt.triesLeft() > 0) {
      add(attempt.withPort(random.nextInt(LOWEST_OTHER_PORT, 65_536)), done);
    } else if (code == SoapAnswer.SAME_PORTS
        && attempt.triesLeft() > 0
        && attempt.externalPort() != internal) {
      add(attempt.withPort(internal), done);
    } else {
      refused(refusal.why(), done);
    }
  }

  private void granted(Attempt attempt, Consumer<Outcome> done) {
    router.count(NatMetrics.Outcome.GRANTED);
    Wish wish = attempt.wish();
    mapped.put(wish.protocol(), attempt.externalPort());
    done.accept(
        new Granted(
            new Mapping(
                wish.protocol(),
                wish.internalPort(),
                attempt.address(),
                attempt.externalPort(),
                wish.lifetime())));
  }

  private void refused(String why, Consumer<Outcome> done) {
    router.count(NatMetrics.Outcome.REFUSED);
    done.accept(new Refused(why));
  }

  private void silent(Consumer<Outcome> done) {
    router.count(NatMetrics.Outcome.SILENT);
    done.accept(new Silent());
  }

  @Override
  public void unmap(Mapping mapping, Runnable done) {
    mapped.remove(mapping.protocol());
    if (!router.isFound()) {
      done.run();
      return;
    }
    router.part("DeletePortMapping", key(mapping.protocol(), mapping.externalPort()), done);
  }

  /** What names a mapping, in the order that all actions begin with. */
  private static Map<String, String> key(IpProtocol protocol, int externalPort) {
    Map<String, String> key = new LinkedHashMap<>();
    key.put("NewRemoteHost", "");
    key.put("NewExternalPort", Integer.toString(externalPort));
    key.put("NewProtocol", protocol.name());
    return key;
  }

  @Override
  public void close() {
    router.close();
  }
}
