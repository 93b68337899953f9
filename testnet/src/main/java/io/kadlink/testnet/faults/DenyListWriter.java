package io.kadlink.testnet.faults;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.testnet.RpcClient;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Changes a node's deny list as fast as it answers, and remembers what it has answered: every
 * address is one writer's own, so between its last answer and a kill at most one change is in
 * doubt. One thread at a time.
 */
final class DenyListWriter {
  /** Past it, the oldest is lifted for each that is added, and the file stays small. */
  private static final int KEPT = 60;

  private final RpcClient rpc;
  private final String network;
  private final Deque<String> denied = new ArrayDeque<>();
  private @Nullable String doubtful;
  private int next;
  private final AtomicLong acknowledged = new AtomicLong();

  /**
   * @param number 0 to 255; each writer of a node has its own
   */
  DenyListWriter(RpcClient rpc, int number) {
    this.rpc = rpc;
    this.network = "203." + number + ".";
  }

  /** Changes until a call fails, as all do once the node is dead, or the thread is interrupted. */
  void changeUntilItDies() {
    try {
      while (true) {
        change();
      }
    } catch (IOException e) {
      // killed
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void change() throws IOException, InterruptedException {
    if (denied.size() < KEPT) {
      String address = network + (next >>> 8 & 0xff) + "." + (next & 0xff);
      next++;
      doubtful = address;
      rpc.call("kadlink_deny", address, 0, "a test");
      denied.add(address);
    } else {
      doubtful = denied.remove();
      rpc.call("kadlink_lift", doubtful);
    }
    doubtful = null;
    acknowledged.incrementAndGet();
  }

  /** Changes that were answered, since the start. Any thread. */
  long acknowledged() {
    return acknowledged.get();
  }

  /** How many of the addresses that must be on the list, or must not, are as they must be. */
  Tally compare(JsonNode list) {
    Set<String> found = new HashSet<>();
    for (JsonNode entry : list) {
      String address = entry.path("subject").asText().replaceFirst("/32$", "");
      if (address.startsWith(network)) {
        found.add(address);
      }
    }
    Set<String> wanted = new HashSet<>(denied);
    String open = doubtful;
    if (open != null) {
      if (found.remove(open)) {
        denied.add(open); // it was written, though not answered
      }
      doubtful = null;
    }
    int missing = (int) wanted.stream().filter(address -> !found.contains(address)).count();
    int surplus = (int) found.stream().filter(address -> !wanted.contains(address)).count();
    return new Tally(wanted.size(), missing, surplus);
  }

  /**
   * What a list is worth.
   *
   * @param wanted addresses that were answered to be on it
   * @param missing of these, not there
   * @param surplus there, though answered to be lifted
   */
  record Tally(int wanted, int missing, int surplus) {
    static final Tally NONE = new Tally(0, 0, 0);

    Tally plus(Tally other) {
      return new Tally(wanted + other.wanted, missing + other.missing, surplus + other.surplus);
    }
  }
}
