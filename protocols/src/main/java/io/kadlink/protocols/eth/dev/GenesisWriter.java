package io.kadlink.protocols.eth.dev;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kadlink.protocols.eth.rules.BlobParameters;
import io.kadlink.protocols.eth.rules.ChainConfig;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.units.bigints.UInt256;

/** Writes genesis files in geth's format. */
final class GenesisWriter {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** What geth wants to be told even where it is what the EIPs say. */
  private static final Map<String, BlobParameters> BLOB_SCHEDULE =
      Map.of("cancun", BlobParameters.CANCUN, "prague", BlobParameters.PRAGUE);

  private GenesisWriter() {}

  /** The JSON text; {@link GenesisFile#parse} gives the same genesis back. */
  static String write(Genesis genesis) {
    ObjectNode root = JSON.createObjectNode();
    writeConfig(root.putObject("config"), genesis.config());
    root.put("nonce", hex(genesis.nonce()));
    root.put("timestamp", hex(genesis.timestamp()));
    root.put("extraData", genesis.extraData().toHexString());
    root.put("gasLimit", hex(genesis.gasLimit()));
    root.put("difficulty", hex(genesis.difficulty()));
    root.put("mixHash", genesis.mixHash().toHexString());
    root.put("coinbase", genesis.coinbase().toHexString());
    root.put("number", hex(genesis.number()));
    root.put("gasUsed", hex(genesis.gasUsed()));
    root.put("parentHash", genesis.parentHash().toHexString());
    genesis.baseFee().ifPresent(fee -> root.put("baseFeePerGas", hex(fee)));
    genesis.excessBlobGas().ifPresent(gas -> root.put("excessBlobGas", hex(gas)));
    genesis.blobGasUsed().ifPresent(gas -> root.put("blobGasUsed", hex(gas)));
    ObjectNode alloc = root.putObject("alloc");
    new TreeMap<>(genesis.alloc())
        .forEach((address, account) -> writeAccount(alloc, address, account));
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e); // a tree of text and numbers can always be written
    }
  }

  private static void writeConfig(ObjectNode config, ChainConfig from) {
    config.put("chainId", from.chainId());
    from.forkBlocks().forEach((fork, number) -> config.put(fork, number));
    from.forkTimes().forEach((fork, time) -> config.put(fork, time));
    from.terminalTotalDifficulty()
        .ifPresent(
            difficulty -> config.put("terminalTotalDifficulty", difficulty.toUnsignedBigInteger()));
    if (from.forkTimes().containsKey("cancunTime")) {
      ObjectNode schedule = config.putObject("blobSchedule");
      SortedMap<String, BlobParameters> all = new TreeMap<>(BLOB_SCHEDULE);
      all.keySet().removeIf(fork -> !from.forkTimes().containsKey(fork + "Time"));
      all.putAll(from.blobSchedule());
      all.forEach(
          (fork, blobs) ->
              schedule
                  .putObject(fork)
                  .put("target", blobs.target())
                  .put("max", blobs.max())
                  .put("baseFeeUpdateFraction", blobs.updateFraction()));
    }
  }

  private static void writeAccount(ObjectNode alloc, Bytes address, Genesis.Allocation account) {
    ObjectNode node = alloc.putObject(address.toUnprefixedHexString());
    node.put("balance", hex(account.balance()));
    if (account.nonce() != 0) {
      node.put("nonce", hex(account.nonce()));
    }
    if (!account.code().isEmpty()) {
      node.put("code", account.code().toHexString());
    }
    if (!account.storage().isEmpty()) {
      ObjectNode storage = node.putObject("storage");
      new TreeMap<>(account.storage())
          .forEach((slot, value) -> storage.put(slot.toHexString(), value.toHexString()));
    }
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }

  private static String hex(UInt256 value) {
    return value.isZero() ? "0x0" : value.toShortHexString();
  }
}
