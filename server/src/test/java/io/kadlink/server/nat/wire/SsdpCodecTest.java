package io.kadlink.server.nat.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers to a search for devices. */
class SsdpCodecTest {
  private static final String ANSWER =
      "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\n"
          + "ST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nEXT:\r\n"
          + "LOCATION: http://10.0.0.1:5000/rootDesc.xml\r\n\r\n";

  private static SsdpAnswer decode(String text) {
    return SsdpCodec.decode(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void theSearchIsThatOfTheSpecification() {
    assertThat(new String(SsdpCodec.search("ssdp:all", 2, false), StandardCharsets.US_ASCII))
        .isEqualTo(
            "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\n"
                + "MX: 2\r\nST: ssdp:all\r\n\r\n");
  }

  @Test
  void anAnswerSaysWhatItIsAndWhere() {
    SsdpAnswer expected =
        new SsdpAnswer(
            "urn:schemas-upnp-org:device:InternetGatewayDevice:1",
            URI.create("http://10.0.0.1:5000/rootDesc.xml"));
    assertThat(decode(ANSWER)).isEqualTo(expected);
    assertThat(decode(ANSWER.replace("\r", "").replace("LOCATION: ", "Location:")))
        .isEqualTo(expected);
  }

  @Test
  void headersAfterTheEmptyLineAreNone() {
    assertThatThrownBy(() -> decode("HTTP/1.1 200 OK\r\n\r\nLOCATION: http://10.0.0.1/\r\n"))
        .hasMessageContaining("no LOCATION");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://10.0.0.1/",
        "ftp://10.0.0.1/",
        "file:///etc/passwd",
        "http://router.example/",
        "http://user@10.0.0.1/",
        "http:///nowhere",
        "http://10.0.0.1:0/",
        "http://10.0.0.1:65536/",
        "no url at all"
      })
  void aLocationIsPlainHttpAtAnIpAddress(String location) {
    assertThatThrownBy(() -> decode(ANSWER.replace("http://10.0.0.1:5000/rootDesc.xml", location)))
        .isInstanceOf(BadAnswerException.class);
  }

  @Test
  void otherMessagesAreNoAnswers() {
    assertThatThrownBy(() -> decode(ANSWER.replace("HTTP/1.1 200 OK", "NOTIFY * HTTP/1.1")))
        .isInstanceOf(BadAnswerException.class);
    assertThatThrownBy(() -> decode(ANSWER.replace("200 OK", "404 Not Found")))
        .isInstanceOf(BadAnswerException.class);
    assertThatThrownBy(() -> decode("")).isInstanceOf(BadAnswerException.class);
  }

  @Test
  void anAnswerHasAtMostADatagramsLength() {
    String padded = ANSWER + "x".repeat(SsdpCodec.MAX_BYTES - ANSWER.length());
    assertThat(decode(padded)).isEqualTo(decode(ANSWER));
    assertThatThrownBy(() -> decode(padded + "x")).hasMessageContaining("1473 bytes");
  }

  @Test
  void aUrlHasAtMostFiveHundredTwelveCharacters() {
    String start = "http://10.0.0.1/";
    String longest = start + "x".repeat(SsdpCodec.MAX_URL - start.length());
    assertThat(SsdpCodec.httpUrl(longest)).hasToString(longest);
    assertThatThrownBy(() -> SsdpCodec.httpUrl(longest + "x")).hasMessageContaining("513");
  }
}
