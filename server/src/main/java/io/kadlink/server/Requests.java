package io.kadlink.server;

import io.kadlink.identity.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Who waits for a session with which node. Confined to the server's loop. */
final class Requests {
  private final Map<NodeId, List<CompletableFuture<Peer>>> waiting = new HashMap<>();

  void add(NodeId id, CompletableFuture<Peer> answer) {
    waiting.computeIfAbsent(id, key -> new ArrayList<>()).add(answer);
  }

  boolean contains(NodeId id) {
    return waiting.containsKey(id);
  }

  void complete(Session session) {
    List<CompletableFuture<Peer>> all = waiting.remove(session.id());
    if (all != null) {
      all.forEach(answer -> answer.complete(session));
    }
  }

  void fail(NodeId id, String message, @Nullable Throwable cause) {
    List<CompletableFuture<Peer>> all = waiting.remove(id);
    if (all != null) {
      DialException failure =
          cause == null ? new DialException(message) : new DialException(message, cause);
      all.forEach(answer -> answer.completeExceptionally(failure));
    }
  }

  void failAll(String message) {
    List.copyOf(waiting.keySet()).forEach(id -> fail(id, message, null));
  }
}
