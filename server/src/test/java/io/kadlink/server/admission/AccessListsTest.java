package io.kadlink.server.admission;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.discovery.loop.SteadyClock;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.kadlink.server.admission.Denial.Origin;
import io.kadlink.server.testing.ManualLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessListsTest {
  private static final NodeKey KEY = NodeKey.generate();
  private static final NodeId ID = KEY.publicKey().id();
  private static final Optional<Duration> FOREVER = Optional.empty();

  private final ManualLoop time = new ManualLoop();
  private final SteadyClock clock = SteadyClock.of(time);
  private final AccessLists lists = lists(false);

  private AccessLists lists(boolean only) {
    return new AccessLists(time::now, new NetRestrict(List.of()), only);
  }

  private static NodeId id(int number) {
    return new NodeId(Bytes32.leftPad(Bytes.ofUnsignedInt(number)));
  }

  private Optional<Rule> at(String address, int port) {
    return lists
        .judge(Optional.empty(), Optional.of(new InetSocketAddress(address, port)), false)
        .map(Decision.Refuse::rule);
  }

  private static Optional<Rule> node(AccessLists lists, NodeId id, boolean named) {
    return lists.judge(Optional.of(id), Optional.empty(), named).map(Decision.Refuse::rule);
  }

  private void deny(String subject) {
    assertThat(lists.deny(Subject.parse(subject), FOREVER, "a test", Origin.OPERATOR)).isTrue();
  }

  @Test
  void aSubjectIsReadInEveryFormAPersonHasIt() {
    NodeRecord record =
        NodeRecord.builder().endpoint(InetAddress.getLoopbackAddress(), 30303, 30303).sign(KEY);
    Enode enode = Enode.of(KEY.publicKey(), InetAddress.getLoopbackAddress(), 1, 2);
    Subject node = new Subject.Node(ID);
    assertThat(List.of(record.toString(), enode.toString(), ID.toString(), "0x" + ID))
        .allSatisfy(text -> assertThat(Subject.parse(text)).isEqualTo(node));
    assertThat(Subject.parse(KEY.publicKey().toString())).isEqualTo(node);
    for (String text :
        List.of("10.0.0.0/8", "10.1.2.3", "fd00::/8", "10.1.2.3:30303", "[2001:db8::1]:30303")) {
      assertThat(Subject.parse(text)).hasToString(text);
    }
    assertThat(Subject.parse("10.9.9.9/8")).isEqualTo(Subject.parse("10.0.0.0/8"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nonsense", "10.0.0.0/33", "10.0.0.1:99999", "host:30303", "enr:-x"})
  void whatIsNoSubjectIsRefused(String text) {
    assertThatThrownBy(() -> Subject.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aDenialMeansItsNodeItsNetworkOrItsEndpointAndNobodyElse() {
    deny(ID.toString());
    deny("10.1.0.0/16");
    deny("192.0.2.1:30303");
    deny("2001:db8::/32");

    assertThat(node(lists, ID, true)).contains(Rule.DENIED);
    assertThat(node(lists, id(1), false)).isEmpty();
    assertThat(at("10.1.255.255", 1)).contains(Rule.DENIED);
    assertThat(at("10.2.0.0", 1)).isEmpty();
    assertThat(at("192.0.2.1", 30303)).contains(Rule.DENIED);
    assertThat(at("192.0.2.1", 30304)).isEmpty();
    assertThat(at("2001:db8:ffff::1", 1)).contains(Rule.DENIED);
    assertThat(at("2001:db9::", 1)).isEmpty();
  }

  @Test
  void aDenialEndsAtItsTimeOrWhenItIsLifted() {
    Subject node = new Subject.Node(ID);
    lists.deny(node, Optional.of(Duration.ofMinutes(10)), "a test", Origin.REPUTATION);
    assertThat(node(lists, ID, true)).contains(Rule.BANNED);
    time.advance(Duration.ofMinutes(10).minusMillis(1));
    assertThat(node(lists, ID, true)).contains(Rule.BANNED);
    time.advance(Duration.ofMillis(1));
    assertThat(node(lists, ID, true)).isEmpty();
    assertThat(lists.denials()).isEmpty();
    assertThat(lists.lift(node)).isFalse();

    lists.deny(node, FOREVER, "a test", Origin.OPERATOR);
    assertThat(lists.lift(node)).isTrue();
    assertThat(node(lists, ID, true)).isEmpty();
  }

  @Test
  void aBanNeverShortensWhatAPersonDecided() {
    Subject node = new Subject.Node(ID);
    lists.deny(node, FOREVER, "a person said so", Origin.OPERATOR);
    lists.deny(node, Optional.of(Duration.ofMinutes(1)), "it misbehaved", Origin.REPUTATION);

    assertThat(lists.denials()).singleElement().extracting(Denial::until).isEqualTo(FOREVER);
  }

  @Test
  void aFullListLosesTheBanThatEndsFirstAndNoDecisionOfAPerson() {
    for (int i = 0; i < 3; i++) {
      Optional<Duration> lasts = Optional.of(Duration.ofMinutes(10 - i));
      lists.deny(new Subject.Node(id(i)), lasts, "", Origin.REPUTATION);
    }
    List<Denial> many = new ArrayList<>();
    for (int i = 3; i < AccessLists.MAX_DENIED; i++) {
      many.add(new Denial(new Subject.Node(id(i)), Optional.empty(), "", Origin.OPERATOR));
    }
    assertThat(lists.denyAll(many)).isTrue();
    assertThat(lists.denials()).hasSize(AccessLists.MAX_DENIED);

    Subject late = new Subject.Node(ID);
    assertThat(lists.deny(late, FOREVER, "", Origin.OPERATOR)).isTrue();
    assertThat(node(lists, id(2), false)).as("its ban would have ended first").isEmpty();
    assertThat(node(lists, id(0), false)).contains(Rule.BANNED);

    deny(id(20_000).toString());
    deny(id(20_001).toString());
    Subject tooMany = new Subject.Node(id(20_002));
    assertThat(lists.deny(tooMany, FOREVER, "", Origin.OPERATOR)).isFalse();
    assertThat(lists.denials()).hasSize(AccessLists.MAX_DENIED);
  }

  @Test
  void theAllowListCountsOnlyWhenItIsTheOnlyWayIn() {
    assertThat(node(lists, ID, false)).isEmpty();

    AccessLists only = lists(true);
    assertThat(node(only, ID, false)).contains(Rule.NOT_ALLOWED);
    assertThat(node(only, ID, true)).as("static and trusted nodes").isEmpty();
    only.allow(new Subject.Node(ID), Origin.OPERATOR);
    assertThat(node(only, ID, false)).isEmpty();
    only.deny(new Subject.Node(ID), FOREVER, "", Origin.OPERATOR);
    assertThat(node(only, ID, false)).as("a denial wins").contains(Rule.DENIED);
    only.lift(new Subject.Node(ID));
    assertThat(only.disallow(new Subject.Node(ID))).isTrue();
    assertThat(node(only, ID, false)).contains(Rule.NOT_ALLOWED);
  }

  @Test
  void decisionsOutliveARestartAndTheConfigurationDoesNot() {
    Optional<Duration> hour = Optional.of(Duration.ofHours(1));
    lists.deny(Subject.parse("10.0.0.0/8"), FOREVER, "configured", Origin.CONFIGURED);
    lists.deny(Subject.parse("192.0.2.1:1"), FOREVER, "a person", Origin.OPERATOR);
    lists.deny(new Subject.Node(ID), hour, "it lied", Origin.REPUTATION);
    lists.allow(Subject.parse("10.1.1.1"), Origin.OPERATOR);
    lists.allow(Subject.parse("10.1.1.2"), Origin.CONFIGURED);

    AccessLists next = lists(false);
    AccessJson.read(AccessJson.write(lists, clock), next, clock);
    assertThat(next.denials()).isEqualTo(lists.denials().subList(1, 3));
    assertThat(next.allowances()).isEqualTo(lists.allowances().subList(0, 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, -1})
  void aBanLastsAsLongAsItWasToldThoughTheClockIsSet(int days) {
    AccessLists running = new AccessLists(clock, new NetRestrict(List.of()), false);
    running.deny(new Subject.Node(ID), Optional.of(Duration.ofHours(1)), "", Origin.REPUTATION);
    time.setClock(Duration.ofDays(days));
    time.advance(Duration.ofMinutes(59));
    assertThat(node(running, ID, false)).contains(Rule.BANNED);
    time.advance(Duration.ofMinutes(1));
    assertThat(node(running, ID, false)).isEmpty();
  }

  @Test
  void overARestartItEndsByTheTimeOfDayAndNeverLaterThanItWouldHave() {
    AccessLists before = new AccessLists(clock, new NetRestrict(List.of()), false);
    before.deny(new Subject.Node(ID), Optional.of(Duration.ofHours(1)), "", Origin.REPUTATION);
    time.setClock(Duration.ofDays(3)); // whatever was done to the clock of that run
    byte[] json = AccessJson.write(before, clock);

    assertThat(remaining(json)).isEqualTo(Duration.ofHours(1));
    time.advance(Duration.ofMinutes(20));
    assertThat(remaining(json)).as("20 minutes were off").isEqualTo(Duration.ofMinutes(40));
    time.setClock(Duration.ofDays(-1));
    assertThat(remaining(json))
        .as("the clock went back")
        .isBetween(Duration.ofHours(1), Duration.ofSeconds(3_601));
    time.setClock(Duration.ofDays(2));
    assertThat(remaining(json)).as("the clock went forward").isZero();
  }

  /** How much longer a run that begins now bans. */
  private Duration remaining(byte[] json) {
    SteadyClock next = SteadyClock.of(time);
    AccessLists lists = new AccessLists(next, new NetRestrict(List.of()), false);
    AccessJson.read(json, lists, next);
    return lists
        .denial(new Subject.Node(ID))
        .map(denial -> Duration.between(next.instant(), denial.until().orElseThrow()))
        .orElse(Duration.ZERO);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{\"denied\":[{\"subject\":\"10.0.0.0/99\"}]}",
        "{\"denied\":[{\"subject\":\"10.0.0.0/9\",\"until\":\"tomorrow\"}]}",
        "{\"denied\":[{\"subject\":\"10.0.0.0/9\"}],\"allowed\":[7]}"
      })
  void aFileThatHoldsSomethingElseIsRefused(String json) {
    assertThatThrownBy(() -> AccessJson.read(json.getBytes(UTF_8), lists, clock))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(lists.denials()).isEmpty();
  }
}
