package io.kadlink.testnet;

import java.io.IOException;

/** Whether all nodes have the same block at the highest height that all have reached. */
final class HeadCheck {
  private final Network network;
  private final long minHeight;

  HeadCheck(Network network, long minHeight) {
    this.network = network;
    this.minHeight = minHeight;
  }

  Probe.Sight see() throws IOException, InterruptedException {
    long common = Long.MAX_VALUE;
    for (NodeProcess node : network.nodes()) {
      common = Math.min(common, height(node));
    }
    String hash = hash(network.node(0), common);
    for (NodeProcess node : network.nodes()) {
      String theirs = hash(node, common);
      if (!theirs.equals(hash)) {
        return new Probe.Sight(
            false, "height " + common + ": " + node.name() + " has " + theirs + ", not " + hash);
      }
    }
    return new Probe.Sight(common >= minHeight, "height " + common + " " + hash);
  }

  static long height(NodeProcess node) throws IOException, InterruptedException {
    return Hex.number(node.rpc().call("eth_blockNumber"));
  }

  static String hash(NodeProcess node, long height) throws IOException, InterruptedException {
    return node.rpc()
        .call("eth_getBlockByNumber", Hex.quantity(height), false)
        .path("hash")
        .asText();
  }
}
