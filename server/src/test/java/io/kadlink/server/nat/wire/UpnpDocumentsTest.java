package io.kadlink.server.nat.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** XML that a router, or whoever says to be one, gives us. */
class UpnpDocumentsTest {
  private static final URI FROM = URI.create("http://10.0.0.1:5000/root/desc.xml");
  private static final String WAN_IP = "urn:schemas-upnp-org:service:WANIPConnection:";

  private static String device(String... services) {
    return "<?xml version=\"1.0\"?>\n<root xmlns=\"urn:schemas-upnp-org:device-1-0\"><device>"
        + "<deviceList><device><deviceList><device><serviceList>"
        + String.join("\n", services)
        + "</serviceList></device></deviceList></device></deviceList></device></root>";
  }

  private static String service(String type, String control) {
    return "<service><serviceType>"
        + type
        + "</serviceType><controlURL> "
        + control
        + " </controlURL></service>";
  }

  private static DeviceDescription decode(String text) {
    return DeviceDescription.decode(text.getBytes(StandardCharsets.UTF_8), FROM);
  }

  private static SoapAnswer soap(String body) {
    String document =
        "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\""
            + "><s:Body>"
            + body
            + "</s:Body></s:Envelope>";
    return SoapCodec.decode("Act", document.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void theServiceThatMapsPortsIsFoundTheNewestFirst() {
    DeviceDescription device =
        decode(
            device(
                service("urn:schemas-upnp-org:service:WANPPPConnection:1", "/ppp"),
                service(WAN_IP + 1, "/ip1"),
                service(WAN_IP + 2, "ip2")));
    assertThat(device.mappingService())
        .contains(
            new DeviceDescription.Service(WAN_IP + 2, URI.create("http://10.0.0.1:5000/root/ip2")));
    assertThat(decode(device(service("urn:other", "/x"))).mappingService()).isEmpty();
  }

  @Test
  void urlsAreRelativeToTheirBaseWhenThereIsOne() {
    String text =
        device(service(WAN_IP + 1, "/ctl"))
            .replace(
                "<device><deviceList><device><deviceList>",
                "<URLBase>http://10.0.0.1:81/</URLBase><device><deviceList><device><deviceList>");
    assertThat(decode(text).mappingService().orElseThrow().control())
        .hasToString("http://10.0.0.1:81/ctl");
  }

  @Test
  void aServiceElsewhereIsLeftOut() {
    assertThat(
            decode(
                    device(
                        service(WAN_IP + 2, "http://10.0.0.9/ctl"),
                        service(WAN_IP + 2, "file:///etc/passwd"),
                        service(WAN_IP + 2, ""),
                        service(WAN_IP + 1, "http://10.0.0.1/ctl")))
                .services())
        .extracting(DeviceDescription.Service::type)
        .containsExactly(WAN_IP + 1);
  }

  @Test
  void documentTypesAreRefusedSoNothingGrowsOrIsFetched() {
    String entity =
        "<!DOCTYPE root [<!ENTITY a \"b\"><!ENTITY f SYSTEM \"file:///etc/passwd\">]>"
            + "<root>&a;&f;</root>";
    assertThatThrownBy(() -> decode(entity)).isInstanceOf(BadAnswerException.class);
    assertThatThrownBy(() -> decode("<!DOCTYPE root SYSTEM \"http://10.0.0.9/x.dtd\"><root/>"))
        .isInstanceOf(BadAnswerException.class);
  }

  @Test
  void depthIsBounded() {
    int deep = XmlText.MAX_DEPTH;
    assertThat(decode("<a>".repeat(deep) + "</a>".repeat(deep)).services()).isEmpty();
    assertThatThrownBy(() -> decode("<a>".repeat(deep + 1) + "</a>".repeat(deep + 1)))
        .hasMessageContaining("too deep");
  }

  @Test
  void elementsAreBounded() {
    int children = XmlText.MAX_ELEMENTS - 1;
    assertThat(decode("<a>" + "<b/>".repeat(children) + "</a>").services()).isEmpty();
    assertThatThrownBy(() -> decode("<a>" + "<b/>".repeat(children + 1) + "</a>"))
        .hasMessageContaining("too many elements");
  }

  @Test
  void textsAreBounded() {
    String longest = "x".repeat(XmlText.MAX_TEXT);
    assertThat(decode("<a>" + longest + "</a>").services()).isEmpty();
    assertThatThrownBy(() -> decode("<a>" + longest + "x</a>")).hasMessageContaining("512");
    assertThat(decode("<a>" + " ".repeat(2 * XmlText.MAX_TEXT) + "<b/></a>").services()).isEmpty();
  }

  @Test
  void servicesAreBounded() {
    String[] most = new String[DeviceDescription.MAX_SERVICES];
    Arrays.fill(most, service(WAN_IP + 1, "/c"));
    assertThat(decode(device(most)).services()).hasSize(64);
    assertThatThrownBy(() -> decode(device(String.join("", most), service("x", "/y"))))
        .hasMessageContaining("over 64");
  }

  @Test
  void whatIsNotXmlIsRefused() {
    for (String text : new String[] {"", "<", "<a>", "<a></b>", "<a/><b/>", "\0"}) {
      assertThatThrownBy(() -> decode(text)).as(text).isInstanceOf(BadAnswerException.class);
    }
  }

  @Test
  void anActionIsWrittenWithItsArgumentsInOrder() {
    Map<String, String> arguments = new LinkedHashMap<>();
    arguments.put("NewRemoteHost", "");
    arguments.put("NewExternalPort", "30303");
    assertThat(SoapCodec.request(WAN_IP + 1, "DeletePortMapping", arguments))
        .contains(
            "<u:DeletePortMapping xmlns:u=\""
                + WAN_IP
                + "1\"><NewRemoteHost></NewRemoteHost>"
                + "<NewExternalPort>30303</NewExternalPort></u:DeletePortMapping>");
    assertThat(SoapCodec.actionHeader(WAN_IP + 1, "Act")).isEqualTo("\"" + WAN_IP + "1#Act\"");
  }

  @Test
  void anAnswerHasItsValues() {
    assertThat(soap("<u:ActResponse xmlns:u=\"urn:x\"><New>1.2.3.4</New></u:ActResponse>"))
        .isEqualTo(new SoapAnswer.Done(Map.of("New", "1.2.3.4")));
    assertThat(soap("<u:ActResponse xmlns:u=\"urn:x\"/>")).isEqualTo(new SoapAnswer.Done(Map.of()));
  }

  @Test
  void aFaultHasItsCode() {
    String fault =
        "<s:Fault><detail><UPnPError><errorCode>%s</errorCode></UPnPError></detail></s:Fault>";
    assertThat(soap(fault.formatted("718"))).isEqualTo(new SoapAnswer.Refusal(SoapAnswer.CONFLICT));
    assertThatThrownBy(() -> soap(fault.formatted("many"))).hasMessageContaining("no number");
  }

  @Test
  void anAnswerToAnotherActionIsNone() {
    assertThatThrownBy(() -> soap("<u:OtherResponse xmlns:u=\"urn:x\"/>"))
        .hasMessageContaining("neither an answer");
  }

  @Test
  void valuesAreBounded() {
    StringBuilder values = new StringBuilder();
    for (int i = 0; i < SoapCodec.MAX_VALUES; i++) {
      values.append("<v").append(i).append("/>");
    }
    String answer = "<u:ActResponse xmlns:u=\"urn:x\">%s</u:ActResponse>";
    assertThat(soap(answer.formatted(values))).isInstanceOf(SoapAnswer.Done.class);
    assertThatThrownBy(() -> soap(answer.formatted(values + "<w/>"))).hasMessageContaining("64");
  }
}
