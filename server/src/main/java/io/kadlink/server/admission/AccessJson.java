package io.kadlink.server.admission;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What of the access lists outlives a restart, as JSON. */
public final class AccessJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private AccessJson() {}

  /** All but what was configured: that comes back with the configuration, or is meant not to. */
  public static byte[] write(AccessLists lists) {
    ObjectNode root = JSON.createObjectNode();
    ArrayNode denied = root.putArray("denied");
    for (Denial denial : lists.denials()) {
      if (denial.origin() != Denial.Origin.CONFIGURED) {
        ObjectNode entry = denied.addObject();
        entry.put("subject", denial.subject().toString());
        denial.until().ifPresent(at -> entry.put("until", at.toString()));
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
  public static void read(byte[] json, AccessLists lists) {
    List<Denial> denied = new ArrayList<>();
    List<Subject> allowed = new ArrayList<>();
    try {
      JsonNode root = JSON.readTree(json);
      if (root == null || !root.isObject()) {
        throw new IllegalArgumentException("it is not a JSON object");
      }
      for (JsonNode entry : root.path("denied")) {
        String until = entry.path("until").asText("");
        denied.add(
            new Denial(
                Subject.parse(entry.path("subject").asText("")),
                until.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(until)),
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
}
