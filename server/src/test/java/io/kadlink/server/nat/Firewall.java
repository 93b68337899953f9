package io.kadlink.server.nat;

import com.google.common.net.InetAddresses;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.server.nat.Surroundings.HttpAnswer;
import io.kadlink.server.nat.Surroundings.HttpQuestion;
import io.kadlink.server.nat.Town.Letter;
import io.kadlink.server.nat.wire.SsdpCodec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.tuweni.bytes.Bytes;

/**
 * A router's IPv6 firewall on virtual time, its bytes written by hand from RFC 6887 and
 * WANIPv6FirewallControl:1. Pinholes are by {@code 6 30303}, and end when nobody renews them.
 */
final class Firewall {
  static final InetAddress ADDRESS = InetAddresses.forString("fe80::1");
  static final InetAddress CLIENT = InetAddresses.forString("2a10:77::2");
  private static final InetAddress GLOBAL = InetAddresses.forString("2a10:77::1");
  private static final InetSocketAddress PCP = new InetSocketAddress(ADDRESS, 5351);
  private static final String SERVICE = "urn:schemas-upnp-org:service:WANIPv6FirewallControl:1";

  private final Loop loop;
  Set<MappingProtocol> speaks = EnumSet.of(MappingProtocol.PCP, MappingProtocol.UPNP);
  boolean silent;
  boolean enabled = true;

  /** Whether the description is said to be at another machine than the one that says so. */
  boolean misleads;

  private long bootedAt;
  private int lastNumber;
  private final Map<String, Long> pinholes = new TreeMap<>();
  private final Map<String, String> numbers = new TreeMap<>();
  int renewals;

  Firewall(Loop loop, Town town) {
    this.loop = loop;
    this.bootedAt = loop.nanoTime() - 1_000_000_000_000L;
    town.routes = List.of(new Route(ADDRESS, CLIENT));
    town.server(PCP, (asker, request) -> pcp(asker, ByteBuffer.wrap(request)));
    town.server(SsdpCodec.linkGroup(0), (asker, request) -> search());
    town.web = this::http;
  }

  void reboot() {
    pinholes.clear();
    numbers.clear();
    bootedAt = loop.nanoTime();
  }

  /** As {@code 6 30303}, those that have not ended. */
  List<String> pinholes() {
    pinholes.values().removeIf(end -> end <= loop.nanoTime());
    return List.copyOf(pinholes.keySet());
  }

  private void open(String pinhole, long seconds) {
    if (seconds == 0) {
      pinholes.remove(pinhole);
    } else {
      pinholes.put(pinhole, loop.nanoTime() + seconds * 1_000_000_000L);
    }
  }

  private List<Letter> pcp(InetSocketAddress asker, ByteBuffer request) {
    if (silent || !speaks.contains(MappingProtocol.PCP)) {
      return List.of();
    }
    boolean mapping = request.get(1) == 1;
    byte[] whole = Arrays.copyOf(request.array(), mapping ? 60 : 24);
    byte[] client = Arrays.copyOfRange(whole, 8, 24);
    ByteBuffer out = ByteBuffer.wrap(whole);
    boolean mismatch = !Arrays.equals(client, asker.getAddress().getAddress());
    out.put(1, (byte) (request.get(1) | 0x80)).put(3, (byte) (mismatch ? 12 : 0));
    out.putInt(8, (int) ((loop.nanoTime() - bootedAt) / 1_000_000_000L));
    out.position(12).put(new byte[12]);
    if (mapping && !mismatch) {
      open(request.get(36) + " " + (request.getShort(40) & 0xffff), request.getInt(4));
      out.putShort(42, request.getShort(40));
      out.position(44).put(client);
    }
    return List.of(new Letter(PCP, whole));
  }

  private List<Letter> search() {
    if (silent || !speaks.contains(MappingProtocol.UPNP)) {
      return List.of();
    }
    String text =
        "HTTP/1.1 200 OK\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nLOCATION: "
            + (misleads ? "http://[2a10:77::5]:5000/" : "http://[2a10:77::1]:5000/")
            + "\r\n\r\n";
    return List.of(
        new Letter(new InetSocketAddress(GLOBAL, 1900), text.getBytes(StandardCharsets.US_ASCII)));
  }

  private Optional<HttpAnswer> http(HttpQuestion question) {
    if (silent) {
      return Optional.empty();
    }
    if (question.soapAction().isEmpty()) {
      String description =
          "<root><device><serviceList><service><serviceType>"
              + SERVICE
              + "</serviceType><controlURL>/ctl</controlURL></service></serviceList></device></root>";
      return Optional.of(answer(200, description));
    }
    String action = question.soapAction().get();
    action = action.substring(action.indexOf('#') + 1, action.length() - 1);
    return Optional.of(act(action, question));
  }

  private HttpAnswer act(String action, HttpQuestion question) {
    String body = question.body();
    String known = numbers.getOrDefault(value(body, "UniqueID"), "");
    boolean exists = pinholes().contains(known);
    switch (action) {
      case "GetFirewallStatus":
        return done(
            action,
            "<FirewallEnabled>1</FirewallEnabled><InboundPinholeAllowed>1</InboundPinholeAllowed>");
      case "AddPinhole":
        if (!enabled) {
          return fault(702);
        }
        InetAddress client = InetAddresses.forString(value(body, "InternalClient"));
        if (!client.equals(question.local()) || !value(body, "RemotePort").equals("0")) {
          return fault(606);
        }
        String pinhole = value(body, "Protocol") + " " + value(body, "InternalPort");
        open(pinhole, Long.parseLong(value(body, "LeaseTime")));
        numbers.put(Integer.toString(++lastNumber), pinhole);
        return done(action, "<UniqueID>" + lastNumber + "</UniqueID>");
      case "UpdatePinhole":
        if (exists) {
          renewals++;
          open(known, Long.parseLong(value(body, "NewLeaseTime")));
        }
        return exists ? done(action, "") : fault(704);
      case "DeletePinhole":
        pinholes.remove(known);
        return exists ? done(action, "") : fault(704);
      case "GetPinholePackets":
        return exists ? done(action, "<PinholePackets>0</PinholePackets>") : fault(704);
      default:
        return fault(401);
    }
  }

  private static String value(String body, String name) {
    Matcher matcher = Pattern.compile("<" + name + ">([^<]*)</").matcher(body);
    return matcher.find() ? matcher.group(1) : "";
  }

  private static HttpAnswer done(String action, String values) {
    String response = action + "Response>";
    return answer(
        200, "<Envelope><Body><" + response + values + "</" + response + "</Body></Envelope>");
  }

  private static HttpAnswer fault(int code) {
    return answer(
        500,
        "<Envelope><Body><Fault><detail><UPnPError><errorCode>"
            + code
            + "</errorCode></UPnPError></detail></Fault></Body></Envelope>");
  }

  private static HttpAnswer answer(int status, String document) {
    return new HttpAnswer(status, Bytes.wrap(document.getBytes(StandardCharsets.UTF_8)));
  }
}
