package io.kadlink.testnet.sim.scenario;

import io.kadlink.identity.NodeId;
import io.kadlink.server.Peer;
import io.kadlink.testnet.sim.SimulatedServer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.ToDoubleFunction;

/** Who is whose peer among some servers, at one moment. */
final class PeerGraph {
  /** In a small network there are not so many to dial. */
  private static final double MOST = 0.6;

  private final Map<NodeId, List<Peer>> peers = new LinkedHashMap<>();

  /** As it is now. */
  PeerGraph(List<SimulatedServer> servers) {
    servers.forEach(server -> peers.put(server.id(), server.peers()));
  }

  /** Mean number of peers. */
  double meanPeers() {
    return mean(all -> all.size());
  }

  /** Most peers of any. */
  int mostPeers() {
    return peers.values().stream().mapToInt(List::size).max().orElse(0);
  }

  /**
   * Share of the servers that have dialed so many of their peers, or have most of all others as
   * peers anyway.
   */
  double content(int wanted) {
    double most = MOST * (peers.size() - 1);
    return mean(
        all ->
            all.size() >= most || all.stream().filter(peer -> !peer.inbound()).count() >= wanted
                ? 1
                : 0);
  }

  private double mean(ToDoubleFunction<List<Peer>> figure) {
    return peers.values().stream().mapToDouble(figure).average().orElse(0);
  }

  /** Of all that servers take for peers, the share that do not think so themselves. */
  double oneSided() {
    return share((own, other) -> !sees(other, own));
  }

  /** Of all sessions among these servers, the share between two for which this holds. */
  double share(BiPredicate<NodeId, NodeId> wanted) {
    long all = 0;
    long such = 0;
    for (Map.Entry<NodeId, List<Peer>> entry : peers.entrySet()) {
      for (Peer peer : entry.getValue()) {
        all++;
        if (wanted.test(entry.getKey(), peer.id())) {
          such++;
        }
      }
    }
    return all == 0 ? 0 : (double) such / all;
  }

  private boolean sees(NodeId id, NodeId other) {
    return peers.getOrDefault(id, List.of()).stream().anyMatch(peer -> peer.id().equals(other));
  }

  /** Share of the servers that the largest connected part of the network has. */
  double largestPart() {
    Set<NodeId> left = new HashSet<>(peers.keySet());
    int largest = 0;
    for (NodeId start : peers.keySet()) {
      int size = 0;
      Deque<NodeId> next = new ArrayDeque<>();
      if (left.remove(start)) {
        next.add(start);
      }
      while (!next.isEmpty()) {
        size++;
        for (Peer peer : peers.getOrDefault(next.remove(), List.of())) {
          if (left.remove(peer.id())) {
            next.add(peer.id());
          }
        }
      }
      largest = Math.max(largest, size);
    }
    return peers.isEmpty() ? 0 : (double) largest / peers.size();
  }
}
