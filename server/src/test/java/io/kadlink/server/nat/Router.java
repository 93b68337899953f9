package io.kadlink.server.nat;

import com.google.common.net.InetAddresses;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.server.nat.Surroundings.HttpAnswer;
import io.kadlink.server.nat.Surroundings.HttpQuestion;
import io.kadlink.server.nat.Town.Letter;
import io.kadlink.server.nat.wire.SsdpCodec;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.tuweni.bytes.Bytes;

/**
 * A home router on virtual time that maps ports in three protocols, its bytes written by hand from
 * the RFCs. Mappings are by {@code TCP 30303}, and end when nobody renews them.
 */
final class Router {
  static final InetAddress ADDRESS = InetAddresses.forString("192.168.1.1");
  static final InetAddress CLIENT = InetAddresses.forString("192.168.1.50");
  static final Route ROUTE = new Route(ADDRESS, CLIENT);
  private static final InetSocketAddress PMP = new InetSocketAddress(ADDRESS, 5351);
  private static final String SERVICE = "urn:schemas-upnp-org:service:WANIPConnection:1";

  private final Loop loop;
  InetAddress external = InetAddresses.forString("80.1.2.3");
  Set<MappingProtocol> speaks = EnumSet.allOf(MappingProtocol.class);
  boolean silent;
  int refusal;
  boolean refusesUdp;
  Set<MappingProtocol> udpRefusedBy = EnumSet.allOf(MappingProtocol.class);

  /** External ports that others have. */
  final Set<Integer> taken = new TreeSet<>();

  boolean onlyPermanent;
  long longestLifetime = 86_400;
  String host = "192.168.1.1";
  int webPort = 5_000;
  int requests;

  /** What the next answers are followed, or preceded, by. */
  final List<Letter> forgeries = new ArrayList<>();

  private long bootedAt;
  private final Map<String, Long> mappings = new TreeMap<>();

  Router(Loop loop, Town town) {
    this.loop = loop;
    this.bootedAt = loop.nanoTime() - 1_000_000_000_000L;
    town.routes = List.of(ROUTE);
    town.server(PMP, (asker, request) -> answer(ByteBuffer.wrap(request)));
    town.server(SsdpCodec.GROUP, (asker, request) -> search());
    town.web = this::http;
  }

  /** Everything mapped is gone. */
  void reboot() {
    mappings.clear();
    bootedAt = loop.nanoTime();
  }

  /** As {@code TCP 30303>30303 for 1200}, those that have not ended. */
  List<String> mappings() {
    mappings.values().removeIf(end -> end <= loop.nanoTime());
    return List.copyOf(mappings.keySet());
  }

  /** 4: of PMP and PCP "out of resources" or the like, of UPnP nothing known. */
  private int refusal(MappingProtocol by, boolean udp) {
    return udp && refusesUdp && udpRefusedBy.contains(by) ? 4 : refusal;
  }

  private int epoch() {
    return (int) ((loop.nanoTime() - bootedAt) / 1_000_000_000L);
  }

  private void map(String protocol, int external, int internal, long lifetime) {
    mappings.keySet().removeIf(key -> key.startsWith(protocol) && key.endsWith(">" + internal));
    if (lifetime > 0) {
      mappings.put(
          protocol + " " + external + ">" + internal, loop.nanoTime() + lifetime * 1_000_000_000L);
    }
  }

  private int free(int wanted) {
    int port = wanted == 0 ? 50_000 : wanted;
    while (taken.contains(port)) {
      port++;
    }
    return port;
  }

  List<Letter> answer(ByteBuffer request) {
    requests++;
    if (silent) {
      return List.of();
    }
    Optional<byte[]> answer = request.get(0) == 2 ? pcp(request) : pmp(request);
    List<Letter> letters = new ArrayList<>(forgeries);
    answer.ifPresent(bytes -> letters.add(new Letter(PMP, bytes)));
    return letters;
  }

  private Optional<byte[]> pmp(ByteBuffer request) {
    if (!speaks.contains(MappingProtocol.PMP)) {
      return Optional.empty();
    }
    int operation = request.get(1);
    int code = refusal(MappingProtocol.PMP, operation == 1);
    boolean deletion = operation != 0 && request.getInt(8) == 0;
    ByteBuffer out =
        ByteBuffer.allocate(operation == 0 ? 12 : 16)
            .put((byte) 0)
            .put((byte) (operation | 0x80))
            .putShort((short) (operation == 0 || deletion ? 0 : code))
            .putInt(epoch());
    if (operation == 0) {
      out.put(external.getAddress());
    } else {
      int internal = request.getShort(4) & 0xffff;
      long lifetime = Math.min(longestLifetime, request.getInt(8));
      int given = free(request.getShort(6) & 0xffff);
      if (code == 0 || deletion) {
        map(operation == 2 ? "TCP" : "UDP", given, internal, lifetime);
      }
      out.putShort((short) internal).putShort((short) given).putInt((int) lifetime);
    }
    return Optional.of(out.array());
  }

  private Optional<byte[]> pcp(ByteBuffer request) {
    if (!speaks.contains(MappingProtocol.PCP)) {
      return speaks.contains(MappingProtocol.PMP)
          ? Optional.of(
              ByteBuffer.allocate(8)
                  .putInt(0x00800001 | request.get(1) << 16)
                  .putInt(epoch())
                  .array())
          : Optional.empty();
    }
    byte[] whole = Arrays.copyOf(request.array(), request.get(1) == 0 ? 24 : 60);
    ByteBuffer out = ByteBuffer.wrap(whole);
    boolean mapping = request.get(1) == 1;
    boolean deletion = request.getInt(4) == 0;
    int code = mapping && !deletion ? refusal(MappingProtocol.PCP, request.get(36) == 17) : 0;
    out.put(1, (byte) (request.get(1) | 0x80)).put(3, (byte) code);
    out.putInt(8, epoch());
    out.position(12).put(new byte[12]);
    if (mapping) {
      long lifetime = Math.min(longestLifetime, request.getInt(4));
      int internal = request.getShort(40) & 0xffff;
      int given = free(request.getShort(42) & 0xffff);
      if (code == 0) {
        map(request.get(36) == 6 ? "TCP" : "UDP", given, internal, lifetime);
      }
      out.putInt(4, (int) lifetime).putShort(42, (short) given);
      out.position(44);
      if (external instanceof Inet4Address) {
        out.put(new byte[10]).putShort((short) 0xffff);
      }
      out.put(external.getAddress());
    }
    return Optional.of(whole);
  }

  private List<Letter> search() {
    requests++;
    if (silent || !speaks.contains(MappingProtocol.UPNP)) {
      return List.of();
    }
    String text =
        "HTTP/1.1 200 OK\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nLOCATION: "
            + ("http://" + host + ":" + webPort + "/desc.xml")
            + "\r\n\r\n";
    return List.of(
        new Letter(new InetSocketAddress(ADDRESS, 1900), text.getBytes(StandardCharsets.US_ASCII)));
  }

  private Optional<HttpAnswer> http(HttpQuestion question) {
    requests++;
    if (silent || !question.uri().toString().startsWith("http://192.168.1.1:" + webPort + "/")) {
      return Optional.empty();
    }
    if (question.soapAction().isEmpty()) {
      return Optional.of(
          ok(
              "<root><device><serviceList><service><serviceType>"
                  + SERVICE
                  + "</serviceType><controlURL>/ctl</controlURL></service></serviceList></device></root>"));
    }
    String action = question.soapAction().get();
    action = action.substring(action.indexOf('#') + 1, action.length() - 1);
    return Optional.of(act(action, question.body()));
  }

  private HttpAnswer act(String action, String body) {
    String port = value(body, "NewExternalPort");
    String protocol = value(body, "NewProtocol");
    switch (action) {
      case "GetExternalIPAddress":
        return done(
            action,
            "<NewExternalIPAddress>"
                + InetAddresses.toAddrString(external)
                + "</NewExternalIPAddress>");
      case "GetSpecificPortMappingEntry":
        return mappings().stream().anyMatch(it -> it.startsWith(protocol + " " + port + ">"))
            ? done(
                action,
                "<NewInternalClient>" + InetAddresses.toAddrString(CLIENT) + "</NewInternalClient>")
            : fault(714);
      case "AddPortMapping":
        long lifetime = Long.parseLong(value(body, "NewLeaseDuration"));
        int code = refusal(MappingProtocol.UPNP, protocol.equals("UDP"));
        if (code != 0) {
          return fault(code);
        }
        if (taken.contains(Integer.parseInt(port))) {
          return fault(718);
        }
        if (onlyPermanent && lifetime != 0) {
          return fault(725);
        }
        map(
            protocol,
            Integer.parseInt(port),
            Integer.parseInt(value(body, "NewInternalPort")),
            lifetime == 0 ? 1_000_000 : lifetime);
        return done(action, "");
      case "DeletePortMapping":
        return mappings.keySet().removeIf(it -> it.startsWith(protocol + " " + port + ">"))
            ? done(action, "")
            : fault(714);
      default:
        return fault(401);
    }
  }

  private static String value(String body, String name) {
    Matcher matcher = Pattern.compile("<" + name + ">([^<]*)</").matcher(body);
    return matcher.find() ? matcher.group(1) : "";
  }

  private static HttpAnswer ok(String document) {
    return new HttpAnswer(200, Bytes.wrap(document.getBytes(StandardCharsets.UTF_8)));
  }

  private static HttpAnswer done(String action, String values) {
    return ok(
        "<Envelope><Body><"
            + action
            + "Response>"
            + values
            + "</"
            + action
            + "Response></Body></Envelope>");
  }

  private static HttpAnswer fault(int code) {
    String document =
        "<Envelope><Body><Fault><detail><UPnPError><errorCode>"
            + code
            + "</errorCode></UPnPError></detail></Fault></Body></Envelope>";
    return new HttpAnswer(500, Bytes.wrap(document.getBytes(StandardCharsets.UTF_8)));
  }
}
