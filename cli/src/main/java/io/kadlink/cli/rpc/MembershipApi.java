package io.kadlink.cli.rpc;

import io.kadlink.server.Peer;
import io.kadlink.server.Server;
import io.kadlink.server.membership.AuthorityStatus;
import io.kadlink.server.membership.MembershipException;
import io.kadlink.server.membership.MembershipStatus;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** {@code kadlink_membership} and {@code kadlink_reloadMembership}. */
public final class MembershipApi {
  private static final int ANSWER_SECONDS = 10;

  private final Server server;

  public MembershipApi(Server server) {
    this.server = server;
  }

  public void addTo(RpcMethods methods) {
    methods
        .add("kadlink_membership", params -> shown(await(server.membership())))
        .add("kadlink_reloadMembership", params -> shown(await(server.reloadMembership())));
  }

  private Map<String, Object> shown(MembershipStatus status) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("required", status.required());
    Map<String, Long> peers = new TreeMap<>();
    for (Peer peer : server.peers()) {
      peer.organisation().ifPresent(name -> peers.merge(name, 1L, Long::sum));
    }
    shown.put("authorities", status.authorities().stream().map(MembershipApi::shown).toList());
    shown.put("peers", peers);
    status
        .own()
        .ifPresent(
            own ->
                shown.put(
                    "own",
                    Map.of(
                        "subject", own.subject(),
                        "serial", own.serial(),
                        "expires", own.expires().toString())));
    shown.put("readAt", status.readAt().toString());
    status.failure().ifPresent(why -> shown.put("failure", why));
    return shown;
  }

  private static Map<String, Object> shown(AuthorityStatus authority) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("organisation", authority.organisation());
    shown.put("serial", authority.serial());
    shown.put("expires", authority.expires().toString());
    shown.put("revoked", authority.revoked());
    authority.listIssued().map(Instant::toString).ifPresent(at -> shown.put("crlIssued", at));
    authority.listDue().map(Instant::toString).ifPresent(at -> shown.put("crlDue", at));
    return shown;
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    try {
      return stage.toCompletableFuture().get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof MembershipException unusable) {
        throw RpcError.failed(String.valueOf(unusable.getMessage()));
      }
      throw e;
    }
  }
}
