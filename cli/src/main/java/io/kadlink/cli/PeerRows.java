package io.kadlink.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;

/** Peers as {@code admin_peers} has them, a line each under a heading. */
final class PeerRows {
  private static final String ROW = "%-8s  %-8s %7s %5s  %-22s %s%n";
  private static final int SHORT_ID_CHARS = 8;

  private final PrintWriter out;

  PeerRows(PrintWriter out) {
    this.out = out;
    out.printf(ROW, "id", "", "rtt", "score", "address", "client");
  }

  void print(JsonNode peer) {
    JsonNode network = peer.path("network");
    JsonNode more = peer.path("kadlink");
    out.printf(
        ROW,
        peer.path("id").asText().substring(0, SHORT_ID_CHARS),
        network.path("inbound").asBoolean() ? "accepted" : "dialed",
        more.has("roundTripMillis") ? more.path("roundTripMillis").asText() + "ms" : "-",
        more.path("score").asText("-"),
        network.path("remoteAddress").asText(),
        peer.path("name").asText()
            + (more.has("organisation") ? " (" + more.path("organisation").asText() + ")" : ""));
  }
}
