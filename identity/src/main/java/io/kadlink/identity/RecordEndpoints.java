package io.kadlink.identity;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.apache.tuweni.bytes.Bytes;

/** The endpoints that the entries of a record name, as EIP-778 has them: IPv4 before IPv6. */
record RecordEndpoints(NodeRecord record) {

  /**
   * None, one or two.
   *
   * @param transport {@code tcp} or {@code udp}
   */
  List<InetSocketAddress> of(String transport) {
    return Stream.of(
            join(address("ip", 4), port(transport)), join(address("ip6", 16), port6(transport)))
        .flatMap(Optional::stream)
        .toList();
  }

  /** With port 0 where the record names none. */
  Optional<Enode> enode() {
    Optional<InetAddress> v4 = address("ip", 4);
    return v4.isPresent()
        ? v4.map(ip -> enode(ip, port("tcp"), port("udp")))
        : address("ip6", 16).map(ip -> enode(ip, port6("tcp"), port6("udp")));
  }

  private Enode enode(InetAddress ip, OptionalInt tcp, OptionalInt udp) {
    return Enode.of(record.publicKey(), ip, tcp.orElse(0), udp.orElse(0));
  }

  private static Optional<InetSocketAddress> join(Optional<InetAddress> address, OptionalInt port) {
    return port.isEmpty()
        ? Optional.empty()
        : address.map(ip -> new InetSocketAddress(ip, port.getAsInt()));
  }

  private Optional<InetAddress> address(String key, int size) {
    return record.bytes(key).filter(value -> value.size() == size).map(RecordEndpoints::toAddress);
  }

  /** A port from 1 to 65535; anything else can't be sent to. */
  private OptionalInt port(String key) {
    Optional<Bytes> value =
        record.bytes(key).filter(v -> v.size() == 1 || v.size() == 2).filter(v -> v.get(0) != 0);
    return value.isPresent() ? OptionalInt.of(value.get().toInt()) : OptionalInt.empty();
  }

  /** EIP-778: without {@code tcp6} or {@code udp6}, the IPv4 port counts for both families. */
  private OptionalInt port6(String transport) {
    return port(record.entry(transport + "6").isPresent() ? transport + "6" : transport);
  }

  private static InetAddress toAddress(Bytes bytes) {
    try {
      return InetAddress.getByAddress(bytes.toArrayUnsafe());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e); // only for lengths other than 4 and 16
    }
  }
}
