package io.kadlink.identity;

import com.google.common.net.InetAddresses;
import io.kadlink.identity.crypto.InvalidCurveInputException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.tuweni.bytes.Bytes;

/**
 * An {@code enode://} URL: a node's public key and where to reach it.
 *
 * @param publicKey the node's key
 * @param host IPv4 or IPv6 literal (without brackets) or a DNS name; kept in canonical form, so
 *     that equal addresses make equal URLs
 * @param tcpPort RLPx port, 0 to 65535; 0 means it can't be dialed
 * @param udpPort discovery port, 0 to 65535; equals {@code tcpPort} unless {@code discport} says
 *     otherwise
 */
public record Enode(PublicKey publicKey, String host, int tcpPort, int udpPort) {
  private static final String SCHEME = "enode://";
  private static final String SHAPE = "enode://<128 hex digits>@<host>:<port>[?discport=<port>]";

  /** The longest DNS name has 253 characters; beyond this a text is no enode URL. */
  private static final int MAX_URL_CHARS = 512;

  private static final int KEY_DIGITS = 2 * PublicKey.BYTES;
  private static final int MAX_NAME_CHARS = 253;
  private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]*");
  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");
  private static final String LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?";

  /** The last label has a letter, so that a mistyped IPv4 address is not taken for a name. */
  private static final Pattern DNS_NAME =
      Pattern.compile("(" + LABEL + "\\.)*(?=[0-9_-]*[a-z])" + LABEL + "\\.?");

  public Enode {
    if (tcpPort < 0 || tcpPort > 65535 || udpPort < 0 || udpPort > 65535) {
      throw new IllegalArgumentException("ports are 0 to 65535, not " + tcpPort + ", " + udpPort);
    }
    host = canonicalHost(host);
  }

  /** From a resolved address; an IPv6 scope is left out, since it means nothing elsewhere. */
  public static Enode of(PublicKey publicKey, InetAddress address, int tcpPort, int udpPort) {
    return new Enode(publicKey, withoutScope(address.getHostAddress()), tcpPort, udpPort);
  }

  /**
   * Parses {@code enode://<128 hex digits>@<host>:<port>[?discport=<port>]}. White space around it
   * and unknown query parameters are ignored.
   *
   * @throws IllegalArgumentException saying which part is wrong and what is expected there
   */
  public static Enode parse(String url) {
    if (url.length() > MAX_URL_CHARS) {
      throw wrong("it is longer than " + MAX_URL_CHARS + " characters", abbreviated(url));
    }
    String text = url.strip();
    if (!text.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw wrong("it does not start with " + SCHEME, abbreviated(text));
    }
    int at = text.indexOf('@', SCHEME.length());
    if (at < 0) {
      throw wrong("there is no '@' between public key and host", abbreviated(text));
    }
    PublicKey key = parseKey(text.substring(SCHEME.length(), at));
    int question = text.indexOf('?', at);
    String endpoint = text.substring(at + 1, question < 0 ? text.length() : question);
    int colon = endpoint.lastIndexOf(':');
    if (colon < 0 || endpoint.endsWith("]")) {
      throw wrong("there is no ':<port>' after the host", endpoint);
    }
    String host = unbracketed(endpoint.substring(0, colon));
    int tcpPort = parsePort("TCP port", endpoint.substring(colon + 1));
    int udpPort = question < 0 ? tcpPort : discoveryPort(text.substring(question + 1), tcpPort);
    return new Enode(key, host, tcpPort, udpPort);
  }

  public NodeId id() {
    return publicKey.id();
  }

  /** Whether {@code host} is an address literal, so that no DNS look-up is needed. */
  public boolean hasAddressLiteral() {
    return InetAddresses.isInetAddress(host);
  }

  /**
   * The RLPx endpoint.
   *
   * @throws IllegalStateException when {@code host} is a DNS name (resolve it first)
   */
  public InetSocketAddress tcpEndpoint() {
    return new InetSocketAddress(address(), tcpPort);
  }

  /**
   * The discovery endpoint.
   *
   * @throws IllegalStateException when {@code host} is a DNS name (resolve it first)
   */
  public InetSocketAddress udpEndpoint() {
    return new InetSocketAddress(address(), udpPort);
  }

  /** The URL; {@code discport} appears only when the ports differ. */
  @Override
  public String toString() {
    String literal = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    String url = SCHEME + publicKey + "@" + literal + ":" + tcpPort;
    return udpPort == tcpPort ? url : url + "?discport=" + udpPort;
  }

  private InetAddress address() {
    if (!hasAddressLiteral()) {
      throw new IllegalStateException(host + " is a DNS name; resolve it first");
    }
    return InetAddresses.forString(host);
  }

  private static PublicKey parseKey(String digits) {
    if (digits.length() != KEY_DIGITS) {
      throw wrong(
          "the public key has " + KEY_DIGITS + " hex digits, not " + digits.length(),
          abbreviated(digits));
    }
    if (!HEX.matcher(digits).matches()) {
      throw wrong("the public key has other characters than hex digits", digits);
    }
    try {
      return PublicKey.of(Bytes.fromHexString(digits));
    } catch (InvalidCurveInputException e) {
      throw wrong("the public key is not a point on secp256k1", digits);
    }
  }

  private static String unbracketed(String host) {
    boolean bracketed = host.length() > 2 && host.startsWith("[") && host.endsWith("]");
    if (bracketed) {
      String literal = host.substring(1, host.length() - 1);
      if (literal.indexOf(':') < 0) {
        throw wrong("brackets are for IPv6 addresses", host);
      }
      return literal;
    }
    if (host.indexOf(':') >= 0) {
      throw wrong("an IPv6 address stands in brackets, as in [::1]:30303", host);
    }
    return host;
  }

  private static int discoveryPort(String query, int otherwise) {
    int port = otherwise;
    for (String parameter : query.split("&", -1)) {
      if (parameter.startsWith("discport=")) {
        port = parsePort("discport", parameter.substring("discport=".length()));
      }
    }
    return port;
  }

  private static int parsePort(String what, String digits) {
    if (!PORT.matcher(digits).matches() || Integer.parseInt(digits) > 65535) {
      throw wrong("the " + what + " is a number from 0 to 65535", abbreviated(digits));
    }
    return Integer.parseInt(digits);
  }

  private static String canonicalHost(String host) {
    if (host.indexOf('%') < 0 && InetAddresses.isInetAddress(host)) {
      return withoutScope(InetAddresses.toAddrString(InetAddresses.forString(host)));
    }
    String name = host.toLowerCase(Locale.ROOT);
    if (name.length() > MAX_NAME_CHARS || !DNS_NAME.matcher(name).matches()) {
      throw wrong("the host is neither an IP address nor a DNS name", abbreviated(host));
    }
    return name;
  }

  private static String withoutScope(String literal) {
    int percent = literal.indexOf('%');
    return percent < 0 ? literal : literal.substring(0, percent);
  }

  private static String abbreviated(String text) {
    return text.length() <= 160 ? text : text.substring(0, 160) + "...";
  }

  private static IllegalArgumentException wrong(String what, String where) {
    return new IllegalArgumentException(
        "not an enode URL: " + what + " (got '" + where + "'); expected " + SHAPE);
  }
}
