package io.kadlink.protocols.eth.gossip;

import io.kadlink.protocols.eth.chain.BlobSidecar;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.Kzg;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.peer.EthPeer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/**
 * A blob transaction that has come without its blobs (eth/72), and the cells that have been
 * verified so far. The first half of the cells is the blob itself, so those are taken first.
 * Confined to the protocol's loop.
 */
final class BlobAssembly {
  private PooledTransaction body;
  private EthPeer bodyFrom;
  private final Map<Integer, List<Bytes>> cells = new TreeMap<>();
  private final Map<EthPeer, CellMask> asked = new LinkedHashMap<>();
  private final Set<EthPeer> exhausted = new LinkedHashSet<>();

  BlobAssembly(EthPeer bodyFrom, PooledTransaction body) {
    this.bodyFrom = bodyFrom;
    this.body = body;
  }

  Bytes32 hash() {
    return body.hash();
  }

  EthPeer bodyFrom() {
    return bodyFrom;
  }

  /** What its cells are held against. */
  BlobSidecar sidecar() {
    return body.sidecar().orElseThrow();
  }

  int blobs() {
    return sidecar().commitments().size();
  }

  /** Another peer's commitments and proofs have shown to be the true ones. */
  void replaceBody(EthPeer from, PooledTransaction body) {
    this.bodyFrom = from;
    this.body = body;
  }

  /**
   * Whom to ask for which cells now, spread evenly.
   *
   * @param sources who has which cells
   */
  Map<EthPeer, CellMask> plan(Map<EthPeer, CellMask> sources) {
    Map<EthPeer, CellMask> plan = new LinkedHashMap<>();
    List<EthPeer> free = new ArrayList<>();
    for (EthPeer peer : sources.keySet()) {
      if (!asked.containsKey(peer) && !exhausted.contains(peer) && !peer.isOver()) {
        free.add(peer);
      }
    }
    Set<Integer> covered = new HashSet<>(cells.keySet());
    asked.values().forEach(mask -> covered.addAll(mask.indices()));
    int missing = Kzg.CELLS_TO_RECOVER - covered.size();
    for (int i = 0; i < free.size() && missing > 0; i++) {
      int share = Math.ceilDiv(missing, free.size() - i);
      List<Integer> offered =
          sources.getOrDefault(free.get(i), CellMask.NONE).indices().stream()
              .filter(index -> !covered.contains(index))
              .limit(share)
              .toList();
      if (!offered.isEmpty()) {
        covered.addAll(offered);
        missing -= offered.size();
        plan.put(free.get(i), CellMask.of(offered.stream().mapToInt(Integer::intValue).toArray()));
      }
    }
    return plan;
  }

  void ask(EthPeer peer, CellMask mask) {
    asked.put(peer, mask);
  }

  /** The answer has come, or will not, or has been looked at. */
  void answered(EthPeer peer) {
    asked.remove(peer);
  }

  /** It did not give all it was asked for: the rest is asked of others. */
  void exhausted(EthPeer peer) {
    exhausted.add(peer);
  }

  /** Those who did not. */
  Set<EthPeer> exhausted() {
    return exhausted;
  }

  boolean isAsking() {
    return !asked.isEmpty();
  }

  /** Cells by index that have been verified. */
  void add(CellMask mask, List<Bytes> verified) {
    int position = 0;
    for (int index : mask.indices()) {
      cells.put(index, List.copyOf(verified.subList(position, position + blobs())));
      position += blobs();
    }
  }

  boolean isComplete() {
    return cells.size() >= Kzg.CELLS_TO_RECOVER;
  }

  /** The whole transaction; empty when the cells don't fit together. To be called off the loop. */
  static Optional<PooledTransaction> recover(Kzg kzg, Parts parts) {
    return kzg.recover(parts.mask(), parts.cells())
        .map(
            blobs ->
                new PooledTransaction(
                    parts.body().transaction(),
                    parts
                        .body()
                        .sidecar()
                        .map(
                            sidecar ->
                                new BlobSidecar(
                                    sidecar.form(),
                                    blobs,
                                    sidecar.commitments(),
                                    sidecar.proofs()))));
  }

  /** What a whole transaction is made of. */
  record Parts(PooledTransaction body, CellMask mask, List<Bytes> cells) {}

  Parts parts() {
    return new Parts(
        body,
        CellMask.of(cells.keySet().stream().mapToInt(Integer::intValue).toArray()),
        cells.values().stream().flatMap(List::stream).toList());
  }
}
