package io.kadlink.discovery.udp;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Two sockets, one for IPv4 and one for IPv6, as one. */
public final class DualTransport implements Transport {
  private final Transport first;
  private final Transport v4;
  private final Transport v6;

  /**
   * Joins two sockets of different families.
   *
   * @param first the one whose address is told when one is asked for
   */
  public DualTransport(Transport first, Transport second) {
    if (isV4(first.localAddress()) == isV4(second.localAddress())) {
      throw new IllegalArgumentException(
          "one IPv4 and one IPv6 address, not "
              + first.localAddress()
              + " and "
              + second.localAddress());
    }
    this.first = first;
    this.v4 = isV4(first.localAddress()) ? first : second;
    this.v6 = isV4(first.localAddress()) ? second : first;
  }

  @Override
  public InetSocketAddress localAddress() {
    return first.localAddress();
  }

  @Override
  public void send(InetSocketAddress to, byte[] datagram) {
    (isV4(to) ? v4 : v6).send(to, datagram);
  }

  @Override
  public CompletionStage<Void> close() {
    return CompletableFuture.allOf(
            v4.close().toCompletableFuture(), v6.close().toCompletableFuture())
        .thenApply(DualTransport::nothing);
  }

  private static @Nullable Void nothing(@Nullable Void done) {
    return null;
  }

  private static boolean isV4(InetSocketAddress address) {
    return address.getAddress() instanceof Inet4Address;
  }
}
