package io.kadlink.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnodeTest {
  private static final PublicKey KEY = NodeKey.generate().publicKey();
  private static final String START = "enode://" + KEY + "@";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:30303",
        "127.0.0.1:30303?discport=30301",
        "127.0.0.1:30303?discport=0",
        "127.0.0.1:65535",
        "[2001:db8::1]:30303",
        "[::1]:0?discport=9",
        "boot.example.org:30303",
        "localhost:1",
        "kadlink_node_1:30303",
        "xn--bcher-kva.example:30303",
        "3com.example:1"
      })
  void aCanonicalUrlSurvivesParsingAndPrinting(String rest) {
    assertThat(Enode.parse(START + rest)).hasToString(START + rest);
  }

  @ParameterizedTest
  @CsvSource({
    "[2001:DB8:0:0::1]:1, [2001:db8::1]:1",
    "[::ffff:10.0.0.1]:1, 10.0.0.1:1",
    "Boot.Example.ORG:1, boot.example.org:1",
    "10.0.0.1:1?discport=1, 10.0.0.1:1",
    "10.0.0.1:1?discport=2&x=y, 10.0.0.1:1?discport=2",
    "10.0.0.1:1?, 10.0.0.1:1",
    "10.0.0.1:00001, 10.0.0.1:1"
  })
  void otherSpellingsBecomeTheCanonicalOne(String rest, String canonical) {
    assertThat(Enode.parse(" " + START + rest + "\n")).hasToString(START + canonical);
  }

  @Test
  void thePartsAreWhatTheUrlSays() throws UnknownHostException {
    Enode enode = Enode.parse(START + "[2001:db8::1]:30303?discport=30301");

    assertThat(enode.publicKey()).isEqualTo(KEY);
    assertThat(enode.id()).isEqualTo(KEY.id());
    assertThat(enode.host()).isEqualTo("2001:db8::1");
    InetAddress address = InetAddress.getByName("2001:db8::1");
    assertThat(enode.tcpEndpoint()).isEqualTo(new InetSocketAddress(address, 30303));
    assertThat(enode.udpEndpoint()).isEqualTo(new InetSocketAddress(address, 30301));
  }

  @Test
  void aNameIsNotResolvedHere() {
    Enode enode = Enode.parse(START + "localhost:30303");

    assertThat(enode.hasAddressLiteral()).isFalse();
    assertThatThrownBy(enode::tcpEndpoint)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("localhost");
    assertThatThrownBy(enode::udpEndpoint).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anAddressLosesItsScope() throws UnknownHostException {
    byte[] linkLocal = InetAddress.getByName("fe80::1").getAddress();
    InetAddress scoped = Inet6Address.getByAddress("router", linkLocal, 3);

    assertThat(Enode.of(KEY, scoped, 1, 2)).hasToString(START + "[fe80::1]:1?discport=2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.0.0.1 | no ':<port>' after the host",
        "[::1] | no ':<port>' after the host",
        "10.0.0.1: | TCP port is a number from 0 to 65535",
        "10.0.0.1:65536 | TCP port is a number from 0 to 65535",
        "10.0.0.1:-1 | TCP port is a number from 0 to 65535",
        "10.0.0.1:99999999999 | TCP port is a number from 0 to 65535",
        "10.0.0.1:30303/ | TCP port is a number from 0 to 65535",
        "10.0.0.1:30303#x | TCP port is a number from 0 to 65535",
        "10.0.0.1:1?discport= | discport is a number from 0 to 65535",
        "10.0.0.1:1?discport=65536 | discport is a number from 0 to 65535",
        "::1:30303 | an IPv6 address stands in brackets",
        "[10.0.0.1]:30303 | brackets are for IPv6 addresses",
        "[fe80::1%eth0]:1 | neither an IP address nor a DNS name",
        "[::g]:1 | neither an IP address nor a DNS name",
        "[]:1 | neither an IP address nor a DNS name",
        "10.0.0.256:1 | neither an IP address nor a DNS name",
        "10.0.0:1 | neither an IP address nor a DNS name",
        "10.0.0.1.:1 | neither an IP address nor a DNS name",
        "-x.example:1 | neither an IP address nor a DNS name",
        "a..b:1 | neither an IP address nor a DNS name",
        "a b:1 | neither an IP address nor a DNS name",
        ":1 | neither an IP address nor a DNS name",
        "user@host:1 | neither an IP address nor a DNS name"
      })
  void aWrongEndpointIsExplained(String rest, String explanation) {
    assertThatThrownBy(() -> Enode.parse(START + rest))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("not an enode URL: ")
        .hasMessageContaining(explanation)
        .hasMessageContaining("expected enode://<128 hex digits>@<host>:<port>");
  }

  @Test
  void aWrongBeginningIsExplained() {
    String digits = KEY.toString();
    refused("", "does not start with enode://");
    refused("enr:-abc", "does not start with enode://");
    refused("enode:" + digits, "does not start with enode://");
    refused("enode://" + digits, "no '@'");
    refused("enode://@10.0.0.1:1", "128 hex digits, not 0");
    refused("enode://" + digits.substring(1) + "@10.0.0.1:1", "128 hex digits, not 127");
    refused("enode://" + digits + "0@10.0.0.1:1", "128 hex digits, not 129");
    refused("enode://0x" + digits.substring(2) + "@10.0.0.1:1", "other characters than hex digits");
    refused("enode://" + "1".repeat(128) + "@10.0.0.1:1", "not a point on secp256k1");
    refused("enode://" + "0".repeat(128) + "@10.0.0.1:1", "not a point on secp256k1");
    refused("enode://" + "1".repeat(1 << 20), "longer than 512 characters");
    refused(START + "a".repeat(64) + ":1", "neither an IP address nor a DNS name");
  }

  @Test
  void aRefusalOfALongTextStaysShort() {
    assertThatThrownBy(() -> Enode.parse("x".repeat(1 << 20)))
        .satisfies(refusal -> assertThat(refusal.getMessage()).hasSizeLessThan(400));
  }

  @Test
  void portsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new Enode(KEY, "10.0.0.1", 65536, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Enode(KEY, "10.0.0.1", 0, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void refused(String url, String explanation) {
    assertThatThrownBy(() -> Enode.parse(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(explanation);
  }
}
