package io.kadlink.protocols.eth.peer;

import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.BlockRoots;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.wire.EthMessage.GetReceipts;
import io.kadlink.protocols.eth.wire.EthMessage.Receipts;
import io.kadlink.rlpx.wire.DisconnectReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes32;
import org.jspecify.annotations.Nullable;

/**
 * Receipts of some blocks from one peer, put together where those of a block come in several
 * answers (EIP-7975). A whole block's are checked against its header. What is not whole yet can't
 * be, so it is held against what the block's gas can have paid for: that bounds what a peer can
 * make us keep, and as each answer must bring some, how often it is asked.
 */
final class ReceiptRequest {
  /** What any transaction costs (EIP-2). */
  static final long TRANSACTION_GAS = 21_000;

  /** What a byte of log data costs. */
  static final long LOG_BYTE_GAS = 8;

  private final EthPeer peer;
  private final List<BlockHeader> blocks;
  private final Consumer<Optional<List<List<Receipt>>>> then;
  private final List<List<Receipt>> complete = new ArrayList<>();

  /** Of the block after those that are complete. */
  private List<Receipt> part = new ArrayList<>();

  ReceiptRequest(
      EthPeer peer, List<BlockHeader> blocks, Consumer<Optional<List<List<Receipt>>>> then) {
    this.peer = peer;
    this.blocks = List.copyOf(blocks);
    this.then = then;
  }

  void ask() {
    List<Bytes32> open =
        blocks.subList(complete.size(), blocks.size()).stream().map(BlockHeader::hash).toList();
    peer.ask(
        id -> new GetReceipts(id, part.size(), open), Receipts.class, open.size(), this::answered);
  }

  private void answered(Optional<Receipts> answer) {
    if (answer.isEmpty()) {
      then.accept(Optional.empty());
      return;
    }
    String flaw = take(answer.get());
    if (flaw != null) {
      peer.drop(DisconnectReason.PROTOCOL_BREACH, "Receipts: " + flaw);
      then.accept(Optional.empty());
    } else if (answer.get().lastBlockIncomplete()) {
      ask();
    } else {
      then.accept(Optional.of(List.copyOf(complete)));
    }
  }

  /** What is wrong with it. */
  private @Nullable String take(Receipts answer) {
    List<List<Receipt>> lists = answer.receipts();
    if (lists.isEmpty()) {
      return answer.lastBlockIncomplete() ? "of no block, and yet incomplete" : null;
    }
    for (int i = 0; i < lists.size(); i++) {
      BlockHeader block = blocks.get(complete.size());
      part.addAll(lists.get(i));
      if (i == lists.size() - 1 && answer.lastBlockIncomplete()) {
        return lists.get(i).isEmpty()
            ? "none of block " + block + ", and yet a part"
            : excess(block);
      }
      if (!BlockRoots.receiptsRoot(part).equals(block.receiptsRoot())) {
        return "not those of block " + block;
      }
      complete.add(List.copyOf(part));
      part = new ArrayList<>();
    }
    return null;
  }

  /** Why the block's gas did not pay for what is there of its receipts. */
  private @Nullable String excess(BlockHeader block) {
    if (part.size() > Long.divideUnsigned(block.gasUsed(), TRANSACTION_GAS)) {
      return part.size() + " of block " + block + ", more than its gas pays for";
    }
    long logBytes = 0;
    for (Receipt receipt : part) {
      for (Receipt.Log log : receipt.logs()) {
        logBytes += log.data().size();
      }
    }
    return logBytes > Long.divideUnsigned(block.gasUsed(), LOG_BYTE_GAS)
        ? logBytes + " bytes of logs of block " + block + ", more than its gas pays for"
        : null;
  }
}
