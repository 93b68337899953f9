package io.kadlink.testnet;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The live table: redrawn in place on a terminal, one line a step elsewhere. Used by one thread.
 */
final class Dashboard {
  private static final Duration REDRAW = Duration.ofSeconds(1);
  private static final String HEADER =
      String.format(
          Locale.ROOT,
          "%-8s %-10s %8s %-12s %6s %7s %9s %6s %5s %7s %6s",
          "node",
          "id",
          "height",
          "head",
          "peers",
          "dialed",
          "accepted",
          "relay",
          "seen",
          "pubsub",
          "pool");

  private final PrintWriter out;
  private final boolean terminal;
  private int drawnLines;
  private boolean drawn;
  private long lastDrawn;

  Dashboard(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** A line that stays, above the table. */
  void say(String line) {
    erase();
    out.println(line);
    out.flush();
  }

  /** Redraws the table on a terminal, at most once a second. */
  void refresh(Network network) throws InterruptedException {
    long now = System.nanoTime();
    if (!terminal || (drawn && now - lastDrawn < REDRAW.toNanos())) {
      return;
    }
    drawn = true;
    lastDrawn = now;
    List<String> lines = table(network);
    erase();
    lines.forEach(out::println);
    drawnLines = lines.size();
    out.flush();
  }

  /** Prints the table once, on a terminal or not. */
  void print(Network network) throws InterruptedException {
    erase();
    table(network).forEach(out::println);
    out.flush();
  }

  /** Goes on until the thread is interrupted or no node lives any more. */
  void watch(Network network) throws InterruptedException {
    while (network.nodes().stream().anyMatch(NodeProcess::isAlive)) {
      refresh(network);
      Thread.sleep(REDRAW);
    }
    say("no node is left");
  }

  private List<String> table(Network network) throws InterruptedException {
    List<String> lines = new ArrayList<>();
    lines.add(HEADER);
    for (NodeProcess node : network.nodes()) {
      lines.add(row(node));
    }
    return lines;
  }

  private static String row(NodeProcess node) throws InterruptedException {
    if (!node.isAlive()) {
      return String.format(Locale.ROOT, "%-8s down", node.name());
    }
    try {
      JsonNode status = node.rpc().call("kadlink_status");
      String hash = status.path("head").path("hash").asText();
      return String.format(
          Locale.ROOT,
          "%-8s %-10s %8d %-12s %6d %7d %9d %6d %5d %7d %6d",
          node.name(),
          start(status.path("nodeId").asText(), 8),
          status.path("head").path("number").asLong(),
          start(hash, 12),
          status.path("peers").asInt(),
          status.path("dialed").asInt(),
          status.path("accepted").asInt(),
          status.path("relayed").asInt(),
          status.path("nodesSeen").asInt(),
          status.path("pubsubReceived").asInt(),
          status.path("pool").asInt());
    } catch (IOException e) {
      return String.format(Locale.ROOT, "%-8s starting", node.name());
    }
  }

  private static String start(String text, int length) {
    return text.substring(0, Math.min(length, text.length()));
  }

  private void erase() {
    if (drawnLines > 0) {
      out.print("\u001b[" + drawnLines + "A\u001b[J");
      drawnLines = 0;
    }
  }
}
