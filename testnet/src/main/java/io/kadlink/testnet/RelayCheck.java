package io.kadlink.testnet;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;

/** The last two nodes can't be dialed; they must have a session through a relay, and eth on it. */
final class RelayCheck {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Network network;
  private final Probe probe;

  RelayCheck(Network network, Probe probe) {
    this.network = network;
    this.probe = probe;
  }

  void run() throws InterruptedException {
    probe.check("two --no-listen nodes run eth over a relayed session", LIMIT, this::see);
  }

  private Probe.Sight see() throws IOException, InterruptedException {
    int last = network.nodes().size() - 1;
    Probe.Sight there = session(network.node(last - 1), network.node(last));
    return there.ok() ? session(network.node(last), network.node(last - 1)) : there;
  }

  private static Probe.Sight session(NodeProcess node, NodeProcess other)
      throws IOException, InterruptedException {
    String id = other.rpc().call("admin_nodeInfo").path("id").asText();
    for (JsonNode peer : node.rpc().call("admin_peers")) {
      if (peer.path("id").asText().equals(id)) {
        String relay = peer.path("network").path("relay").asText("");
        boolean eth = peer.path("protocols").path("eth").has("latestBlockHash");
        return new Probe.Sight(
            !relay.isEmpty() && eth,
            relay.isEmpty()
                ? node.name() + " has a direct session with " + other.name()
                : "relay "
                    + relay.substring(0, Math.min(8, relay.length()))
                    + (eth ? ", eth status exchanged" : ", no eth status yet"));
      }
    }
    return new Probe.Sight(false, node.name() + " has no session with " + other.name());
  }
}
