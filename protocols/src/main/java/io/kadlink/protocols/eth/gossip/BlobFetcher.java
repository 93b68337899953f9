package io.kadlink.protocols.eth.gossip;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.protocols.eth.chain.BlobSidecar;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.Kzg;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.TransactionPool;
import io.kadlink.protocols.eth.chain.TransactionPool.Verdict;
import io.kadlink.protocols.eth.peer.CellOrder;
import io.kadlink.protocols.eth.peer.EthMetrics;
import io.kadlink.protocols.eth.peer.EthPeer;
import io.kadlink.protocols.eth.peer.OffLoop;
import io.kadlink.protocols.eth.wire.EthMessage.Cells;
import io.kadlink.protocols.eth.wire.EthMessage.PooledTransactions;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.reputation.Behaviour;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings fetched blob transactions into the pool. One from a peer of eth/68 to eth/71 is whole; one
 * from eth/72 comes without blobs, whose cells are asked of all who announced to have them (caps/
 * eth.md §Blob Transaction and Cell Exchange), always as many as it takes to have the whole blobs:
 * the probability {@code p} of the specification is 1 here.
 *
 * <p>Cells are held against the proofs that came with the body. When they don't fit and both came
 * from different peers, either may have lied: proofs, other than commitments, are not in the
 * transaction's hash. Then whoever sent the cells is asked for its body, too. As there is one true
 * proof for a cell, cells that fit their sender's proofs show the first body to be wrong, and cells
 * that don't are wrong themselves.
 */
final class BlobFetcher {
  private static final Logger log = LoggerFactory.getLogger(BlobFetcher.class);

  /** How long the cells of one transaction may take; others want the slot. */
  static final Duration TIME_LIMIT = Duration.ofSeconds(30);

  private final TransactionPool pool;
  private final Supplier<Optional<Kzg>> kzg;
  private final OffLoop offLoop;
  private final Loop loop;
  private final RandomGenerator random;
  private final EthMetrics metrics;
  private final RefusedTransactions refused;
  private final Sources sources;
  private final Map<Bytes32, BlobAssembly> assemblies = new LinkedHashMap<>();

  /** Who has a transaction, and what becomes of it. */
  interface Sources extends TransactionIntake.Listener {
    /** What each peer said of a transaction. */
    Map<EthPeer, Claim> claims(Bytes32 hash);

    /** This peer is not to be asked for it again. */
    void withdraw(EthPeer peer, Bytes32 hash);
  }

  BlobFetcher(
      TransactionPool pool,
      Supplier<Optional<Kzg>> kzg,
      OffLoop offLoop,
      Loop loop,
      RandomGenerator random,
      EthMetrics metrics,
      RefusedTransactions refused,
      Sources sources) {
    this.pool = pool;
    this.kzg = kzg;
    this.offLoop = offLoop;
    this.loop = loop;
    this.random = random;
    this.metrics = metrics;
    this.refused = refused;
    this.sources = sources;
  }

  /** In what a blob transaction is not one that a peer of this version may send. */
  static Optional<String> breach(EthVersion version, PooledTransaction pooled) {
    Optional<String> flaw = pooled.flaw();
    if (flaw.isPresent() || pooled.sidecar().isEmpty()) {
      return flaw.map(what -> "blob transaction " + pooled.hash() + ": " + what);
    }
    boolean blobs = !pooled.sidecar().get().blobs().isEmpty();
    return blobs == !version.has(EthVersion.ETH_72)
        ? Optional.empty()
        : Optional.of(
            "blob transaction " + pooled.hash() + (blobs ? " with" : " without") + " blobs");
  }

  /** It has come, with what belongs to it in the version of {@code from}. */
  void delivered(EthPeer from, PooledTransaction pooled) {
    if (!from.version().has(EthVersion.ETH_72)) {
      offLoop.run(
          () -> pool.add(pooled),
          new Verdict.Refused("failure", false),
          verdict -> judged(from, pooled.hash(), verdict));
    } else if (pooled.sidecar().orElseThrow().form() == BlobSidecar.Form.CELL_PROOFS) {
      BlobAssembly assembly = new BlobAssembly(from, pooled);
      assemblies.put(pooled.hash(), assembly);
      loop.schedule(TIME_LIMIT, () -> giveUp(assembly, "timeout"));
      advance(assembly);
    } else {
      // Cells can't be verified by the proofs of whole blobs.
      metrics.blobs("no_cell_proofs");
      sources.withdraw(from, pooled.hash());
      sources.lost(pooled.hash());
    }
  }

  /** Another peer has it. */
  void announced(Bytes32 hash) {
    BlobAssembly assembly = assemblies.get(hash);
    if (assembly != null) {
      advance(assembly);
    }
  }

  private boolean isOver(BlobAssembly assembly) {
    return assemblies.get(assembly.hash()) != assembly;
  }

  private void advance(BlobAssembly assembly) {
    if (isOver(assembly)) {
      return;
    }
    if (assembly.isComplete()) {
      complete(assembly);
      return;
    }
    Map<EthPeer, CellMask> plan = assembly.plan(sourcesOf(assembly.hash()));
    plan.forEach(
        (peer, mask) -> {
          assembly.ask(peer, mask);
          peer.requestCells(
              List.of(assembly.hash()), mask, answer -> answered(assembly, peer, mask, answer));
        });
    if (!assembly.isAsking()) {
      giveUp(assembly, "no_cells");
    }
  }

  private Map<EthPeer, CellMask> sourcesOf(Bytes32 hash) {
    List<Map.Entry<EthPeer, Claim>> claims = new ArrayList<>(sources.claims(hash).entrySet());
    Collections.shuffle(claims, random);
    Map<EthPeer, CellMask> found = new LinkedHashMap<>();
    for (Map.Entry<EthPeer, Claim> claim : claims) {
      if (claim.getKey().version().has(EthVersion.ETH_72)) {
        found.put(claim.getKey(), claim.getValue().cells());
      }
    }
    return found;
  }

  private void answered(
      BlobAssembly assembly, EthPeer peer, CellMask asked, Optional<Cells> answer) {
    if (isOver(assembly)) {
      return;
    }
    if (answer.isEmpty() || answer.get().transactions().isEmpty()) {
      answer.ifPresent(empty -> peer.report(Behaviour.MINOR_FAULT, "gave no cells"));
      leave(assembly, peer);
      return;
    }
    CellMask mask = answer.get().cells();
    List<Bytes> cells = answer.get().transactions().getFirst().cells();
    if (cells.size() != mask.count() * assembly.blobs()) {
      peer.drop(
          DisconnectReason.PROTOCOL_BREACH,
          "Cells: " + cells.size() + " at " + mask.count() + " indices of " + assembly.blobs());
      leave(assembly, peer);
      return;
    }
    if (!mask.equals(asked)) {
      assembly.exhausted(peer);
    }
    if (cells.isEmpty()) {
      leave(assembly, peer);
      return;
    }
    verify(
        assembly,
        peer,
        assembly.sidecar(),
        mask,
        cells,
        verified -> {
          if (verified.isPresent()) {
            peer.succeeded();
            assembly.answered(peer);
            assembly.add(mask, verified.get());
            advance(assembly);
          } else if (peer == assembly.bodyFrom()) {
            lied(assembly, peer, "Cells: not those of " + assembly.hash());
          } else {
            dispute(assembly, peer, mask, cells);
          }
        });
  }

  /** This peer gives no more of it. */
  private void leave(BlobAssembly assembly, EthPeer peer) {
    assembly.answered(peer);
    assembly.exhausted(peer);
    advance(assembly);
  }

  /**
   * What came of holding cells against proofs.
   *
   * @param done whether that could be done here
   * @param order in which the cells are right, if they are
   */
  private record Check(boolean done, Optional<CellOrder> order) {}

  /** Hands on the cells by index; nothing when they are wrong in any order. */
  private void verify(
      BlobAssembly assembly,
      EthPeer peer,
      BlobSidecar sidecar,
      CellMask mask,
      List<Bytes> cells,
      Consumer<Optional<List<Bytes>>> then) {
    CellOrder likely = peer.cellOrder();
    offLoop.run(
        () -> new Check(true, order(likely, sidecar, mask, cells)),
        new Check(false, Optional.empty()),
        check -> {
          if (isOver(assembly)) {
            return;
          }
          if (!check.done()) {
            giveUp(assembly, "failure");
            return;
          }
          check.order().ifPresent(peer::setCellOrder);
          then.accept(check.order().map(found -> found.byIndex(cells, assembly.blobs())));
        });
  }

  private Optional<CellOrder> order(
      CellOrder likely, BlobSidecar sidecar, CellMask mask, List<Bytes> cells) {
    Kzg library = kzg.get().orElseThrow();
    int blobs = sidecar.commitments().size();
    if (library.verifyCells(sidecar, mask, likely.byIndex(cells, blobs))) {
      return Optional.of(likely);
    }
    return blobs > 1
            && mask.count() > 1
            && library.verifyCells(sidecar, mask, likely.other().byIndex(cells, blobs))
        ? Optional.of(likely.other())
        : Optional.empty();
  }

  /** Cells of one peer don't fit the proofs of another. */
  private void dispute(BlobAssembly assembly, EthPeer peer, CellMask mask, List<Bytes> cells) {
    metrics.blobs("disputed");
    peer.requestTransactions(
        List.of(assembly.hash()),
        answer -> {
          if (!isOver(assembly)) {
            disputed(assembly, peer, mask, cells, answer);
          }
        });
  }

  private void disputed(
      BlobAssembly assembly,
      EthPeer peer,
      CellMask mask,
      List<Bytes> cells,
      Optional<PooledTransactions> answer) {
    Optional<PooledTransaction> body =
        answer.flatMap(found -> found.transactions().stream().findFirst());
    if (body.isEmpty()) {
      leave(assembly, peer);
      return;
    }
    if (!body.get().hash().equals(assembly.hash())
        || breach(peer.version(), body.get()).isPresent()) {
      peer.drop(DisconnectReason.PROTOCOL_BREACH, "PooledTransactions: not " + assembly.hash());
      leave(assembly, peer);
      return;
    }
    verify(
        assembly,
        peer,
        body.get().sidecar().orElseThrow(),
        mask,
        cells,
        verified -> {
          if (verified.isEmpty()) {
            peer.drop(DisconnectReason.PROTOCOL_BREACH, "Cells: not those of " + assembly.hash());
            leave(assembly, peer);
            return;
          }
          EthPeer liar = assembly.bodyFrom();
          liar.drop(DisconnectReason.PROTOCOL_BREACH, "wrong proofs of " + assembly.hash());
          sources.withdraw(liar, assembly.hash());
          assembly.replaceBody(peer, body.get());
          assembly.answered(peer);
          assembly.add(mask, verified.get());
          advance(assembly);
        });
  }

  private void complete(BlobAssembly assembly) {
    assemblies.remove(assembly.hash());
    BlobAssembly.Parts parts = assembly.parts();
    offLoop.run(
        () ->
            BlobAssembly.recover(kzg.get().orElseThrow(), parts)
                .map(pool::add)
                .orElse(new Verdict.Refused("its cells don't fit together", true)),
        new Verdict.Refused("failure", false),
        verdict -> judged(assembly.bodyFrom(), assembly.hash(), verdict));
  }

  /** Whoever sent the sidecar answers for it: all else has been verified. */
  private void judged(EthPeer from, Bytes32 hash, Verdict verdict) {
    switch (verdict) {
      case Verdict.Accepted accepted -> {
        metrics.transaction("accepted");
        metrics.blobs("fetched");
        sources.settled(hash);
      }
      case Verdict.Known known -> {
        metrics.transaction("known");
        sources.settled(hash);
      }
      case Verdict.Refused no -> {
        metrics.transaction("refused");
        log.debug("{}: blob transaction {} refused: {}", from, hash, no.reason());
        if (no.peerAtFault()) {
          from.drop(
              DisconnectReason.PROTOCOL_BREACH, "blob transaction " + hash + ": " + no.reason());
          sources.withdraw(from, hash);
          sources.lost(hash);
        } else {
          refused.add(hash);
          sources.settled(hash);
        }
      }
    }
  }

  private void lied(BlobAssembly assembly, EthPeer peer, String what) {
    peer.drop(DisconnectReason.PROTOCOL_BREACH, what);
    giveUp(assembly, "wrong");
  }

  private void giveUp(BlobAssembly assembly, String why) {
    if (assemblies.remove(assembly.hash(), assembly)) {
      metrics.blobs(why);
      log.debug("{} is given up: {}", assembly.hash(), why);
      sources.withdraw(assembly.bodyFrom(), assembly.hash());
      assembly.exhausted().forEach(peer -> sources.withdraw(peer, assembly.hash()));
      sources.lost(assembly.hash());
    }
  }
}
