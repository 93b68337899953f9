package io.kadlink.server.nat;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import io.kadlink.server.nat.Town.Letter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A STUN server says where a node is. */
class StunPursuitTest {
  private static final InetAddress SERVER = InetAddresses.forString("9.9.9.9");
  private static final InetSocketAddress AT = new InetSocketAddress(SERVER, 3478);
  private static final Duration MOMENT = Duration.ofSeconds(20);
  private static final String HERE = "80.1.2.3 0 0";

  private final Household home = new Household();
  private InetAddress seen = InetAddresses.forString("80.1.2.3");
  private boolean silent;
  private int asked;
  private final List<Letter> forgeries = new ArrayList<>();

  StunPursuitTest() {
    home.town.name("stun.example", SERVER);
    home.town.server(
        AT,
        (asker, request) -> {
          asked++;
          List<Letter> letters = new ArrayList<>(forgeries);
          if (!silent) {
            letters.add(new Letter(AT, answer(request, seen)));
          }
          return letters;
        });
  }

  private static byte[] answer(byte[] request, InetAddress seen) {
    int ip = ByteBuffer.wrap(seen.getAddress()).getInt() ^ 0x2112A442;
    return ByteBuffer.allocate(32)
        .putInt(0x0101000c)
        .put(request, 4, 16)
        .putInt(0x00200008)
        .putShort((short) 1)
        .putShort((short) (4242 ^ 0x2112))
        .putInt(ip)
        .array();
  }

  @Test
  void theAddressIsAdvertisedAndAskedForEveryFiveMinutes() {
    NatTraversal traversal = home.start("stun:stun.example");
    home.pass(MOMENT);
    assertThat(home.record).containsExactly(HERE);
    assertThat(traversal.status().via()).contains("stun");
    home.pass(Duration.ofHours(1));
    assertThat(asked).isBetween(12, 14);
    assertThat(home.record).containsExactly(HERE);
  }

  @Test
  void aNewAddressIsAdvertised() {
    home.start("stun:stun.example");
    home.pass(MOMENT);
    seen = InetAddresses.forString("80.9.9.9");
    home.pass(Duration.ofMinutes(6));
    assertThat(home.record).containsExactly(HERE, "80.9.9.9 0 0");
  }

  @Test
  void anotherNetworkIsAReasonToAskAtOnce() {
    home.start("stun:stun.example");
    home.pass(MOMENT);
    seen = InetAddresses.forString("80.9.9.9");
    home.town.routes = List.of();
    home.pass(MOMENT);
    assertThat(home.record).containsExactly(HERE, "80.9.9.9 0 0");
  }

  @Test
  void aServerThatFallsSilentHasNotMovedUs() {
    home.start("stun:stun.example");
    home.pass(MOMENT);
    silent = true;
    home.pass(Duration.ofHours(1));
    assertThat(home.record).containsExactly(HERE);
  }

  @Test
  void aServerThatNeverAnswersIsNamed() {
    silent = true;
    NatTraversal traversal = home.start("stun:stun.example");
    home.pass(MOMENT);
    assertThat(asked).isEqualTo(StunPursuit.WAITS.size());
    assertThat(traversal.status().problem()).contains("stun:stun.example:3478 does not answer");
    silent = false;
    home.pass(Duration.ofMinutes(1));
    assertThat(home.record).containsExactly(HERE);
  }

  @Test
  void aNameWithoutAddressIsSaid() {
    NatTraversal traversal = home.start("stun:nobody.example");
    home.pass(MOMENT);
    assertThat(traversal.status().problem().orElseThrow()).contains("no address");
  }

  @Test
  void anAnswerToAnotherRequestOrFromAnotherServerIsNone() {
    byte[] request = new byte[20];
    ByteBuffer.wrap(request).putInt(4, 0x2112A442);
    byte[] forged = answer(request, InetAddresses.forString("6.6.6.6"));
    forgeries.add(new Letter(AT, forged));
    forgeries.add(
        new Letter(new InetSocketAddress(InetAddresses.forString("6.6.6.6"), 3478), forged));
    home.start("stun:stun.example");
    home.pass(MOMENT);
    assertThat(home.record).containsExactly(HERE);
    assertThat(home.count("kadlink.nat.dropped", "reason", "not_asked")).isEqualTo(1);
    assertThat(home.count("kadlink.nat.dropped", "reason", "stranger")).isEqualTo(1);
  }

  @Test
  void aServerInThePrivateNetworkSeesNoAddressOfUse() {
    seen = Router.CLIENT;
    NatTraversal traversal = home.start("stun:stun.example");
    home.pass(MOMENT);
    assertThat(home.record).isEmpty();
    assertThat(traversal.status().problem()).isPresent();
  }

  @Test
  void closedItAsksNoMore() {
    NatTraversal traversal = home.start("stun:stun.example");
    home.pass(MOMENT);
    assertThat(home.closes(traversal, Duration.ofSeconds(1))).isTrue();
    asked = 0;
    home.pass(Duration.ofHours(1));
    assertThat(asked).isZero();
    assertThat(home.town.openSockets).isZero();
  }
}
