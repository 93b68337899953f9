package io.kadlink.testnet.faults;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.identity.Enode;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.Server;
import io.kadlink.testnet.NodeProcess;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.tuweni.bytes.Bytes;

/**
 * Nodes that break the protocol, so that one is banned for it: a ban and a reputation that the node
 * makes by itself. All but the newest are lifted in their turn, which writes the reputations of the
 * others at once.
 */
final class Offenders {
  private static final int LIMIT_SECONDS = 20;
  private static final int POLL_MILLIS = 20;
  private static final int KEPT = 3;

  private final NodeProcess node;
  private final Deque<String> banned = new ArrayDeque<>();
  private final Set<String> judged = new HashSet<>();

  Offenders(NodeProcess node) {
    this.node = node;
  }

  /** Speaks {@code eth/68}, but not as one may. */
  private static final class Garbage implements Protocol {
    @Override
    public String name() {
      return "eth";
    }

    @Override
    public int version() {
      return 68;
    }

    @Override
    public int messageCount() {
      return 17;
    }

    @Override
    public void connected(Peer peer) {
      var unused = peer.send(this, 0, Bytes.of(1, 2, 3));
    }

    @Override
    public void message(Peer peer, int code, Bytes payload) {}
  }

  /** One more offends, and is banned when this returns. */
  void offend() throws IOException, InterruptedException {
    try (Server offender =
        Server.builder().listen(false).discovery(false).protocol(new Garbage()).start()) {
      try {
        offender
            .connect(Enode.parse(node.enode()))
            .toCompletableFuture()
            .get(LIMIT_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        // thrown out before it was a peer on both sides
      } catch (TimeoutException e) {
        throw new IOException("an offender did not get in", e);
      }
      String id = offender.id().toString();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
      while (!listed().contains(id)) {
        if (System.nanoTime() > end) {
          throw new IOException("an offender was not banned");
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
      banned.add(id);
    }
    if (banned.size() > KEPT) {
      String lifted = banned.remove();
      judged.remove(lifted);
      node.rpc().call("kadlink_lift", lifted);
      judged.addAll(banned); // written with the list that the lifted one is no more on
    }
  }

  /** Compares the node, started again, with what was before; returns what is missing, in words. */
  String missing() throws IOException, InterruptedException {
    Set<String> lost = new HashSet<>(banned);
    lost.removeAll(listed());
    Set<String> forgotten = new HashSet<>(judged);
    for (JsonNode each : node.rpc().call("kadlink_reputation")) {
      forgotten.remove(each.path("id").asText());
    }
    return (lost.isEmpty() ? "" : "; " + lost.size() + " offenders are banned no more")
        + (forgotten.isEmpty() ? "" : "; " + forgotten.size() + " reputations are gone");
  }

  private Set<String> listed() throws IOException, InterruptedException {
    Set<String> ids = new HashSet<>();
    for (JsonNode entry : node.rpc().call("kadlink_denied")) {
      ids.add(entry.path("subject").asText());
    }
    return ids;
  }
}
