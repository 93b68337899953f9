package io.kadlink.testnet;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Every node's wallet sends some transfers to the next one's; all must get into the chain, each
 * wallet must have what follows from the chain's transfers, and no wei may come or go but by the
 * base fee that is burned.
 */
final class TransferCheck {
  private static final int TRANSFERS_EACH = 3;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Network network;
  private final Probe probe;
  private final List<String> wallets = new ArrayList<>();
  private final List<String> sent = new ArrayList<>();

  TransferCheck(Network network, Probe probe) {
    this.network = network;
    this.probe = probe;
  }

  void run() throws InterruptedException {
    probe.check("every wallet signs " + TRANSFERS_EACH + " transfers", LIMIT, this::send);
    probe.check("every wallet's transfers are in the chain", LIMIT, this::included);
  }

  void balances() throws InterruptedException {
    probe.check("the balances add up", LIMIT, this::add);
  }

  private Probe.Sight send() throws IOException, InterruptedException {
    if (wallets.isEmpty()) {
      for (NodeProcess node : network.nodes()) {
        wallets.add(node.rpc().call("kadlink_walletAddress").asText().toLowerCase(Locale.ROOT));
      }
    }
    for (int i = sent.size() / TRANSFERS_EACH; i < wallets.size(); i++) {
      String to = wallets.get((i + 1) % wallets.size());
      for (int n = sent.size() % TRANSFERS_EACH; n < TRANSFERS_EACH; n++) {
        String value = Hex.quantity(1_000_000_000L * (i + 1) + n);
        sent.add(network.node(i).rpc().call("kadlink_transfer", to, value).asText());
      }
    }
    return new Probe.Sight(true, sent.size() + " transfers");
  }

  private Probe.Sight included() throws IOException, InterruptedException {
    int found = 0;
    int count = wallets.size();
    for (int i = 0; i < sent.size(); i++) {
      // asked of a node that did not send it
      NodeProcess asked = network.node((i / TRANSFERS_EACH + count / 2) % count);
      JsonNode receipt = asked.rpc().call("eth_getTransactionReceipt", sent.get(i));
      if (receipt.path("status").asText().equals("0x1")) {
        found++;
      }
    }
    return new Probe.Sight(found == sent.size(), found + " of " + sent.size());
  }

  private Probe.Sight add() throws IOException, InterruptedException {
    NodeProcess node = network.node(network.nodes().size() / 2);
    long height = HeadCheck.height(node);
    BigInteger burned = BigInteger.ZERO;
    Set<String> accounts = new LinkedHashSet<>(wallets);
    for (JsonNode account : node.rpc().call("kadlink_genesisAccounts")) {
      accounts.add(account.asText().toLowerCase(Locale.ROOT));
    }
    Map<String, BigInteger> change = new HashMap<>();
    for (long number = 1; number <= height; number++) {
      JsonNode block = node.rpc().call("eth_getBlockByNumber", Hex.quantity(number), true);
      BigInteger baseFee = Hex.big(block.path("baseFeePerGas"));
      burned = burned.add(baseFee.multiply(Hex.big(block.path("gasUsed"))));
      String miner = block.path("miner").asText().toLowerCase(Locale.ROOT);
      accounts.add(miner);
      for (JsonNode transaction : block.path("transactions")) {
        JsonNode receipt =
            node.rpc().call("eth_getTransactionReceipt", transaction.path("hash").asText());
        BigInteger gas = Hex.big(receipt.path("gasUsed"));
        BigInteger price = Hex.big(receipt.path("effectiveGasPrice"));
        BigInteger value = Hex.big(transaction.path("value"));
        String from = transaction.path("from").asText().toLowerCase(Locale.ROOT);
        String to = transaction.path("to").asText().toLowerCase(Locale.ROOT);
        accounts.add(from);
        accounts.add(to);
        change.merge(from, value.add(gas.multiply(price)).negate(), BigInteger::add);
        change.merge(to, value, BigInteger::add);
        change.merge(miner, gas.multiply(price.subtract(baseFee)), BigInteger::add);
      }
    }
    BigInteger before = BigInteger.ZERO;
    BigInteger after = BigInteger.ZERO;
    for (String account : accounts) {
      BigInteger genesis = balance(node, account, 0);
      BigInteger now = balance(node, account, height);
      before = before.add(genesis);
      after = after.add(now);
      BigInteger expected = genesis.add(change.getOrDefault(account, BigInteger.ZERO));
      if (!now.equals(expected)) {
        return new Probe.Sight(
            false, account + " has " + now + " wei at height " + height + ", not " + expected);
      }
    }
    return new Probe.Sight(
        before.equals(after.add(burned)),
        accounts.size() + " accounts at height " + height + ", " + burned + " wei burned");
  }

  private static BigInteger balance(NodeProcess node, String account, long height)
      throws IOException, InterruptedException {
    return Hex.big(node.rpc().call("eth_getBalance", account, Hex.quantity(height)));
  }
}
