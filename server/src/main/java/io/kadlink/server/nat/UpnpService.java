package io.kadlink.server.nat;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.server.nat.Gateway.Probe;
import io.kadlink.server.nat.wire.DeviceDescription;
import io.kadlink.server.nat.wire.DeviceDescription.Service;
import io.kadlink.server.nat.wire.SoapAnswer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One service of a router by UPnP: found once, kept while it answers, and looked for again when it
 * does not. Confined to the loop.
 */
final class UpnpService {
  /** A cheap router takes a second for an action when it is busy. */
  static final Duration HTTP_LIMIT = Duration.ofSeconds(5);

  /** For goodbyes. */
  static final Duration PARTING_LIMIT = Duration.ofSeconds(1);

  private final UpnpDialogue router;
  private final NatMetrics metrics;
  private final Function<DeviceDescription, Optional<Service>> wanted;
  private final Consumer<Consumer<Probe>> look;
  private @Nullable Service service;

  /**
   * @param wanted finds the service in a router's description
   * @param look asks the service whether it still knows what it was told; it is there then
   */
  UpnpService(
      Loop loop,
      Surroundings surroundings,
      NatMetrics metrics,
      Route route,
      Function<DeviceDescription, Optional<Service>> wanted,
      Consumer<Consumer<Probe>> look) {
    this.router = new UpnpDialogue(loop, surroundings, metrics, route);
    this.metrics = metrics;
    this.wanted = wanted;
    this.look = look;
  }

  /** Whether it is known where the service is. */
  boolean isFound() {
    return service != null;
  }

  void probe(Consumer<Probe> done) {
    Consumer<Probe> counted =
        found -> {
          count(found == Probe.SILENT ? NatMetrics.Outcome.SILENT : NatMetrics.Outcome.ANSWERED);
          done.accept(found);
        };
    if (service == null) {
      search(counted);
      return;
    }
    look.accept(
        found -> {
          if (found == Probe.SILENT) {
            service = null; // after a restart many routers have their services at another port
            search(counted);
          } else {
            counted.accept(found);
          }
        });
  }

  private void search(Consumer<Probe> done) {
    router.find(
        wanted,
        found -> {
          if (found.isEmpty()) {
            done.accept(Probe.SILENT);
          } else {
            service = found.get();
            look.accept(done);
          }
        });
  }

  /**
   * Has the service act.
   *
   * @param done with nothing when no answer came that can be read, or it is not found
   */
  void act(String action, Map<String, String> arguments, Consumer<Optional<SoapAnswer>> done) {
    act(action, arguments, HTTP_LIMIT, done);
  }

  /** The last thing it is asked. */
  void part(String action, Map<String, String> arguments, Runnable done) {
    act(action, arguments, PARTING_LIMIT, answer -> done.run());
  }

  private void act(
      String action,
      Map<String, String> arguments,
      Duration limit,
      Consumer<Optional<SoapAnswer>> done) {
    Service at = service;
    if (at == null) {
      done.accept(Optional.empty());
    } else {
      router.act(at, action, arguments, limit, done);
    }
  }

  void count(NatMetrics.Outcome outcome) {
    metrics.asked(MappingProtocol.UPNP.label(), outcome);
  }

  void close() {
    router.close();
  }
}
