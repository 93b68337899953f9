package io.kadlink.testnet;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;

/**
 * All nodes but one subscribe to a topic; that one (by fan-out) and the others in turn publish;
 * each subscriber must get each message once.
 */
final class PubSubCheck {
  private static final int MESSAGES = 100;
  private static final String TOPIC = "testnet/chatter";
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final Network network;
  private final Probe probe;
  private final Set<String> published = new HashSet<>();

  PubSubCheck(Network network, Probe probe) {
    this.network = network;
    this.probe = probe;
  }

  void run() throws InterruptedException {
    probe.check("every subscriber has a mesh", LIMIT, this::subscribe);
    probe.check(MESSAGES + " messages are published", LIMIT, this::publish);
    probe.check("every subscriber got every message once", LIMIT, this::received);
  }

  private int subscribers() {
    return network.nodes().size() - 1;
  }

  private Probe.Sight subscribe() throws IOException, InterruptedException {
    int smallest = Integer.MAX_VALUE;
    for (int i = 0; i < subscribers(); i++) {
      RpcClient rpc = network.node(i).rpc();
      rpc.call("kadlink_subscribe", TOPIC);
      smallest = Math.min(smallest, rpc.call("kadlink_topic", TOPIC).path("mesh").size());
    }
    return new Probe.Sight(smallest >= 2, "smallest mesh " + smallest);
  }

  private Probe.Sight publish() throws IOException, InterruptedException {
    while (published.size() < MESSAGES) {
      int n = published.size();
      String payload =
          "0x" + HexFormat.of().formatHex(("message " + n).getBytes(StandardCharsets.US_ASCII));
      network.node(n % network.nodes().size()).rpc().call("kadlink_publish", TOPIC, payload);
      published.add(payload);
    }
    return new Probe.Sight(true, "from " + network.nodes().size() + " nodes");
  }

  private Probe.Sight received() throws IOException, InterruptedException {
    long total = 0;
    for (int i = 0; i < subscribers(); i++) {
      Map<String, Integer> counts = new HashMap<>();
      for (JsonNode message : network.node(i).rpc().call("kadlink_messages", TOPIC)) {
        counts.merge(message.path("payload").asText(), 1, Integer::sum);
      }
      for (String payload : published) {
        int count = counts.getOrDefault(payload, 0);
        if (count != 1) {
          return new Probe.Sight(
              false, network.node(i).name() + " got one message " + count + " times");
        }
      }
      total += counts.size();
    }
    return new Probe.Sight(true, total + " deliveries to " + subscribers() + " subscribers");
  }
}
