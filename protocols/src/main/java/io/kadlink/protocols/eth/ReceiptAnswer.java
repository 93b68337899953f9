package io.kadlink.protocols.eth;

import io.kadlink.protocols.eth.chain.Chain;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.ReceiptCodec;
import io.kadlink.protocols.eth.rlp.RlpSize;
import io.kadlink.protocols.eth.wire.EthLimits;
import io.kadlink.protocols.eth.wire.EthMessage.GetReceipts;
import io.kadlink.protocols.eth.wire.EthMessage.Receipts;
import io.kadlink.protocols.eth.wire.EthVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes32;

/**
 * Answers one question for receipts. Blocks follow each other until the soft limit is reached. A
 * block whose receipts would pass the hard limit ends the answer: before eth/70 without it, since
 * then with as many of its receipts as fit (EIP-7975).
 */
final class ReceiptAnswer {
  /** A list's header is never longer than that of the hard limit. */
  private static final long LIST_HEADER_BYTES = 4;

  private final Chain chain;
  private final EthVersion version;
  private final List<List<Receipt>> lists = new ArrayList<>();
  private long bytes;

  ReceiptAnswer(Chain chain, EthVersion version) {
    this.chain = chain;
    this.version = version;
  }

  Receipts to(GetReceipts request) {
    long skipped = request.firstBlockReceiptIndex();
    for (Bytes32 hash : request.hashes()) {
      if (lists.size() == EthLimits.MAX_RECEIPT_LISTS || bytes >= EthLimits.SOFT_RESPONSE_BYTES) {
        break;
      }
      Optional<List<Receipt>> all = chain.receipts(hash);
      if (all.isEmpty()) {
        break;
      }
      List<Receipt> wanted = after(all.get(), skipped);
      skipped = 0;
      List<Receipt> fitting = fitting(wanted);
      if (fitting.size() < wanted.size()) {
        boolean part = version.has(EthVersion.ETH_70) && !fitting.isEmpty();
        if (part) {
          lists.add(fitting);
        }
        return new Receipts(request.requestId(), part, lists);
      }
      bytes += RlpSize.withHeader(wanted.stream().mapToLong(this::bytes).sum());
      lists.add(wanted);
    }
    return new Receipts(request.requestId(), lists);
  }

  private static List<Receipt> after(List<Receipt> receipts, long skipped) {
    return Long.compareUnsigned(skipped, receipts.size()) >= 0
        ? List.of()
        : receipts.subList((int) skipped, receipts.size());
  }

  /** The first of them, as many as the message still holds. */
  private List<Receipt> fitting(List<Receipt> receipts) {
    long room = Answers.MAX_ITEM_BYTES - bytes - LIST_HEADER_BYTES;
    int count = 0;
    while (count < receipts.size()) {
      room -= bytes(receipts.get(count));
      if (room < 0) {
        break;
      }
      count++;
    }
    return receipts.subList(0, count);
  }

  private long bytes(Receipt receipt) {
    return version.has(EthVersion.ETH_69)
        ? ReceiptCodec.itemBytesWithoutBloom(receipt)
        : ReceiptCodec.itemBytes(receipt);
  }
}
