package io.kadlink.protocols.eth.dev;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.dev.Genesis.Allocation;
import io.kadlink.protocols.eth.rules.BlobParameters;
import io.kadlink.protocols.eth.rules.ChainConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/**
 * Reads genesis files in geth's format. Numbers may be JSON numbers, decimal strings or {@code 0x}
 * hex strings. Fields it does not know are left alone, as geth does.
 */
public final class GenesisFile {
  /** Mainnet's genesis has under 1 MiB; this leaves room for tests with large states. */
  private static final long MAX_FILE_BYTES = 256L << 20;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private GenesisFile() {}

  /**
   * Reads a genesis file.
   *
   * @throws IOException when the file can't be read; the message names it
   * @throws InvalidGenesisException when it is no genesis
   */
  public static Genesis read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException("no genesis file " + file);
    }
    if (Files.size(file) > MAX_FILE_BYTES) {
      throw new InvalidGenesisException(file + ": larger than " + MAX_FILE_BYTES + " bytes");
    }
    return parse(file.toString(), Files.readAllBytes(file));
  }

  /**
   * Parses the text of a genesis file.
   *
   * @param name what error messages call it
   * @throws InvalidGenesisException when it is no genesis
   */
  public static Genesis parse(String name, String json) {
    return parse(name, json.getBytes(StandardCharsets.UTF_8));
  }

  /** The text of a genesis file, readable by geth; {@link #parse} gives the same genesis back. */
  public static String format(Genesis genesis) {
    return GenesisWriter.write(genesis);
  }

  static Genesis parse(String name, byte[] json) {
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      String place =
          e.getLocation() == null
              ? ""
              : ":" + e.getLocation().getLineNr() + ":" + e.getLocation().getColumnNr();
      throw new InvalidGenesisException(name + place + ": not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new InvalidGenesisException(name + ": " + e.getMessage());
    }
    return genesis(new JsonField(name, "", root));
  }

  private static Genesis genesis(JsonField root) {
    root.requireObject();
    return new Genesis(
        config(root.required("config")),
        root.field("nonce").map(JsonField::uint64).orElse(0L),
        root.field("timestamp").map(JsonField::uint64).orElse(0L),
        root.field("extraData").map(JsonField::bytes).orElse(Bytes.EMPTY),
        root.required("gasLimit").uint64(),
        root.required("difficulty").uint256(),
        root.field("mixHash").map(JsonField::bytes32).orElse(Bytes32.ZERO),
        root.field("coinbase").map(JsonField::address).orElse(noAddress()),
        root.field("number").map(JsonField::uint64).orElse(0L),
        root.field("gasUsed").map(JsonField::uint64).orElse(0L),
        root.field("parentHash").map(JsonField::bytes32).orElse(Bytes32.ZERO),
        root.field("baseFeePerGas").map(JsonField::uint256),
        root.field("excessBlobGas").map(JsonField::uint64),
        root.field("blobGasUsed").map(JsonField::uint64),
        alloc(root.required("alloc")));
  }

  private static Bytes noAddress() {
    return Bytes.wrap(new byte[BlockHeader.ADDRESS_BYTES]);
  }

  private static ChainConfig config(JsonField config) {
    config.requireObject();
    SortedMap<String, Long> blocks = new TreeMap<>();
    SortedMap<String, Long> times = new TreeMap<>();
    config.forEach(
        (name, field) -> {
          if (name.endsWith("Block")) {
            blocks.put(name, field.uint64());
          } else if (name.endsWith("Time")) {
            times.put(name, field.uint64());
          }
        });
    JsonField chainId = config.required("chainId");
    long id = chainId.uint64();
    if (id <= 0) {
      throw chainId.fault("must be 1 to 2^63 - 1");
    }
    return new ChainConfig(
        id,
        blocks,
        times,
        config.field("terminalTotalDifficulty").map(JsonField::uint256),
        blobSchedule(config.field("blobSchedule")));
  }

  private static Map<String, BlobParameters> blobSchedule(Optional<JsonField> schedule) {
    Map<String, BlobParameters> parameters = new HashMap<>();
    schedule.ifPresent(
        field -> {
          field.requireObject();
          field.forEach(
              (fork, entry) -> {
                String name = fork.toLowerCase(Locale.ROOT);
                parameters.put(name, blobParameters(name, entry));
              });
        });
    return parameters;
  }

  /** What an entry leaves out is as the EIP of its fork has it. */
  private static BlobParameters blobParameters(String fork, JsonField entry) {
    entry.requireObject();
    BlobParameters usual = fork.equals("cancun") ? BlobParameters.CANCUN : BlobParameters.PRAGUE;
    int target = entry.field("target").map(GenesisFile::blobs).orElse(usual.target());
    int max = entry.field("max").map(GenesisFile::blobs).orElse(Math.max(target, usual.max()));
    if (max < target) {
      throw entry.fault("max " + max + " below target " + target);
    }
    long fraction =
        entry.field("baseFeeUpdateFraction").map(JsonField::uint64).orElse(usual.updateFraction());
    if (fraction <= 0) {
      throw entry.fault("baseFeeUpdateFraction must be 1 to 2^63 - 1");
    }
    return new BlobParameters(target, max, fraction);
  }

  private static int blobs(JsonField count) {
    long blobs = count.uint64();
    if (Long.compareUnsigned(blobs, BlobParameters.MAX_BLOBS) > 0) {
      throw count.fault("more blobs than a block could carry");
    }
    return (int) blobs;
  }

  private static Map<Bytes, Allocation> alloc(JsonField alloc) {
    alloc.requireObject();
    Map<Bytes, Allocation> accounts = new HashMap<>();
    alloc.forEach(
        (name, field) -> {
          Bytes address = field.keyAsAddress(name);
          field.requireObject();
          Map<Bytes32, Bytes32> storage = new HashMap<>();
          field
              .field("storage")
              .ifPresent(
                  slots -> {
                    slots.requireObject();
                    slots.forEach(
                        (slot, value) -> storage.put(value.keyAsWord(slot), value.word()));
                  });
          Allocation allocation =
              new Allocation(
                  field.required("balance").uint256(),
                  field.field("nonce").map(JsonField::uint64).orElse(0L),
                  field.field("code").map(JsonField::bytes).orElse(Bytes.EMPTY),
                  storage);
          if (accounts.put(address, allocation) != null) {
            throw field.fault("the same account twice");
          }
        });
    return accounts;
  }
}
