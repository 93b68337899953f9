package io.kadlink.server.nat;

import com.google.common.net.InetAddresses;
import io.kadlink.discovery.KnownEndpoint;
import io.kadlink.discovery.table.Addresses;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What is known of the endpoint, told to those who want to know: the record, the log (one line a
 * change), the metrics, and whoever asks for the status from any thread.
 */
final class Findings {
  private static final Logger log = LoggerFactory.getLogger(Findings.class);

  private final NatMethod method;
  private final Passage passage;
  private final Advertiser advertiser;
  private final NatMetrics metrics;
  private Optional<KnownEndpoint> advertised = Optional.empty();
  private Optional<String> problem = Optional.empty();
  private volatile NatStatus status;

  Findings(NatMethod method, Passage passage, Advertiser advertiser, NatMetrics metrics) {
    this.method = method;
    this.passage = passage;
    this.advertiser = advertiser;
    this.metrics = metrics;
    this.status = NatStatus.without(method, Optional.empty());
    metrics.watchFound(passage.gauge(), () -> status.state() == NatStatus.State.FOUND ? 1 : 0);
  }

  /** Any thread. */
  NatStatus status() {
    return status;
  }

  /**
   * A router or server gave an endpoint. One that can't be reached from everywhere is not
   * advertised, and said to be none.
   */
  void found(String via, InetAddress server, KnownEndpoint endpoint, Optional<Instant> expires) {
    Optional<String> obstacle = Reach.problem(endpoint.address());
    status =
        new NatStatus(
            method,
            obstacle.isPresent() ? NatStatus.State.FAILED : NatStatus.State.FOUND,
            Optional.of(via),
            Optional.of(server),
            Optional.of(endpoint.address()),
            endpoint.tcpPort().orElse(0),
            endpoint.udpPort().orElse(0),
            expires,
            obstacle,
            Optional.empty());
    if (obstacle.isPresent()) {
      withdraw();
      complain("not reachable from outside: " + obstacle.get());
      return;
    }
    problem = Optional.empty();
    if (advertised.filter(endpoint::equals).isPresent()) {
      advertiser.advertise(endpoint); // of no effect, unless the record lost it
      return;
    }
    if (advertised.filter(last -> !sameFamily(last, endpoint)).isPresent()) {
      withdraw(); // within a family the new one takes the place of the old one
    }
    advertised = Optional.of(endpoint);
    metrics.changed();
    log.info(
        "others reach this node at {}{}{} (by {} from {})",
        InetAddresses.toAddrString(endpoint.address()),
        port(", TCP port ", endpoint.tcpPort().orElse(0)),
        port(", UDP port ", endpoint.udpPort().orElse(0)),
        via,
        InetAddresses.toAddrString(server));
    advertiser.advertise(endpoint);
  }

  private static boolean sameFamily(KnownEndpoint a, KnownEndpoint b) {
    return Addresses.sameFamily(a.address(), b.address());
  }

  private static String port(String text, int port) {
    return port == 0 ? "" : text + port;
  }

  /** There is no endpoint, or none any more. */
  void lost(String why) {
    status = NatStatus.without(method, Optional.of(why));
    withdraw();
    complain("no endpoint for others: " + why);
  }

  private void withdraw() {
    if (advertised.isPresent()) {
      metrics.changed();
      advertiser.withdraw(advertised.get().address());
      advertised = Optional.empty();
    }
  }

  /**
   * Once for each reason, not for each attempt. Many a node has no IPv6, or no firewall in its way,
   * and need not be told.
   */
  private void complain(String sentence) {
    if (problem.filter(sentence::equals).isEmpty()) {
      problem = Optional.of(sentence);
      log.atLevel(passage == Passage.PINHOLE ? Level.DEBUG : Level.WARN)
          .log("{}; asked again from time to time", sentence);
    }
  }
}
