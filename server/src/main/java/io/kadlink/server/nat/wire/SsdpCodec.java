package io.kadlink.server.nat.wire;

import com.google.common.net.InetAddresses;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** SSDP's search, HTTP over UDP (UPnP Device Architecture 1.1 §1.3). */
public final class SsdpCodec {
  /** Where devices listen for searches. */
  public static final InetSocketAddress GROUP =
      new InetSocketAddress(InetAddresses.forString("239.255.255.250"), 1900);

  private static final byte[] LINK_GROUP = InetAddresses.forString("ff02::c").getAddress();

  /** The longest that fits one unfragmented datagram; real ones have a quarter of it. */
  static final int MAX_BYTES = 1_472;

  /** Real URLs have some fifty characters. */
  static final int MAX_URL = 512;

  private SsdpCodec() {}

  /**
   * Where devices listen by IPv6 (UPnP Device Architecture 1.1 annex A).
   *
   * @param scope the index of the network interface
   */
  public static InetSocketAddress linkGroup(int scope) {
    try {
      return new InetSocketAddress(
          Inet6Address.getByAddress(null, LINK_GROUP, scope), GROUP.getPort());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("sixteen bytes are an address", e);
    }
  }

  /**
   * A search for one kind of device.
   *
   * @param maxWaitSeconds within which devices answer, 1 to 5
   * @param ipv6 whether it goes to the {@link #linkGroup}
   */
  public static byte[] search(String target, int maxWaitSeconds, boolean ipv6) {
    return ("M-SEARCH * HTTP/1.1\r\n"
            + ("HOST: " + (ipv6 ? "[FF02::C]" : "239.255.255.250") + ":1900\r\n")
            + "MAN: \"ssdp:discover\"\r\n"
            + "MX: "
            + maxWaitSeconds
            + "\r\nST: "
            + target
            + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Reads an answer.
   *
   * @throws BadAnswerException when the bytes are no answer to a search, or lead nowhere
   */
  public static SsdpAnswer decode(byte[] datagram) {
    if (datagram.length > MAX_BYTES) {
      throw new BadAnswerException("SSDP answers do not have " + datagram.length + " bytes");
    }
    String[] lines = new String(datagram, StandardCharsets.ISO_8859_1).split("\r?\n", -1);
    if (!lines[0].matches("HTTP/1\\.[01] 200( .*)?")) {
      throw new BadAnswerException("not an answer to a search");
    }
    String target = header(lines, "st").orElse("");
    String location =
        header(lines, "location").orElseThrow(() -> new BadAnswerException("no LOCATION"));
    return new SsdpAnswer(target, httpUrl(location));
  }

  private static Optional<String> header(String[] lines, String name) {
    for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
      int colon = lines[i].indexOf(':');
      if (colon > 0 && lines[i].substring(0, colon).trim().toLowerCase(Locale.ROOT).equals(name)) {
        return Optional.of(lines[i].substring(colon + 1).trim());
      }
    }
    return Optional.empty();
  }

  /**
   * A URL that may be fetched: plain HTTP at an IP address, because looking a name up would tell
   * strangers' names to the resolver.
   *
   * @throws BadAnswerException when it is none
   */
  public static URI httpUrl(String text) {
    if (text.length() > MAX_URL) {
      throw new BadAnswerException("a URL of " + text.length() + " characters");
    }
    try {
      URI uri = new URI(text);
      if (!"http".equalsIgnoreCase(uri.getScheme()) || uri.getRawUserInfo() != null) {
        throw new BadAnswerException("no plain http URL");
      }
      host(uri);
      if (uri.getPort() == 0 || uri.getPort() > 65_535) {
        throw new BadAnswerException("a URL with port " + uri.getPort());
      }
      return uri;
    } catch (URISyntaxException e) {
      throw new BadAnswerException("no URL: " + e.getReason());
    }
  }

  /**
   * The address in a URL.
   *
   * @throws BadAnswerException when it has a name or nothing
   */
  public static InetAddress host(URI uri) {
    String host = uri.getHost();
    if (host == null || !InetAddresses.isUriInetAddress(host)) {
      throw new BadAnswerException("a URL without IP address");
    }
    return InetAddresses.forUriString(host);
  }
}
