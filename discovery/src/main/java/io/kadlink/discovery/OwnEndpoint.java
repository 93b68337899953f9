package io.kadlink.discovery;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Addresses;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LocalNode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who decides where this node is, for each address family apart. An address that the operator fixed
 * beats all; then what is known from a router or a server that was asked ({@link KnownEndpoint});
 * then what others see, by {@link EndpointPrediction}. Of an endpoint that is known without its UDP
 * port, others' sight gives the port, as far as they see the same address.
 */
final class OwnEndpoint {

  /** Puts an endpoint into the record. */
  interface Recorder {
    void record(InetAddress address, int tcpPort, int udpPort);
  }

  private final Loop loop;
  private final LocalNode local;
  private final List<InetAddress> fixed;
  private final Recorder recorder;
  private final EndpointPrediction prediction;

  /** At most one of each family. */
  private final List<KnownEndpoint> pinned = new ArrayList<>();

  /**
   * @param fixed the operator's own word, at most one of each family
   */
  OwnEndpoint(Loop loop, LocalNode local, List<InetAddress> fixed, Recorder recorder) {
    this.loop = loop;
    this.local = local;
    this.fixed = List.copyOf(fixed);
    this.recorder = recorder;
    this.prediction = new EndpointPrediction(loop, this::predicted);
  }

  /** A node says that it sees us there. */
  void seenAt(Contact by, InetSocketAddress us) {
    boolean decided =
        isFixed(us.getAddress())
            || known(us.getAddress()).filter(known -> known.udpPort().isPresent()).isPresent();
    if (!decided) {
      prediction.statement(by, us);
    }
  }

  /** See {@link Discovery#pinEndpoint}. */
  void pin(KnownEndpoint endpoint) {
    loop.assertInLoop();
    InetAddress address = endpoint.address();
    if (isFixed(address)) {
      return;
    }
    boolean stays =
        known(address)
            .filter(last -> last.equals(endpoint) && endpoint.udpPort().isEmpty())
            .isPresent();
    if (stays) {
      return; // the record may have the UDP port that others see by now
    }
    pinned.removeIf(last -> Addresses.sameFamily(last.address(), address));
    pinned.add(endpoint);
    prediction.tellAgain();
    recorder.record(
        address,
        endpoint.tcpPort().orElse(local.ownTcpPort()),
        endpoint.udpPort().orElse(local.ownUdpPort()));
  }

  /** See {@link Discovery#unpinEndpoint}. */
  void unpin(InetAddress address) {
    loop.assertInLoop();
    if (pinned.removeIf(last -> last.address().equals(address))) {
      prediction.tellAgain();
      recorder.record(address, local.ownTcpPort(), local.ownUdpPort());
    }
  }

  private void predicted(InetSocketAddress endpoint) {
    InetAddress address = endpoint.getAddress();
    Optional<KnownEndpoint> known = known(address);
    if (known.isEmpty() || known.get().address().equals(address)) {
      recorder.record(address, local.tcpPort(), endpoint.getPort());
    }
  }

  private boolean isFixed(InetAddress address) {
    return fixed.stream().anyMatch(own -> Addresses.sameFamily(own, address));
  }

  private Optional<KnownEndpoint> known(InetAddress address) {
    return pinned.stream()
        .filter(endpoint -> Addresses.sameFamily(endpoint.address(), address))
        .findFirst();
  }
}
