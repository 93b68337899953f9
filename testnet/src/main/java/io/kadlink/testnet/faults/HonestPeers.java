package io.kadlink.testnet.faults;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.testnet.Network;
import io.kadlink.testnet.NodeProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Two nodes that nothing is done to, and that the other must have as peers. */
final class HonestPeers {
  private static final int POLL_MILLIS = 50;

  private final NodeProcess boot;
  private final NodeProcess other;

  private HonestPeers(NodeProcess boot, NodeProcess other) {
    this.boot = boot;
    this.other = other;
  }

  /** Two nodes that know each other, up. */
  static HonestPeers launch(Network network) throws IOException {
    NodeProcess boot = network.launch();
    boot.awaitUp();
    NodeProcess other = network.launch("--bootnodes", boot.enode());
    other.awaitUp();
    return new HonestPeers(boot, other);
  }

  /** How the node under test finds them. */
  String bootnode() {
    return boot.enode();
  }

  /** How many of both are peers of {@code node}. */
  int with(NodeProcess node) throws IOException, InterruptedException {
    Set<String> there = new HashSet<>();
    for (JsonNode peer : node.rpc().call("admin_peers")) {
      there.add(key(peer.path("enode").asText()));
    }
    int count = 0;
    for (NodeProcess each : new NodeProcess[] {boot, other}) {
      if (!each.isAlive()) {
        throw new IOException(each.name() + ", an honest node, is gone");
      }
      count += there.contains(key(each.enode())) ? 1 : 0;
    }
    return count;
  }

  /** Waits until both are peers of {@code node}; false: not in time. */
  boolean await(NodeProcess node, Duration limit) throws IOException, InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (with(node) < 2) {
      if (System.nanoTime() > end) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    return true;
  }

  private static String key(String enode) {
    return enode.replaceFirst("^enode://", "").replaceFirst("@.*", "");
  }
}
