package io.kadlink.testnet.faults;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.identity.NodeRecord;
import io.kadlink.testnet.NodeProcess;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a node has told of its chain, its record and its node database: once told, it must be there
 * after any kill. Asked again and again by one thread, read by another when that one has ended.
 */
final class Acknowledged {
  private static final int ASK_EVERY_MILLIS = 20;

  private final NodeProcess node;
  private long head;
  private long sequence;
  private Set<String> known = new TreeSet<>();

  Acknowledged(NodeProcess node) {
    this.node = node;
  }

  /** Asks until a call fails, as all do once the node is dead, or the thread is interrupted. */
  void askUntilItDies() {
    try {
      while (true) {
        ask();
        Thread.sleep(ASK_EVERY_MILLIS);
      }
    } catch (IOException e) {
      // killed
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void ask() throws IOException, InterruptedException {
    head = Math.max(head, Long.decode(node.rpc().call("eth_blockNumber").asText()));
    String enr = node.rpc().call("admin_nodeInfo").path("enr").asText();
    sequence = Math.max(sequence, NodeRecord.parse(enr).seq());
    known = nodes(); // shown only once it is committed
  }

  private Set<String> nodes() throws IOException, InterruptedException {
    Set<String> ids = new TreeSet<>();
    for (JsonNode each : node.rpc().call("kadlink_nodes").path("nodes")) {
      ids.add(each.path("id").asText());
    }
    return ids;
  }

  long head() {
    return head;
  }

  /** Compares the node, started again, with what it had told; returns what is missing, in words. */
  String missing() throws IOException, InterruptedException {
    StringBuilder missing = new StringBuilder();
    long start = node.rpc().call("kadlink_status").path("startHead").asLong(-1);
    if (start < head) {
      missing.append("; it began at block ").append(start).append(", after it told ").append(head);
    }
    String enr = node.rpc().call("admin_nodeInfo").path("enr").asText();
    if (NodeRecord.parse(enr).seq() < sequence) {
      missing.append("; its record has a lower sequence number than before");
    }
    Set<String> lost = new TreeSet<>(known);
    lost.removeAll(nodes());
    if (!lost.isEmpty()) {
      missing.append("; ").append(lost.size()).append(" nodes of its database are gone");
    }
    return missing.toString();
  }
}
