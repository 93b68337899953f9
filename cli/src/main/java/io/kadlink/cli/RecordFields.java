package io.kadlink.cli;

import com.google.common.net.InetAddresses;
import io.kadlink.identity.NodeRecord;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What goes into a node record, as options of {@code enr create} and {@code enr update}. */
final class RecordFields {
  private static final int MAX_PORT = 65_535;

  @Option(names = "--ip", paramLabel = "IP", description = "IPv4 address.")
  private @Nullable InetAddress ip;

  @Option(names = "--ip6", paramLabel = "IP", description = "IPv6 address.")
  private @Nullable InetAddress ip6;

  @Option(names = "--tcp", paramLabel = "PORT", description = "RLPx port.")
  private @Nullable Integer tcp;

  @Option(names = "--udp", paramLabel = "PORT", description = "Discovery port.")
  private @Nullable Integer udp;

  @Option(names = "--tcp6", paramLabel = "PORT", description = "RLPx port on IPv6, if another.")
  private @Nullable Integer tcp6;

  @Option(
      names = "--udp6",
      paramLabel = "PORT",
      description = "Discovery port on IPv6, if another.")
  private @Nullable Integer udp6;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Any entry: a VALUE that begins with 0x is an RLP item in hex, else it is stored as text."
              + " Repeatable.")
  private Map<String, String> entries = new LinkedHashMap<>();

  @Option(
      names = "--seq",
      paramLabel = "N",
      description = "Sequence number (default: 1, or one more than it was).")
  private @Nullable Long seq;

  @SuppressWarnings("NullAway.Init")
  RecordFields() {}

  /** Whether nothing is to be changed. */
  boolean isEmpty() {
    return entries.isEmpty()
        && seq == null
        && java.util.stream.Stream.of(ip, ip6, tcp, udp, tcp6, udp6).allMatch(it -> it == null);
  }

  /** The sequence number asked for. */
  Optional<Long> seq() {
    return Optional.ofNullable(seq);
  }

  /**
   * Puts these fields into a record.
   *
   * @throws CommandFailure naming the field that can't be
   */
  NodeRecord.Builder applyTo(NodeRecord.Builder builder) {
    address(builder, "ip", ip, Inet4Address.class);
    address(builder, "ip6", ip6, Inet6Address.class);
    port(builder, "tcp", tcp);
    port(builder, "udp", udp);
    port(builder, "tcp6", tcp6);
    port(builder, "udp6", udp6);
    entries.forEach((key, value) -> entry(builder, key, value));
    if (seq != null) {
      builder.seq(seq);
    }
    return builder;
  }

  private static void address(
      NodeRecord.Builder builder,
      String key,
      @Nullable InetAddress address,
      Class<? extends InetAddress> family) {
    if (address == null) {
      return;
    }
    if (!family.isInstance(address)) {
      throw new CommandFailure(
          "--" + key + ": " + InetAddresses.toAddrString(address) + " is of the other IP family");
    }
    builder.entry(key, RLP.encodeByteArray(address.getAddress()));
  }

  private static void port(NodeRecord.Builder builder, String key, @Nullable Integer port) {
    if (port == null) {
      return;
    }
    if (port < 1 || port > MAX_PORT) {
      throw new CommandFailure("--" + key + ": ports are 1 to " + MAX_PORT + ", not " + port);
    }
    builder.entry(key, RLP.encodeInt(port));
  }

  private static void entry(NodeRecord.Builder builder, String key, String value) {
    if (List.of("id", "secp256k1").contains(key)) {
      throw new CommandFailure("--set: the entry \"" + key + "\" comes from the node key");
    }
    try {
      builder.entry(
          key, value.startsWith("0x") ? Bytes.fromHexString(value) : RLP.encodeString(value));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("--set " + key + "=" + value + ": " + e.getMessage(), e);
    }
  }
}
