package io.kadlink.cli.rpc;

import com.google.common.net.InetAddresses;
import io.kadlink.server.nat.NatStatus;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code kadlink_nat}: how far this node is with its way through the router. */
public final class NatApi {
  private final Supplier<NatStatus> status;

  public NatApi(Supplier<NatStatus> status) {
    this.status = status;
  }

  public void addTo(RpcMethods methods) {
    methods.add("kadlink_nat", params -> shown(status.get()));
  }

  private static Map<String, @Nullable Object> shown(NatStatus status) {
    Map<String, @Nullable Object> shown = new LinkedHashMap<>();
    shown.put("method", status.method().toString());
    shown.putAll(found(status));
    shown.put("ipv6", status.ipv6().map(NatApi::found).orElse(null));
    return shown;
  }

  private static Map<String, @Nullable Object> found(NatStatus status) {
    Map<String, @Nullable Object> shown = new LinkedHashMap<>();
    shown.put("state", status.state().name().toLowerCase(Locale.ROOT));
    shown.put("via", status.via().orElse(null));
    shown.put("server", literal(status.server()));
    shown.put("address", literal(status.address()));
    shown.put("tcpPort", port(status.tcpPort()));
    shown.put("udpPort", port(status.udpPort()));
    shown.put("expires", status.expires().map(Object::toString).orElse(null));
    shown.put("problem", status.problem().orElse(null));
    return shown;
  }

  private static @Nullable String literal(Optional<InetAddress> address) {
    return address.map(InetAddresses::toAddrString).orElse(null);
  }

  private static @Nullable Integer port(int port) {
    return port == 0 ? null : port;
  }
}
