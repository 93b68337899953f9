package io.kadlink.testnet;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * From nothing to a working network: node 0 is the only bootnode and produces blocks, the last two
 * nodes can only dial, every node has a wallet.
 */
final class DefaultScenario {
  /** A producer, two that can only dial, and enough others for three sessions each. */
  static final int MIN_NODES = 5;

  private static final int NODES_TO_FIND = 16;
  private static final int SESSIONS = 3;
  private static final int MIN_HEIGHT = 10;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Network network;
  private final Dashboard dashboard;
  private final Probe probe;

  DefaultScenario(Network network, Dashboard dashboard, Report report) {
    this.network = network;
    this.dashboard = dashboard;
    this.probe = new Probe(network, dashboard, report);
  }

  /** Runs all checks on a network of {@code count} nodes; stops early only when none is up. */
  void run(int count) throws InterruptedException {
    if (!probe.step("every node starts", () -> launch(count))) {
      return;
    }
    int others = Math.min(count - 1, NODES_TO_FIND);
    probe.check(
        "every node found at least " + others + " others",
        LIMIT,
        () -> atLeast("nodesSeen", others));
    probe.check(
        "every node holds at least " + SESSIONS + " sessions",
        LIMIT,
        () -> atLeast("peers", SESSIONS));
    new RelayCheck(network, probe).run();
    TransferCheck transfers = new TransferCheck(network, probe);
    transfers.run();
    new PubSubCheck(network, probe).run();
    HeadCheck heads = new HeadCheck(network, MIN_HEIGHT);
    probe.check("all heads equal at a height of " + MIN_HEIGHT + " or more", LIMIT, heads::see);
    transfers.balances();
    new RestartCheck(network, probe, heads).run();
    dashboard.print(network);
  }

  private Probe.Sight launch(int count) throws IOException, InterruptedException {
    NodeProcess first = network.launch("--dev-wallet", "0", "--dev-produce", "1");
    first.awaitUp();
    for (int i = 1; i < count; i++) {
      List<String> only = i >= count - 2 ? List.of("--no-listen") : List.of();
      network.launch(arguments(first.enode(), i, only));
    }
    for (NodeProcess node : network.nodes()) {
      if (node != first) {
        node.awaitUp();
      }
    }
    return new Probe.Sight(true, count + " processes");
  }

  private static String[] arguments(String bootnode, int wallet, List<String> more) {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("--bootnodes", bootnode, "--dev-wallet", Integer.toString(wallet)));
    words.addAll(more);
    return words.toArray(String[]::new);
  }

  private Probe.Sight atLeast(String field, int bound) throws IOException, InterruptedException {
    int lowest = Integer.MAX_VALUE;
    String where = "";
    for (NodeProcess node : network.nodes()) {
      JsonNode status = node.rpc().call("kadlink_status");
      int value = status.path(field).asInt();
      if (value < lowest) {
        lowest = value;
        where = node.name();
      }
    }
    return new Probe.Sight(lowest >= bound, "lowest " + lowest + " (" + where + ")");
  }
}
