package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.dev.BlockJudge.Judgement;
import io.kadlink.protocols.eth.dev.ChainStore.Standing;
import io.kadlink.protocols.eth.dev.DevChain.Head;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.tuweni.bytes.Bytes32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts blocks into the store and keeps the canonical chain. Lives on the import thread; nothing is
 * written to disk before the queue commits.
 */
final class BlockImporter {
  private static final Logger LOG = LoggerFactory.getLogger(BlockImporter.class);

  private final ChainStore store;
  private final BlockJudge judge;
  private final StateReplay replay;
  private final MissingReceipts missing;
  private Head head;
  private Head committed;
  private boolean saidUnchecked;

  /** From the first choice of a consensus layer on, a longer chain alone changes nothing. */
  private boolean chosen;

  private final List<Block> newHeads = new ArrayList<>();
  private final List<Transaction> returned = new ArrayList<>();

  BlockImporter(ChainStore store, BlockJudge judge, MissingReceipts missing, Head head) {
    this.store = store;
    this.missing = missing;
    this.judge = judge;
    this.replay = new StateReplay(store, judge);
    this.head = head;
    this.committed = head;
  }

  /**
   * Adds a block.
   *
   * @param bodyFault what was found wrong with the body; asked for at most once
   * @throws StateGoneException when the state it needs is kept no more; nothing has changed
   */
  ImportResult add(Block block, Supplier<Optional<String>> bodyFault) {
    BlockHeader header = block.header();
    if (store.contains(header.hash())) {
      return new ImportResult.Known();
    }
    Optional<BlockHeader> parent = store.header(header.parentHash());
    Optional<Standing> before = store.standing(header.parentHash());
    if (parent.isEmpty() || before.isEmpty()) {
      return new ImportResult.UnknownParent();
    }
    if (before.get().stateChecked()) {
      Optional<String> gone = replay.ensure(parent.get());
      if (gone.isPresent()) {
        LOG.info("block {} leaves the chain too far below its head: {}", header, gone.get());
        throw new StateGoneException(gone.get());
      }
    }
    return switch (judge.judge(block, parent.get(), before.get().stateChecked(), bodyFault)) {
      case Judgement.Invalid invalid -> {
        LOG.debug("block {} is invalid: {}", header, invalid.reason());
        yield new ImportResult.Invalid(invalid.reason());
      }
      case Judgement.Valid valid -> {
        store.states().add(header.hash(), header.parentHash(), header.number(), valid.newNodes());
        yield put(block, Optional.of(valid.receipts()), standing(block, before.get(), true));
      }
      case Judgement.Unchecked unchecked -> {
        if (!saidUnchecked) {
          saidUnchecked = true;
          LOG.info(
              "from block {} on the state is not checked, only headers and bodies: {}",
              header,
              unchecked.reason());
        }
        Optional<List<Receipt>> none =
            block.body().transactions().isEmpty() ? Optional.of(List.of()) : Optional.empty();
        yield put(block, none, standing(block, before.get(), false));
      }
    };
  }

  private static Standing standing(Block block, Standing parent, boolean stateChecked) {
    return new Standing(parent.totalDifficulty().add(block.header().difficulty()), stateChecked);
  }

  private ImportResult put(Block block, Optional<List<Receipt>> receipts, Standing standing) {
    store.put(block, receipts, standing);
    Head candidate = new Head(block.header(), standing);
    boolean better =
        chosen ? block.header().parentHash().equals(head.header().hash()) : isBetter(candidate);
    if (better) {
      makeHead(block, candidate);
    }
    return new ImportResult.Imported(better, standing.stateChecked());
  }

  /** Keeps receipts that belong to a block; says whether the block is here. */
  boolean keep(Bytes32 hash, List<Receipt> receipts) {
    Optional<BlockHeader> header = store.header(hash);
    if (header.isPresent() && !store.hasReceipts(hash)) {
      store.putReceipts(header.get(), receipts);
      missing.look(head.header().number());
    }
    return header.isPresent();
  }

  private boolean isBetter(Head candidate) {
    int byDifficulty =
        candidate.standing().totalDifficulty().compareTo(head.standing().totalDifficulty());
    return byDifficulty != 0
        ? byDifficulty > 0
        : Long.compareUnsigned(candidate.header().number(), head.header().number()) > 0;
  }

  /** Makes the chosen block the head, unless it is canonical already. */
  ForkChoice.Outcome choose(ForkChoice choice) {
    Optional<BlockHeader> header = store.header(choice.head());
    if (header.isEmpty()) {
      return new ForkChoice.Outcome.UnknownHead();
    }
    for (Bytes32 ancestor : List.of(choice.safe(), choice.finalized())) {
      if (!ancestor.isZero() && !isAncestor(ancestor, header.get())) {
        return new ForkChoice.Outcome.Inconsistent(
            "block " + ancestor + " is no ancestor of the head " + header.get());
      }
    }
    Standing standing = store.standing(choice.head()).orElseThrow();
    if (standing.stateChecked() && !isCanonical(header.get())) {
      Optional<String> gone = replay.ensure(header.get());
      if (gone.isPresent()) {
        return new ForkChoice.Outcome.Inconsistent(gone.get());
      }
    }
    chosen = true;
    if (!isCanonical(header.get())) {
      Block block = new Block(header.get(), store.body(choice.head()).orElseThrow());
      makeHead(block, new Head(header.get(), standing));
    }
    return new ForkChoice.Outcome.Followed(header.get(), standing.stateChecked());
  }

  private boolean isAncestor(Bytes32 hash, BlockHeader of) {
    Optional<BlockHeader> ancestor = store.header(hash);
    BlockHeader each = of;
    while (ancestor.isPresent() && each.number() > ancestor.get().number() && !isCanonical(each)) {
      each = stored(each.parentHash());
    }
    return ancestor.isPresent()
        && (each.equals(ancestor.get())
            || (each.number() > ancestor.get().number() && isCanonical(ancestor.get())));
  }

  private boolean isCanonical(BlockHeader header) {
    return header.number() <= head.header().number()
        && store.canonicalHash(header.number()).equals(Optional.of(header.hash()));
  }

  private void makeHead(Block block, Head candidate) {
    if (!block.header().parentHash().equals(head.header().hash())) {
      reorganise(block.header());
    }
    store.putCanonical(block);
    store.putHead(block.header().hash());
    head = candidate;
    missing.look(block.header().number());
    newHeads.add(block);
  }

  /** Makes the ancestors of {@code header} canonical in place of those of the head. */
  private void reorganise(BlockHeader header) {
    List<Block> added = new ArrayList<>();
    BlockHeader ancestor = stored(header.parentHash());
    while (!isCanonical(ancestor)) {
      added.add(new Block(ancestor, store.body(ancestor.hash()).orElseThrow()));
      ancestor = stored(ancestor.parentHash());
    }
    List<Block> removed = new ArrayList<>();
    for (BlockHeader old = head.header();
        old.number() != ancestor.number();
        old = stored(old.parentHash())) {
      removed.add(new Block(old, store.body(old.hash()).orElseThrow()));
    }
    LOG.info(
        "reorganisation at block {}: {} blocks give way to {}",
        ancestor,
        removed.size(),
        added.size() + 1);
    removed.forEach(store::removeCanonical);
    missing.replacedAfter(ancestor.number());
    for (Block block : added.reversed()) {
      store.putCanonical(block);
    }
    Set<Bytes32> kept = new HashSet<>();
    added.forEach(block -> block.body().transactions().forEach(tx -> kept.add(tx.hash())));
    for (Block block : removed.reversed()) {
      block.body().transactions().stream()
          .filter(transaction -> !kept.contains(transaction.hash()))
          .forEach(returned::add);
    }
  }

  private BlockHeader stored(Bytes32 hash) {
    return store
        .header(hash)
        .orElseThrow(() -> new IllegalStateException("block " + hash + " is not in the store"));
  }

  /** Bytes added since the last commit. */
  long uncommittedBytes() {
    return store.uncommittedBytes();
  }

  /** Writes what has been added since the last time. */
  void commit(CommitListener listener) {
    missing.write();
    store.commit(head.header());
    committed = head;
    List<Block> heads = List.copyOf(newHeads);
    List<Transaction> back = List.copyOf(returned);
    newHeads.clear();
    returned.clear();
    listener.committed(head, heads, back);
  }

  /** Forgets what has been added since the last commit. */
  void rollback() {
    head = committed;
    newHeads.clear();
    returned.clear();
    store.rollback();
    missing.rollback();
  }

  /** A block can't be judged because a state is kept no more, which is nobody's fault. */
  static final class StateGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StateGoneException(String reason) {
      super(reason);
    }
  }

  /** Hears of each commit, on the import thread. */
  interface CommitListener {
    /**
     * Something was committed.
     *
     * @param newHeads each block that was the head for a while, in order
     * @param returned transactions of blocks that are canonical no more
     */
    void committed(Head head, List<Block> newHeads, List<Transaction> returned);
  }
}
