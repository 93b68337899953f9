package io.kadlink.server.nat;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which external addresses are of use. */
class ReachTest {

  @ParameterizedTest
  @ValueSource(strings = {"8.8.8.8", "100.63.255.255", "100.128.0.0", "172.32.0.1", "2a00:1450::1"})
  void publicOnesAre(String address) {
    assertThat(Reach.problem(InetAddresses.forString(address))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "192.168.1.5, another router in front",
    "10.0.0.1, another router in front",
    "172.31.255.255, another router in front",
    "100.64.0.0, carrier-grade NAT",
    "100.127.255.255, carrier-grade NAT",
    "0.0.0.0, may not be connected",
    "192.0.2.1, may not be connected",
    "fd00::1, another router in front"
  })
  void othersAreNotAndTheOperatorIsToldWhatToDo(String address, String why) {
    assertThat(Reach.problem(InetAddresses.forString(address)).orElseThrow()).contains(why);
  }
}
