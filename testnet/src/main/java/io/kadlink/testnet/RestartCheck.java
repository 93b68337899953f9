package io.kadlink.testnet;

import java.time.Duration;

/** Kills a node with SIGKILL, lets the chain go on, and starts the node again. */
final class RestartCheck {
  private static final int VICTIM = 2;
  private static final int BLOCKS_MISSED = 3;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Network network;
  private final Probe probe;
  private final HeadCheck heads;

  RestartCheck(Network network, Probe probe, HeadCheck heads) {
    this.network = network;
    this.probe = probe;
    this.heads = heads;
  }

  void run() throws InterruptedException {
    NodeProcess victim = network.node(VICTIM);
    String enode = victim.enode();
    long[] before = new long[1];
    String[] hash = new String[1];
    probe.check(
        "a node is killed and misses " + BLOCKS_MISSED + " blocks",
        LIMIT,
        () -> {
          if (victim.isAlive()) {
            before[0] = HeadCheck.height(victim);
            hash[0] = HeadCheck.hash(victim, before[0]);
            victim.kill();
          }
          long now = HeadCheck.height(network.node(0));
          return new Probe.Sight(
              now >= before[0] + BLOCKS_MISSED, "killed at " + before[0] + ", chain at " + now);
        });
    probe.check(
        "it starts again with its key and data",
        LIMIT,
        () -> {
          if (!victim.isAlive()) {
            victim.launch();
            victim.awaitUp();
          }
          boolean sameKey = victim.enode().equals(enode);
          boolean sameBlock = HeadCheck.hash(victim, before[0]).equals(hash[0]);
          long stored = victim.rpc().call("kadlink_status").path("startHead").asLong(-1);
          return new Probe.Sight(
              sameKey && sameBlock && stored >= before[0],
              "head at start " + stored + (sameKey ? ", same key" : ", ANOTHER KEY"));
        });
    probe.check(
        "it is back on the common head",
        LIMIT,
        () -> {
          long start = HeadCheck.height(network.node(0));
          Probe.Sight sight = heads.see();
          boolean caughtUp = HeadCheck.height(victim) >= start;
          return caughtUp ? sight : new Probe.Sight(false, "still behind");
        });
  }
}
