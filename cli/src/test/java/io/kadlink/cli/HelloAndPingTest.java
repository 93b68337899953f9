package io.kadlink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.pubsub.PubSub;
import io.kadlink.protocols.pubsub.PubSubOptions;
import io.kadlink.server.Server;
import org.junit.jupiter.api.Test;

/** {@code kadlink hello} and {@code kadlink ping v4} against a real server on loopback. */
class HelloAndPingTest {
  private final CommandLineFixture kadlink = new CommandLineFixture();

  private static Server server() {
    return Server.builder()
        .host("127.0.0.1")
        .port(0)
        .clientName("a-test-server/v1")
        .protocol(new PubSub(PubSubOptions.defaults()).protocol())
        .start();
  }

  @Test
  void helloShowsClientCapabilitiesAndRoundTrip() {
    try (Server server = server()) {
      assertThat(kadlink.run("hello", server.enode().toString(), "--json")).isZero();
      assertThat(kadlink.out())
          .contains("a-test-server/v1")
          .contains("pubsub/1")
          .contains("roundTripMilliseconds")
          .contains(server.id().toString());
    }
  }

  @Test
  void helloToAClosedPortSaysWhereAndWhy() {
    String enode;
    try (Server server = server()) {
      enode = server.enode().toString();
    }
    assertThat(kadlink.run("hello", enode)).isEqualTo(1);
    assertThat(kadlink.err()).contains("127.0.0.1").containsIgnoringCase("refused");
  }

  @Test
  void helloWithAnotherKeyThanTheNodesIsRefused() {
    try (Server server = server();
        Server other = server()) {
      String wrong =
          other.enode().toString().replaceFirst(":\\d+$", ":" + server.enode().tcpPort());
      assertThat(kadlink.run("hello", wrong)).isEqualTo(1);
      assertThat(kadlink.err()).contains("No session with 127.0.0.1");
    }
  }

  @Test
  void pingPrintsTheRoundTrip() {
    try (Server server = server()) {
      assertThat(kadlink.run("ping", "v4", server.enode().toString())).isZero();
      assertThat(kadlink.out()).contains("pong").contains("milliseconds");
    }
  }

  @Test
  void pingToNobodyFailsWithinItsTimeLimit() {
    String enode;
    try (Server server = server()) {
      enode = server.enode().toString();
    }
    assertThat(kadlink.run("ping", "v4", enode, "--timeout", "2")).isEqualTo(1);
    assertThat(kadlink.err()).contains("No pong from");
  }
}
