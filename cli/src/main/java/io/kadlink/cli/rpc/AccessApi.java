package io.kadlink.cli.rpc;

import io.kadlink.identity.NodeId;
import io.kadlink.server.NotKeptException;
import io.kadlink.server.Peer;
import io.kadlink.server.Server;
import io.kadlink.server.admission.AccessLists;
import io.kadlink.server.admission.Denial;
import io.kadlink.server.admission.Subject;
import io.kadlink.server.dial.DialReason;
import io.kadlink.server.reputation.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/**
 * Who may be a peer, how nodes stand, and why each is or is not one: {@code kadlink_denied}, {@code
 * kadlink_deny}, {@code kadlink_lift}, {@code kadlink_allowed}, {@code kadlink_allow}, {@code
 * kadlink_disallow}, {@code kadlink_reputation}, {@code kadlink_why}.
 */
public final class AccessApi {
  /** Some seventy years. */
  private static final int MAX_SECONDS = Integer.MAX_VALUE;

  private final Server server;

  public AccessApi(Server server) {
    this.server = server;
  }

  public void addTo(RpcMethods methods) {
    methods
        .add("kadlink_denied", params -> denied())
        .add("kadlink_deny", this::deny)
        .add("kadlink_lift", params -> changed(server.access().lift(subject(params))))
        .add("kadlink_allowed", params -> allowed())
        .add("kadlink_allow", this::allow)
        .add("kadlink_disallow", params -> changed(server.access().disallow(subject(params))))
        .add("kadlink_reputation", this::reputation)
        .add("kadlink_why", params -> params.size() == 0 ? whyAll() : why(node(params)));
  }

  private List<Map<String, Object>> denied() {
    return server.access().denied().stream().map(AccessApi::shown).toList();
  }

  private List<String> allowed() {
    return server.access().allowed().stream()
        .map(AccessLists.Allowance::subject)
        .map(Subject::toString)
        .toList();
  }

  private boolean deny(Params params) throws Exception {
    int seconds = params.number(1, 0, MAX_SECONDS, 0); // 0: for ever
    Optional<Duration> lasts =
        seconds == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds));
    String why = params.size() > 2 ? params.text(2) : "somebody decided so";
    if (!changed(server.access().deny(subject(params), lasts, why))) {
      throw RpcError.failed(
          "the deny list is full: " + AccessLists.MAX_DENIED + " entries; lift some");
    }
    return true;
  }

  private boolean allow(Params params) throws Exception {
    if (!changed(server.access().allow(subject(params)))) {
      throw RpcError.failed(
          "the allow list is full: " + AccessLists.MAX_ALLOWED + " entries; remove some");
    }
    return true;
  }

  /** Waits until a change is on disk. */
  private static boolean changed(CompletionStage<Boolean> change) throws Exception {
    try {
      return Answers.await(change);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof NotKeptException notKept) {
        throw RpcError.failed(String.valueOf(notKept.getMessage()));
      }
      throw e;
    }
  }

  private Object reputation(Params params) throws Exception {
    if (params.size() == 0) {
      return Answers.await(server.access().standings()).stream().map(AccessApi::shown).toList();
    }
    return Answers.await(server.access().standing(node(params)))
        .map(AccessApi::shown)
        .orElse(Map.of());
  }

  private List<Map<String, Object>> whyAll() throws Exception {
    Map<NodeId, DialReason> reasons = Answers.await(server.dialReasons());
    Set<NodeId> ids = new LinkedHashSet<>();
    server.peers().forEach(peer -> ids.add(peer.id()));
    for (Denial denial : server.access().denied()) {
      if (denial.subject() instanceof Subject.Node node) {
        ids.add(node.id());
      }
    }
    ids.addAll(reasons.keySet());
    if (server.discovery().isPresent()) {
      Answers.await(server.discovery().get().table()).forEach(node -> ids.add(node.id()));
    }
    List<Map<String, Object>> all = new ArrayList<>();
    for (NodeId id : ids) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("id", id.toString());
      one.put("peer", server.peer(id).isPresent());
      one.put("why", sentence(id, Optional.ofNullable(reasons.get(id))));
      all.add(one);
    }
    return all;
  }

  private Map<String, Object> why(NodeId id) throws Exception {
    Optional<DialReason> reason = Optional.ofNullable(Answers.await(server.dialReasons()).get(id));
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("id", id.toString());
    answer.put("peer", server.peer(id).isPresent());
    answer.put("why", sentence(id, reason));
    List<String> details = new ArrayList<>();
    reason.ifPresent(
        last -> {
          details.add("at " + last.at() + ": " + last.why());
          last.notBefore().ifPresent(next -> details.add("not dialed again before " + next));
        });
    if (Answers.await(server.trustedNodes()).contains(id)) {
      details.add("it is trusted: no limit counts for it");
    }
    if (Answers.await(server.staticNodes()).contains(id)) {
      details.add("it is static: dialed again whenever it is lost");
    }
    Optional<Standing> standing = Answers.await(server.access().standing(id));
    standing.ifPresent(
        known ->
            details.add(
                "score "
                    + known.score()
                    + " of 100 after "
                    + known.reports()
                    + " reports"
                    + (known.lastBad().isEmpty() ? "" : "; last bad one: " + known.lastBad())));
    answer.put("details", details);
    denial(id).ifPresent(denial -> answer.put("denied", shown(denial)));
    standing.ifPresent(known -> answer.put("reputation", shown(known)));
    return answer;
  }

  private String sentence(NodeId id, Optional<DialReason> reason) {
    Optional<Peer> peer = server.peer(id);
    if (peer.isPresent()) {
      return "it is a peer since "
          + peer.get().connectedAt()
          + (peer.get().inbound() ? ": it dialed us" : ": we dialed it");
    }
    if (id.equals(server.id())) {
      return "it is this node itself";
    }
    Optional<Denial> denial = denial(id);
    if (denial.isPresent()) {
      return "it is kept away"
          + denial.get().until().map(at -> " until " + at).orElse("")
          + ": "
          + denial.get().why();
    }
    return reason.map(DialReason::why).orElse("it was not dialed so far, and did not come");
  }

  private Optional<Denial> denial(NodeId id) {
    return server.access().denial(new Subject.Node(id));
  }

  private static Map<String, Object> shown(Denial denial) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("subject", denial.subject().toString());
    denial.until().ifPresent(at -> shown.put("until", at.toString()));
    shown.put("by", denial.origin().name().toLowerCase(Locale.ROOT));
    shown.put("why", denial.why());
    return shown;
  }

  private static Map<String, Object> shown(Standing standing) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("id", standing.id().toString());
    shown.put("score", standing.score());
    shown.put("reports", standing.reports());
    if (!standing.lastBad().isEmpty()) {
      shown.put("lastBad", standing.lastBad());
    }
    shown.put("lastReport", standing.lastReport().toString());
    return shown;
  }

  private static NodeId node(Params params) throws RpcError {
    if (subject(params) instanceof Subject.Node node) {
      return node.id();
    }
    throw RpcError.invalidParams("parameter 0 must be a node: enode or enr URL, id or public key");
  }

  private static Subject subject(Params params) throws RpcError {
    try {
      return Subject.parse(params.text(0));
    } catch (IllegalArgumentException e) {
      throw RpcError.invalidParams(String.valueOf(e.getMessage()));
    }
  }
}
