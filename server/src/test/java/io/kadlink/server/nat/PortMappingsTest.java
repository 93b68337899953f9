package io.kadlink.server.nat;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A router maps a node's ports, forgets them, is replaced, lies: round by round. */
class PortMappingsTest {
  private static final Duration MOMENT = Duration.ofSeconds(10);
  private static final String HERE = "80.1.2.3 30303 30304";
  private static final List<String> BOTH = List.of("TCP 30303>30303", "UDP 30304>30304");

  private final Household home = new Household();

  @ParameterizedTest
  @ValueSource(strings = {"pmp", "pcp", "upnp", "any"})
  void bothPortsAreMappedAndTheRecordNamesThem(String method) {
    NatTraversal traversal = home.start(method);
    home.pass(MOMENT);
    assertThat(home.router.mappings()).isEqualTo(BOTH);
    assertThat(home.record).containsExactly(HERE);
    NatStatus status = traversal.status();
    assertThat(status.state()).isEqualTo(NatStatus.State.FOUND);
    assertThat(status.address()).contains(home.router.external);
    assertThat(status.server()).contains(Router.ADDRESS);
    assertThat(status.expires()).isPresent();
    assertThat(home.town.openSockets).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pmp", "pcp", "upnp", "any"})
  void theyAreRenewedForAsLongAsTheNodeRunsAndTheRecordStays(String method) {
    home.start(method);
    for (int hour = 0; hour < 6; hour++) {
      home.pass(Duration.ofHours(1));
      assertThat(home.router.mappings()).isEqualTo(BOTH);
    }
    assertThat(home.record).containsExactly(HERE);
    assertThat(home.count("kadlink.nat.changes")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pmp", "pcp", "upnp", "any"})
  void theyAreDeletedAtTheEnd(String method) {
    NatTraversal traversal = home.start(method);
    home.pass(MOMENT);
    assertThat(home.closes(traversal, Duration.ofSeconds(2))).isTrue();
    assertThat(home.router.mappings()).isEmpty();
    assertThat(home.town.closed).isTrue();
    home.router.requests = 0;
    home.pass(Duration.ofHours(1));
    assertThat(home.router.requests).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pmp", "pcp", "upnp"})
  void aRouterThatIsSilentAtTheEndDelaysItByNoMoreThanThreeSeconds(String method) {
    NatTraversal traversal = home.start(method);
    home.pass(MOMENT);
    home.router.silent = true;
    assertThat(home.closes(traversal, Duration.ofSeconds(3))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pmp", "pcp", "upnp", "any"})
  void aRouterThatRestartsIsAskedAgainWithinSomeMoreThanAMinute(String method) {
    home.start(method);
    home.pass(Duration.ofMinutes(3));
    home.router.reboot();
    home.pass(Duration.ofSeconds(80));
    assertThat(home.router.mappings()).isEqualTo(BOTH);
    assertThat(home.record).containsExactly(HERE);
  }

  @Test
  void aRouterWhoseServicesMovedInARestartIsFoundAgainAsSoon() {
    home.start("upnp");
    home.pass(Duration.ofMinutes(3));
    home.router.reboot();
    home.router.webPort = 5_001;
    home.pass(Duration.ofSeconds(90));
    assertThat(home.router.mappings()).isEqualTo(BOTH);
    assertThat(home.record).containsExactly(HERE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pmp", "upnp"})
  void aNewExternalAddressIsSeenWithinSomeMoreThanAMinute(String method) {
    home.start(method);
    home.pass(Duration.ofMinutes(3));
    home.router.external = InetAddresses.forString("80.9.9.9");
    home.pass(Duration.ofSeconds(80));
    assertThat(home.record).containsExactly(HERE, "80.9.9.9 30303 30304");
  }

  @Test
  void aNewExternalAddressOfPcpComesWithTheRenewalAtTheLatest() {
    home.start("pcp");
    home.pass(Duration.ofMinutes(3));
    home.router.external = InetAddresses.forString("80.9.9.9");
    home.pass(Duration.ofMinutes(10));
    assertThat(home.record).containsExactly(HERE, "80.9.9.9 30303 30304");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pmp", "pcp", "upnp"})
  void aTakenPortBecomesAnotherOneAndIsKept(String method) {
    home.router.taken.add(30303);
    home.router.taken.add(30304);
    NatTraversal traversal = home.start(method);
    home.pass(MOMENT);
    List<String> mapped = home.router.mappings();
    assertThat(mapped).hasSize(2).noneMatch(BOTH::contains);
    assertThat(mapped.get(0)).endsWith(">30303");
    assertThat(traversal.status().tcpPort()).isNotEqualTo(30303).isNotZero();
    assertThat(mapped.get(0)).startsWith("TCP " + traversal.status().tcpPort());
    assertThat(mapped.get(1)).startsWith("UDP " + traversal.status().udpPort());
    home.pass(Duration.ofHours(1));
    assertThat(home.router.mappings()).isEqualTo(mapped);
    assertThat(home.record).hasSize(1);
  }

  @Test
  void theSamePortOfBothProtocolsGetsTheSameNumberOutside() {
    home.udpPort = Household.TCP;
    home.router.taken.add(30303);
    NatTraversal traversal = home.start("upnp");
    home.pass(MOMENT);
    assertThat(traversal.status().udpPort()).isEqualTo(traversal.status().tcpPort());
  }

  @Test
  void aRouterWithAllPortsTakenIsNotAskedForEver() {
    for (int port = 1; port < 65_536; port++) {
      home.router.taken.add(port);
    }
    NatTraversal traversal = home.start("upnp");
    home.pass(MOMENT);
    assertThat(traversal.status().problem())
        .hasValueSatisfying(it -> assertThat(it).contains("taken"));
    // one search: description, address, wanted port and five others
    assertThat(home.router.requests).isLessThan(12);
  }

  @Test
  void aRouterThatOnlyKnowsPermanentMappingsGivesThoseAndLosesThemAtTheEnd() {
    home.router.onlyPermanent = true;
    NatTraversal traversal = home.start("upnp");
    home.pass(MOMENT);
    assertThat(home.router.mappings()).isEqualTo(BOTH);
    home.closes(traversal, Duration.ofSeconds(2));
    assertThat(home.router.mappings()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(MappingProtocol.class)
  void anyFindsTheOneProtocolThatARouterSpeaks(MappingProtocol protocol) {
    home.router.speaks = EnumSet.of(protocol);
    NatTraversal traversal = home.start("any");
    home.pass(MOMENT);
    assertThat(traversal.status().via()).contains(protocol.label());
    assertThat(home.router.mappings()).isEqualTo(BOTH);
  }

  @Test
  void anyGoesOnToTheNextProtocolWhenOneRefuses() {
    home.router.refusesUdp = true;
    home.router.udpRefusedBy = EnumSet.of(MappingProtocol.PCP, MappingProtocol.PMP);
    NatTraversal traversal = home.start("any");
    home.pass(MOMENT);
    assertThat(traversal.status().via()).contains("upnp");
    assertThat(home.router.mappings()).isEqualTo(BOTH);
  }

  @Test
  void whenAllRefuseTheOperatorIsToldWhatEachSaid() {
    home.router.speaks = EnumSet.of(MappingProtocol.PMP, MappingProtocol.UPNP);
    home.router.refusal = 2; // of PMP: not authorised; UPnP has no such code, and refuses as well
    NatTraversal traversal = home.start("any");
    home.pass(MOMENT);
    assertThat(traversal.status().state()).isEqualTo(NatStatus.State.FAILED);
    assertThat(traversal.status().problem().orElseThrow())
        .contains("pmp: it is not authorised")
        .contains("upnp: UPnP error 2");
    assertThat(home.record).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pmp", "pcp", "upnp"})
  void whatIsHalfMappedIsUndoneWhenTheRestIsRefused(String method) {
    home.router.refusesUdp = true;
    NatTraversal traversal = home.start(method);
    home.pass(MOMENT);
    assertThat(home.count("kadlink.nat.requests", "outcome", "granted")).isEqualTo(1);
    assertThat(home.router.mappings()).isEmpty();
    assertThat(traversal.status().state()).isEqualTo(NatStatus.State.FAILED);
  }

  @Test
  void aNodeWithOnePortHasOneMapping() {
    home.udpPort = 0;
    NatTraversal traversal = home.start("any");
    home.pass(MOMENT);
    assertThat(home.router.mappings()).containsExactly("TCP 30303>30303");
    assertThat(traversal.status().udpPort()).isZero();
  }

  @Test
  void aSilentRouterIsAskedAtGrowingIntervalsAndComesBackIntoUse() {
    home.router.silent = true;
    NatTraversal traversal = home.start("pmp");
    home.pass(Duration.ofHours(2));
    assertThat(traversal.status().problem()).contains("no router answers by pmp");
    int sendings = home.town.sendings.size();
    // five sendings a search; after half a minute, one, two, ... at most sixteen
    assertThat(sendings / PmpGateway.WAITS.size()).isBetween(9, 13);
    assertThat(home.count("kadlink.nat.requests", "outcome", "silent")).isEqualTo(sendings / 5.0);
    home.router.silent = false;
    home.pass(Duration.ofMinutes(18));
    assertThat(home.record).containsExactly(HERE);
  }

  @Test
  void aRouterThatFallsSilentKeepsItsPlaceInTheRecordUntilTheMappingEnds() {
    NatTraversal traversal = home.start("pmp");
    home.pass(MOMENT);
    home.router.silent = true;
    home.pass(Duration.ofMinutes(19));
    assertThat(home.record).containsExactly(HERE);
    home.pass(Duration.ofMinutes(2));
    assertThat(home.record).containsExactly(HERE, "-80.1.2.3");
    assertThat(traversal.status().state()).isEqualTo(NatStatus.State.FAILED);
  }

  @Test
  void anotherNetworkIsNoticedAtOnceAndWithoutOneThereIsNoEndpoint() {
    home.start("pmp");
    home.pass(MOMENT);
    home.town.routes = List.of();
    home.pass(Duration.ofSeconds(20));
    assertThat(home.record).containsExactly(HERE, "-80.1.2.3");
    home.town.routes = List.of(Router.ROUTE);
    home.pass(Duration.ofSeconds(20));
    assertThat(home.record).containsExactly(HERE, "-80.1.2.3", HERE);
  }

  @Test
  void anExternalAddressThatIsPrivateIsNotAdvertisedAndTheOperatorIsTold() {
    home.router.external = InetAddresses.forString("10.1.1.1");
    NatTraversal traversal = home.start("any");
    home.pass(MOMENT);
    assertThat(home.record).isEmpty();
    assertThat(traversal.status().state()).isEqualTo(NatStatus.State.FAILED);
    assertThat(traversal.status().problem().orElseThrow()).contains("another router in front");
    home.router.external = InetAddresses.forString("80.1.2.3");
    home.pass(Duration.ofMinutes(11));
    assertThat(home.record).containsExactly(HERE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pcp", "upnp"})
  void anExternalAddressOfAnotherFamilyIsNone(String method) {
    home.router.external = InetAddresses.forString("2a00:1450::1");
    NatTraversal traversal = home.start(method);
    home.pass(MOMENT);
    assertThat(home.record).isEmpty();
    assertThat(traversal.status().problem().orElseThrow()).contains("the router maps no ports");
  }

  @Test
  void aLifetimeShorterThanWantedIsRenewedInTime() {
    home.router.longestLifetime = 120;
    home.start("pmp");
    for (int minute = 0; minute < 30; minute++) {
      home.pass(Duration.ofMinutes(1));
      assertThat(home.router.mappings()).isEqualTo(BOTH);
    }
  }

  @Test
  void answersFromElsewhereAreNotHeard() {
    byte[] forged = Bytes.fromHexString("0x00800000000003e806060606").toArray();
    home.router.forgeries.add(
        new Town.Letter(
            new InetSocketAddress(InetAddresses.forString("192.168.1.66"), 5351), forged));
    home.router.forgeries.add(new Town.Letter(new InetSocketAddress(Router.ADDRESS, 5350), forged));
    home.start("pmp");
    home.pass(MOMENT);
    assertThat(home.record).containsExactly(HERE);
    assertThat(home.count("kadlink.nat.dropped", "reason", "stranger")).isPositive();
  }

  @Test
  void aPcpAnswerWithAnotherNonceIsNone() {
    Bytes forged =
        Bytes.fromHexString(
            "0x02810000000004b0000003e8000000000000000000000000"
                + "666666666666666666666666"
                + "06000000"
                + "765f0d0d"
                + "00000000000000000000ffff06060606");
    home.router.forgeries.add(
        new Town.Letter(new InetSocketAddress(Router.ADDRESS, 5351), forged.toArray()));
    home.start("pcp");
    home.pass(MOMENT);
    assertThat(home.record).containsExactly(HERE);
    assertThat(home.count("kadlink.nat.dropped", "reason", "not_asked")).isPositive();
  }

  @Test
  void garbageIsCountedAndPassedOver() {
    home.router.forgeries.add(
        new Town.Letter(new InetSocketAddress(Router.ADDRESS, 5351), new byte[] {9, 9}));
    home.start("pmp");
    home.pass(MOMENT);
    assertThat(home.record).containsExactly(HERE);
    assertThat(home.count("kadlink.nat.dropped", "reason", "unreadable")).isPositive();
  }

  @Test
  void aDescriptionElsewhereThanOnTheRouterIsNotFetched() {
    home.router.host = "192.168.1.66";
    home.start("upnp");
    home.pass(MOMENT);
    assertThat(home.record).isEmpty();
    assertThat(home.count("kadlink.nat.dropped", "reason", "not_asked")).isPositive();
  }
}
