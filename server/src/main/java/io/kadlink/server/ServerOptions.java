package io.kadlink.server;

import io.kadlink.identity.Enode;
import io.kadlink.identity.Signer;
import io.kadlink.server.admission.AdmissionOptions;
import io.kadlink.server.admission.PeerLimits;
import io.kadlink.server.dial.DialOptions;
import io.kadlink.server.dial.DialTarget;
import io.kadlink.server.membership.MembershipFiles;
import io.kadlink.server.nat.NatTraversal;
import io.kadlink.server.reputation.ReputationOptions;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** What {@link ServerBuilder} collected, checked. */
record ServerOptions(
    Signer signer,
    InetAddress bind,
    Optional<InetAddress> advertised,
    int port,
    boolean listen,
    DiscoveryPlan discovery,
    List<DialTarget> staticNodes,
    List<Enode> trustedNodes,
    int maxPeers,
    double dialedShare,
    List<Protocol> protocols,
    String clientName,
    MeterRegistry metrics,
    InstantSource clock,
    RandomGenerator random,
    AdmissionOptions admission,
    ReputationOptions reputation,
    Optional<Path> stateFolder,
    MembershipFiles membership,
    DialOptions dialing,
    DialFilter dialFilter,
    NatPlan nat) {

  /** What we would accept from others ourselves. */
  static final int MAX_CLIENT_NAME = 256;

  ServerOptions {
    staticNodes = List.copyOf(staticNodes);
    trustedNodes = List.copyOf(trustedNodes);
    protocols = List.copyOf(protocols);
    Set<Object> seen = new HashSet<>();
    for (Protocol protocol : protocols) {
      if (!seen.add(protocol.capability())) {
        throw new IllegalArgumentException("protocol " + protocol.capability() + " is given twice");
      }
      if (protocol.messageCount() < 0) {
        throw new IllegalArgumentException(
            "protocol " + protocol.capability() + " has a negative message count");
      }
    }
    if (advertised.isPresent() && NatTraversal.isNeeded(nat.method(), 1, 1)) {
      throw new IllegalArgumentException(
          "an address to advertise is given, and nat " + nat.method() + " would look for one");
    }
    if (clientName.isEmpty() || clientName.length() > MAX_CLIENT_NAME) {
      throw new IllegalArgumentException(
          "a client name is 1 to " + MAX_CLIENT_NAME + " characters, not " + clientName.length());
    }
  }

  /** Slots for peers found by discovery and dialed. */
  int maxDialed() {
    if (!discovery.isOn() || maxPeers == 0 || dialedShare == 0) {
      return 0;
    }
    return Math.max(1, (int) Math.floor(maxPeers * dialedShare));
  }

  PeerLimits limits() {
    return new PeerLimits(
        maxDialed(),
        maxPeers - maxDialed(),
        admission.perAddress(),
        admission.perSubnet(),
        discovery.limitLan());
  }
}
