package io.kadlink.server.admission;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kadlink.discovery.loop.SteadyClock;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What of the access lists outlives a restart, as JSON. */
public final class AccessJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private AccessJson() {}

  /**
   * All but what was configured: that comes back with the configuration, or is meant not to. What
   * ends has the time of day when it does, and the seconds that were left: it lasts no longer, even
   * where the time of day went back.
   */
  public static byte[] write(AccessLists lists, SteadyClock clock) {
    ObjectNode root = JSON.createObjectNode();
    ArrayNode denied = root.putArray("denied");
    for (Denial denial : lists.denials()) {
      if (denial.origin() != Denial.Origin.CONFIGURED) {
        ObjectNode entry = denied.addObject();
        entry.put("subject", denial.subject().toString());
        denial
            .until()
            .ifPresent(
                at -> {
                  entry.put("until", clock.toWall(at).toString());
                  entry.put("seconds", Duration.between(clock.instant(), at).toSeconds() + 1);
                });
        entry.put("why", denial.why());
        entry.put("by", denial.origin().name().toLowerCase(Locale.ROOT));
      }
    }
    ArrayNode allowed = root.putArray("allowed");
    for (AccessLists.Allowance allowance : lists.allowances()) {
      if (allowance.origin() != Denial.Origin.CONFIGURED) {
        allowed.add(allowance.subject().toString());
      }
    }
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of texts is always JSON", e);
    }
  }

  /**
   * Adds what was written.
   *
   * @throws IllegalArgumentException when it is something else; nothing was added then
   */
  public static void read(byte[] json, AccessLists lists, SteadyClock clock) {
    List<Denial> denied = new ArrayList<>();
    List<Subject> allowed = new ArrayList<>();
    try {
      JsonNode root = JSON.readTree(json);
      if (root == null || !root.isObject()) {
        throw new IllegalArgumentException("it is not a JSON object");
      }
      for (JsonNode entry : root.path("denied")) {
        denied.add(
            new Denial(
                Subject.parse(entry.path("subject").asText("")),
                until(entry, clock),
                entry.path("why").asText(""),
                entry.path("by").asText("").equals("reputation")
                    ? Denial.Origin.REPUTATION
                    : Denial.Origin.OPERATOR));
      }
      for (JsonNode entry : root.path("allowed")) {
        allowed.add(Subject.parse(entry.asText("")));
      }
    } catch (IOException | DateTimeException e) {
      throw new IllegalArgumentException("it is not an access list: " + e.getMessage(), e);
    }
    lists.denyAll(denied);
    for (Subject subject : allowed) {
      lists.allow(subject, Denial.Origin.OPERATOR);
    }
  }

  private static Optional<Instant> until(JsonNode entry, SteadyClock clock) {
    String written = entry.path("until").asText("");
    if (written.isEmpty()) {
      return Optional.empty();
    }
    Instant until = clock.fromWall(Instant.parse(written));
    Instant latest = clock.instant().plusSeconds(entry.path("seconds").asInt(Integer.MAX_VALUE));
    return Optional.of(until.isAfter(latest) ? latest : until);
  }
}
