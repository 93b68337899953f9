package io.kadlink.server.nat;

import com.google.common.net.InetAddresses;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.server.nat.wire.DeviceDescription;
import io.kadlink.server.nat.wire.IpProtocol;
import io.kadlink.server.nat.wire.SoapAnswer;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The IPv6 firewall of a UPnP Internet Gateway Device, version 2 (WANIPv6FirewallControl:1): has
 * pinholes made for this node's own address, renews them by the number the router gave them, and
 * looks whether it still knows them. It is asked by IPv6, from the address that the pinholes are
 * for, because a router makes none for others.
 */
final class UpnpFirewall implements Gateway {
  private final UpnpService router;
  private final Route route;

  /** The numbers of the pinholes there are. */
  private final Map<IpProtocol, String> pinholes = new EnumMap<>(IpProtocol.class);

  /**
   * @param route by IPv6
   */
  UpnpFirewall(Loop loop, Surroundings surroundings, NatMetrics metrics, Route route) {
    this.router =
        new UpnpService(
            loop, surroundings, metrics, route, DeviceDescription::firewallService, this::look);
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

  private void look(Consumer<Probe> done) {
    look(List.copyOf(pinholes.values()), done);
  }

  /** Whether the router knows our pinholes; of none, whether it answers at all. */
  private void look(List<String> left, Consumer<Probe> done) {
    if (left.isEmpty()) {
      router.act(
          "GetFirewallStatus",
          Map.of(),
          answer -> done.accept(answer.isPresent() ? Probe.STEADY : Probe.SILENT));
      return;
    }
    router.act(
        "GetPinholePackets",
        Map.of("UniqueID", left.getFirst()),
        answer -> {
          if (answer.isEmpty()) {
            done.accept(Probe.SILENT);
          } else if (isUnknown(answer.get())) {
            done.accept(Probe.FORGETFUL);
          } else {
            look(left.subList(1, left.size()), done);
          }
        });
  }

  private static boolean isUnknown(SoapAnswer answer) {
    return answer instanceof SoapAnswer.Refusal refusal && refusal.code() == SoapAnswer.NO_PINHOLE;
  }

  @Override
  public void map(Wish wish, Consumer<Outcome> done) {
    String known = pinholes.get(wish.protocol());
    if (!router.isFound()) {
      done.accept(outcome(NatMetrics.Outcome.SILENT, new Silent()));
    } else if (known == null) {
      add(wish, done);
    } else {
      renew(known, wish, done);
    }
  }

  private void renew(String known, Wish wish, Consumer<Outcome> done) {
    Map<String, String> arguments = new LinkedHashMap<>();
    arguments.put("UniqueID", known);
    arguments.put("NewLeaseTime", lease(wish));
    router.act(
        "UpdatePinhole",
        arguments,
        answer -> {
          if (answer.orElse(null) instanceof SoapAnswer.Refusal) {
            pinholes.remove(wish.protocol());
            add(wish, done);
          } else {
            done.accept(
                answer.isPresent()
                    ? granted(wish)
                    : outcome(NatMetrics.Outcome.SILENT, new Silent()));
          }
        });
  }

  private void add(Wish wish, Consumer<Outcome> done) {
    Map<String, String> arguments = new LinkedHashMap<>();
    arguments.put("RemoteHost", "");
    arguments.put("RemotePort", "0");
    arguments.put("InternalClient", InetAddresses.toAddrString(unscoped(route.local())));
    arguments.put("InternalPort", Integer.toString(wish.internalPort()));
    arguments.put("Protocol", Integer.toString(wish.protocol().number()));
    arguments.put("LeaseTime", lease(wish));
    router.act("AddPinhole", arguments, answer -> done.accept(added(wish, answer)));
  }

  private Outcome added(Wish wish, Optional<SoapAnswer> answer) {
    if (answer.isEmpty()) {
      return outcome(NatMetrics.Outcome.SILENT, new Silent());
    }
    return switch (answer.get()) {
      case SoapAnswer.Done done -> {
        String number = done.values().getOrDefault("UniqueID", "");
        if (!number.matches("[0-9]{1,5}")) { // an unsigned 16-bit number
          yield outcome(
              NatMetrics.Outcome.REFUSED, new Refused("it gave a pinhole without a number"));
        }
        pinholes.put(wish.protocol(), number);
        yield granted(wish);
      }
      case SoapAnswer.Refusal refusal ->
          refusal.code() == SoapAnswer.FIREWALL_DISABLED
              ? granted(wish) // nothing is in the way
              : outcome(NatMetrics.Outcome.REFUSED, new Refused(refusal.why()));
    };
  }

  private Outcome granted(Wish wish) {
    return outcome(
        NatMetrics.Outcome.GRANTED,
        new Granted(
            new Mapping(
                wish.protocol(),
                wish.internalPort(),
                unscoped(route.local()),
                wish.internalPort(),
                wish.lifetime())));
  }

  private Outcome outcome(NatMetrics.Outcome counted, Outcome outcome) {
    router.count(counted);
    return outcome;
  }

  private static String lease(Wish wish) {
    return Long.toString(wish.lifetime().toSeconds());
  }

  /** As others see it. */
  private static InetAddress unscoped(InetAddress address) {
    return InetAddresses.forString(InetAddresses.toAddrString(address).replaceFirst("%.*", ""));
  }

  @Override
  public void unmap(Mapping mapping, Runnable done) {
    String known = pinholes.remove(mapping.protocol());
    if (!router.isFound() || known == null) {
      done.run();
      return;
    }
    router.part("DeletePinhole", Map.of("UniqueID", known), done);
  }

  @Override
  public void close() {
    router.close();
  }
}
