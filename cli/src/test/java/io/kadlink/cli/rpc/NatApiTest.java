package io.kadlink.cli.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import io.kadlink.server.nat.NatMethod;
import io.kadlink.server.nat.NatStatus;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** {@code kadlink_nat}. */
class NatApiTest {
  private static String answer(NatStatus status) {
    RpcMethods methods = new RpcMethods();
    new NatApi(() -> status).addTo(methods);
    return methods.answer(
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"kadlink_nat\",\"params\":[]}");
  }

  @Test
  void aMappingIsShownWithWhoMadeItAndUntilWhen() {
    NatStatus mapped =
        new NatStatus(
            NatMethod.any(),
            NatStatus.State.FOUND,
            Optional.of("pcp"),
            Optional.of(InetAddresses.forString("192.168.1.1")),
            Optional.of(InetAddresses.forString("80.1.2.3")),
            30303,
            30304,
            Optional.of(Instant.parse("2030-01-01T00:20:00Z")),
            Optional.empty(),
            Optional.of(
                new NatStatus(
                    NatMethod.any(),
                    NatStatus.State.FOUND,
                    Optional.of("upnp"),
                    Optional.of(InetAddresses.forString("fe80::1")),
                    Optional.of(InetAddresses.forString("2a10:77::2")),
                    30303,
                    0,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty())));
    assertThat(answer(mapped))
        .contains(
            "{\"method\":\"any\",\"state\":\"found\",\"via\":\"pcp\",\"server\":\"192.168.1.1\","
                + "\"address\":\"80.1.2.3\",\"tcpPort\":30303,\"udpPort\":30304,"
                + "\"expires\":\"2030-01-01T00:20:00Z\",\"problem\":null,"
                + "\"ipv6\":{\"state\":\"found\",\"via\":\"upnp\",\"server\":\"fe80::1\","
                + "\"address\":\"2a10:77::2\",\"tcpPort\":30303,\"udpPort\":null,"
                + "\"expires\":null,\"problem\":null}}");
  }

  @Test
  void withoutAMethodItIsOff() {
    assertThat(answer(NatStatus.fixed(NatMethod.none())))
        .contains("\"method\":\"none\",\"state\":\"off\"")
        .contains("\"tcpPort\":null");
  }
}
