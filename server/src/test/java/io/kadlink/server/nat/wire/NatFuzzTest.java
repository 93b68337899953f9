package io.kadlink.server.nat.wire;

import io.kadlink.identity.testing.FuzzRunner;
import io.kadlink.identity.testing.FuzzRunner.Target;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** Runs the fuzz targets of what routers and STUN servers say, for a moment. */
class NatFuzzTest {
  private static final String SSDP =
      "HTTP/1.1 200 OK\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\n"
          + "LOCATION: http://10.0.0.1:5000/rootDesc.xml\r\n\r\n";

  private static final String DEVICE =
      "<root><URLBase>http://10.0.0.1/</URLBase><service><serviceType>urn:schemas-upnp-org:service:"
          + "WANIPConnection:1</serviceType><controlURL>/ctl</controlURL></service></root>";

  private static final String SOAP =
      "<e:E xmlns:e=\"x\"><e:Body><u:ActResponse xmlns:u=\"y\"><New>1</New></u:ActResponse>"
          + "<errorCode>718</errorCode></e:Body></e:E>";

  private static List<byte[]> hex(String... seeds) {
    return List.of(seeds).stream().map(seed -> Bytes.fromHexString(seed).toArray()).toList();
  }

  private static List<byte[]> text(String... seeds) {
    return List.of(seeds).stream().map(seed -> seed.getBytes(StandardCharsets.UTF_8)).toList();
  }

  @Test
  void nothingThatRoutersOrServersSendBreaksADecoder() {
    FuzzRunner.runAll(
        Duration.ofSeconds(5),
        List.of(
            new Target(
                PmpFuzz.class,
                hex("0x0080000000000e10c0000201", "0x00820000000000640bb80bb900001c20")),
            new Target(
                PcpFuzz.class,
                hex(
                    "0x02810000000004b00000003c0000000000000000000000000102030405060708090a0b0c"
                        + "06000000765f765e00000000000000000000ffffc0000201")),
            new Target(
                StunFuzz.class,
                hex("0x0101000c2112a442b7e7a701bc34d686fa87dfae002000080001a147e112a643")),
            new Target(SsdpFuzz.class, text(SSDP)),
            new Target(UpnpDocumentsFuzz.class, text(DEVICE, SOAP))));
  }
}
