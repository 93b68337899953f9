package io.kadlink.cli.rpc;

import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.dev.DevChain;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.tuweni.units.bigints.UInt256;

/** What gas costs, and what it did: {@code eth_gasPrice}, {@code eth_feeHistory} and so on. */
public final class FeeApi {
  /** As geth: more blocks are not looked at. */
  static final int MAX_BLOCKS = 1024;

  /** As geth. */
  static final int MAX_PERCENTILES = 100;

  /** The blocks whose tips tell what is usual. */
  private static final int USUAL_BLOCKS = 20;

  private static final double USUAL_PERCENTILE = 60;

  private final DevChain chain;

  public FeeApi(DevChain chain) {
    this.chain = chain;
  }

  public void addTo(RpcMethods methods) {
    methods
        .add("eth_gasPrice", params -> Quantity.of(chain.nextBaseFee().add(usualTip())))
        .add("eth_maxPriorityFeePerGas", params -> Quantity.of(usualTip()))
        .add("eth_estimateGas", this::estimate)
        .add("eth_feeHistory", this::history);
  }

  /** A transfer takes the same gas on every state; nothing else can be told without an EVM. */
  private String estimate(Params params) throws RpcError {
    OptionalLong gas = chain.gasOf(CallRequest.read(params.object(0)));
    if (gas.isEmpty()) {
      throw RpcError.failed("this takes an EVM, which this node does not have");
    }
    return Quantity.of(gas.getAsLong());
  }

  /** The tip that most of the latest transactions did not exceed; at least 1 wei. */
  private UInt256 usualTip() {
    List<Spent> spent = new ArrayList<>();
    long head = chain.head().number();
    for (long number = head; number > 0 && number > head - USUAL_BLOCKS; number--) {
      chain.header(number).ifPresent(header -> spent.addAll(spent(header)));
    }
    UInt256 tip = percentile(spent, USUAL_PERCENTILE);
    return tip.isZero() ? UInt256.ONE : tip;
  }

  /** Gas that one transaction used, and the tip it paid for each unit. */
  private record Spent(UInt256 tip, long gas) {}

  private List<Spent> spent(BlockHeader header) {
    Optional<List<Receipt>> receipts = chain.receipts(header.hash());
    if (receipts.isEmpty()) {
      return List.of();
    }
    List<Transaction> transactions =
        chain.body(header.hash()).map(body -> body.transactions()).orElse(List.of());
    UInt256 baseFee = header.baseFee().orElse(UInt256.ZERO);
    List<Spent> spent = new ArrayList<>();
    long before = 0;
    for (int i = 0; i < Math.min(transactions.size(), receipts.get().size()); i++) {
      long after = receipts.get().get(i).cumulativeGasUsed();
      UInt256 price = BlockJson.price(transactions.get(i), header);
      spent.add(new Spent(price.subtract(baseFee), after - before));
      before = after;
    }
    return spent;
  }

  /** The tip that so many percent of the gas did not exceed. */
  private static UInt256 percentile(List<Spent> spent, double percent) {
    List<Spent> sorted = new ArrayList<>(spent);
    sorted.sort(Comparator.comparing(Spent::tip));
    long all = sorted.stream().mapToLong(Spent::gas).sum();
    long wanted = (long) (all * percent / 100);
    long sum = 0;
    for (Spent each : sorted) {
      sum += each.gas();
      if (sum >= wanted) {
        return each.tip();
      }
    }
    return UInt256.ZERO;
  }

  private Map<String, Object> history(Params params) throws RpcError {
    int wanted = params.count(0, 1, Integer.MAX_VALUE);
    BlockHeader head = chain.head();
    long newest = params.blockNumber(1).orElse(head.number());
    if (newest > head.number()) {
      throw RpcError.failed("block " + newest + " is beyond the head, block " + head.number());
    }
    List<Double> percentiles = params.percentiles(2, MAX_PERCENTILES);
    long count = Math.min(Math.min(wanted, MAX_BLOCKS), newest + 1);
    List<String> baseFees = new ArrayList<>();
    List<Double> fullness = new ArrayList<>();
    List<List<String>> rewards = new ArrayList<>();
    for (long number = newest - count + 1; number <= newest; number++) {
      BlockHeader header = header(number);
      baseFees.add(Quantity.of(header.baseFee().orElse(UInt256.ZERO)));
      fullness.add((double) header.gasUsed() / header.gasLimit());
      if (!percentiles.isEmpty()) {
        List<Spent> spent = spent(header);
        rewards.add(
            percentiles.stream().map(each -> Quantity.of(percentile(spent, each))).toList());
      }
    }
    baseFees.add(
        Quantity.of(
            newest == head.number()
                ? chain.nextBaseFee()
                : header(newest + 1).baseFee().orElse(UInt256.ZERO)));
    Map<String, Object> history = new LinkedHashMap<>();
    history.put("oldestBlock", Quantity.of(newest - count + 1));
    if (!percentiles.isEmpty()) {
      history.put("reward", rewards);
    }
    history.put("baseFeePerGas", baseFees);
    history.put("gasUsedRatio", fullness);
    return history;
  }

  private BlockHeader header(long number) throws RpcError {
    return chain
        .header(number)
        .orElseThrow(() -> RpcError.failed("block " + number + " is not here any more"));
  }
}
