package io.kadlink.server.nat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A firewall in front of a global IPv6 address is asked to let others through: round by round. */
class PinholesTest {
  private static final Duration MOMENT = Duration.ofSeconds(10);
  private static final String HERE = "2a10:77:0:0:0:0:0:2 30303 30304";
  private static final List<String> BOTH = List.of("17 30304", "6 30303");

  private final Household home = new Household();
  private final Firewall firewall = new Firewall(home.loop, home.town);

  private static NatStatus ipv6(NatTraversal traversal) {
    return traversal.status().ipv6().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pcp", "upnp", "any"})
  void bothPortsMayPassAndTheRecordNamesTheAddress(String method) {
    NatTraversal traversal = home.start(method);
    home.pass(MOMENT);
    assertThat(firewall.pinholes()).isEqualTo(BOTH);
    assertThat(home.record).containsExactly(HERE);
    assertThat(ipv6(traversal).state()).isEqualTo(NatStatus.State.FOUND);
    assertThat(ipv6(traversal).address()).contains(Firewall.CLIENT);
    assertThat(ipv6(traversal).server()).contains(Firewall.ADDRESS);
    assertThat(traversal.status().state()).as("of IPv4").isNotEqualTo(NatStatus.State.FOUND);
    assertThat(home.metrics.get("kadlink.nat.pinhole").gauge().value()).isEqualTo(1);
    assertThat(home.metrics.get("kadlink.nat.found").gauge().value()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pcp", "upnp", "any"})
  void theyAreRenewedForAsLongAsTheNodeRuns(String method) {
    home.start(method);
    for (int hour = 0; hour < 3; hour++) {
      home.pass(Duration.ofHours(1));
      assertThat(firewall.pinholes()).isEqualTo(BOTH);
    }
    assertThat(home.record).containsExactly(HERE);
  }

  @Test
  void upnpRenewsThemByTheirNumbers() {
    home.start("upnp");
    home.pass(Duration.ofMinutes(11));
    assertThat(firewall.renewals).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pcp", "upnp", "any"})
  void theyAreDeletedAtTheEnd(String method) {
    NatTraversal traversal = home.start(method);
    home.pass(MOMENT);
    assertThat(home.closes(traversal, Duration.ofSeconds(2))).isTrue();
    assertThat(firewall.pinholes()).isEmpty();
    assertThat(home.town.closed).isTrue();
    assertThat(home.town.openSockets).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pcp", "upnp"})
  void aRouterThatRestartsIsAskedAgainWithinSomeMoreThanAMinute(String method) {
    home.start(method);
    home.pass(Duration.ofMinutes(3));
    firewall.reboot();
    home.pass(Duration.ofSeconds(80));
    assertThat(firewall.pinholes()).isEqualTo(BOTH);
    assertThat(home.record).containsExactly(HERE);
  }

  @Test
  void whereNoFirewallIsInTheWayNothingIsAsked() {
    firewall.enabled = false;
    NatTraversal traversal = home.start("upnp");
    home.pass(MOMENT);
    assertThat(ipv6(traversal).state()).isEqualTo(NatStatus.State.FOUND);
    assertThat(home.record).containsExactly(HERE);
    assertThat(home.closes(traversal, Duration.ofSeconds(1))).isTrue();
  }

  @Test
  void aDescriptionElsewhereIsNotFetched() {
    firewall.misleads = true;
    NatTraversal traversal = home.start("upnp");
    home.pass(MOMENT);
    assertThat(ipv6(traversal).state()).isEqualTo(NatStatus.State.FAILED);
    assertThat(home.count("kadlink.nat.dropped", "reason", "not_asked")).isPositive();
  }

  @Test
  void natPmpKnowsNothingOfIpv6() {
    NatTraversal traversal = home.start("pmp");
    home.pass(MOMENT);
    assertThat(traversal.status().ipv6()).isEmpty();
    assertThat(firewall.pinholes()).isEmpty();
  }

  @Test
  void withoutIpv6TheStatusSaysSo() {
    home.town.routes = List.of();
    NatTraversal traversal = home.start("any");
    home.pass(MOMENT);
    assertThat(ipv6(traversal).problem())
        .hasValueSatisfying(why -> assertThat(why).contains("IPv6"));
  }

  @Test
  void aRouterOfBothFamiliesServesBoth() {
    new Router(home.loop, home.town).speaks = Set.of(MappingProtocol.PCP);
    firewall.speaks = Set.of(MappingProtocol.PCP);
    List<Route> both = new ArrayList<>(List.of(Router.ROUTE));
    both.add(new Route(Firewall.ADDRESS, Firewall.CLIENT));
    home.town.routes = both;
    NatTraversal traversal = home.start("any");
    home.pass(Duration.ofSeconds(30));
    assertThat(home.record).containsExactlyInAnyOrder("80.1.2.3 30303 30304", HERE);
    assertThat(traversal.status().state()).isEqualTo(NatStatus.State.FOUND);
    assertThat(ipv6(traversal).state()).isEqualTo(NatStatus.State.FOUND);
    assertThat(home.closes(traversal, Duration.ofSeconds(2))).isTrue();
    assertThat(firewall.pinholes()).isEmpty();
  }
}
