package io.kadlink.cli;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.dev.BlockReader;
import io.kadlink.protocols.eth.dev.ChainFile;
import io.kadlink.protocols.eth.dev.ChainGenerator;
import io.kadlink.protocols.eth.dev.DevAccounts;
import io.kadlink.protocols.eth.dev.DevChain;
import io.kadlink.protocols.eth.dev.DevChainOptions;
import io.kadlink.protocols.eth.dev.DevGenesis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kadlink chain}: files of blocks as geth exports and imports them, and what is in them. */
@Command(
    name = "chain",
    description = "Generate, import, export, inspect and verify chains.",
    mixinStandardHelpOptions = true)
final class ChainCommand implements Runnable {
  private static final String DATA_DIR = "Where a node keeps its data; it must not run meanwhile.";
  private static final String GENESIS = "genesis.json in geth's format (default: the dev chain).";
  private static final String FILE = "Blocks in RLP; compressed if the name ends in .gz.";

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  ChainCommand() {}

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "chain generate, import, export, inspect, or verify?");
  }

  @Command(
      name = "generate",
      description =
          "Writes genesis.json, chain.rlp and headstate.json of a chain of random transfers.",
      mixinStandardHelpOptions = true)
  void generate(
      @Option(names = "--blocks", paramLabel = "N", defaultValue = "100") int blocks,
      @Option(
              names = "--txs",
              paramLabel = "N",
              defaultValue = "10",
              description = "Transactions in each block (default: ${DEFAULT-VALUE}).")
          int transactions,
      @Option(
              names = "--accounts",
              paramLabel = "N",
              defaultValue = "16",
              description = "Accounts that send (default: ${DEFAULT-VALUE}).")
          int accounts,
      @Option(
              names = "--seed",
              paramLabel = "S",
              defaultValue = "1",
              description = "The same seed gives the same files (default: ${DEFAULT-VALUE}).")
          long seed,
      @Option(names = "--out", paramLabel = "DIR", required = true) Path out) {
    require(blocks >= 1, "--blocks takes at least 1");
    require(transactions >= 0 && transactions <= 400, "--txs takes 0 to 400");
    require(
        accounts >= 1 && accounts <= DevAccounts.COUNT,
        "--accounts takes 1 to " + DevAccounts.COUNT);
    try {
      ChainGenerator.generate(DevGenesis.genesis(), blocks, transactions, accounts, seed, out);
    } catch (IOException e) {
      throw new CommandFailure("The chain can't be written: " + e.getMessage(), e);
    }
    say("wrote " + blocks + " blocks to " + out);
  }

  @Command(
      name = "import",
      description = "Adds the blocks of a file to a node's chain, up to the first that is refused.",
      mixinStandardHelpOptions = true)
  void importFile(
      @Parameters(paramLabel = "FILE", description = FILE) Path file,
      @Option(names = "--data-dir", required = true, description = DATA_DIR) Path dataDir,
      @Option(names = "--genesis", description = GENESIS) @Nullable Path genesis) {
    try (DevChain chain = open(genesis, dataDir)) {
      fill(chain, file);
    }
  }

  @Command(
      name = "verify",
      description = "Checks every block of a file, and keeps none.",
      mixinStandardHelpOptions = true)
  void verify(
      @Parameters(paramLabel = "FILE", description = FILE) Path file,
      @Option(names = "--genesis", description = GENESIS) @Nullable Path genesis) {
    try (DevChain chain = open(genesis, null)) {
      fill(chain, file);
    }
  }

  @Command(
      name = "export",
      description = "Writes a node's canonical blocks to a file.",
      mixinStandardHelpOptions = true)
  void export(
      @Parameters(paramLabel = "FILE", description = "The file to write.") Path file,
      @Option(names = "--data-dir", required = true, description = DATA_DIR) Path dataDir,
      @Option(names = "--genesis", description = GENESIS) @Nullable Path genesis,
      @Option(names = "--first", paramLabel = "N", defaultValue = "1") long first,
      @Option(names = "--last", paramLabel = "N", description = "Default: the head.")
          @Nullable Long last) {
    try (DevChain chain = open(genesis, dataDir)) {
      long end = last == null ? chain.head().number() : last;
      require(first >= 0 && first <= end, "--first is above --last, or the chain has no block yet");
      ChainFile.export(chain, file, first, end);
      say("wrote blocks " + first + " to " + end + " to " + file);
    } catch (IOException e) {
      throw new CommandFailure("The chain can't be written: " + e.getMessage(), e);
    }
  }

  @Command(
      name = "inspect",
      description = "Says what is in a file of blocks, without a judgement on it.",
      mixinStandardHelpOptions = true)
  void inspect(
      @Parameters(paramLabel = "FILE", description = FILE) Path file,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    Map<String, Object> fields = new LinkedHashMap<>();
    Map<Integer, Long> types = new TreeMap<>();
    long gas = 0;
    try (BlockReader reader = BlockReader.open(file)) {
      for (Block block = reader.next(); block != null; block = reader.next()) {
        String name = block.header().number() + " " + block.header().hash();
        fields.putIfAbsent("first", name);
        fields.put("last", name);
        gas += block.header().gasUsed();
        for (Transaction transaction : block.body().transactions()) {
          types.merge(transaction.type(), 1L, Long::sum);
        }
      }
      fields.put("blocks", reader.blocksRead());
      fields.put("bytes", reader.bytesRead());
    } catch (IOException e) {
      throw new CommandFailure(String.valueOf(e.getMessage()), e);
    }
    fields.put("gas", gas);
    fields.put("transactions", types.values().stream().mapToLong(Long::longValue).sum());
    types.forEach((type, count) -> fields.put("transactions of type " + type, count));
    Output.print(spec, fields, json, Optional.empty());
  }

  private static DevChain open(@Nullable Path genesis, @Nullable Path dataDir) {
    try {
      DevChainOptions options = Chains.of(Optional.ofNullable(genesis));
      if (dataDir != null) {
        Files.createDirectories(dataDir);
        options = options.withDirectory(dataDir.resolve(Chains.FOLDER));
      }
      return DevChain.open(options);
    } catch (IOException e) {
      throw new CommandFailure("The chain can't be opened: " + e.getMessage(), e);
    }
  }

  private void fill(DevChain chain, Path file) {
    if (!Files.isRegularFile(file)) {
      throw new CommandFailure("There is no file " + file);
    }
    long blocks;
    try (ImportProgress progress = new ImportProgress(file, Files.size(file))) {
      blocks = ChainFile.importInto(chain, file, progress);
    } catch (IOException e) {
      throw new CommandFailure(String.valueOf(e.getMessage()), e);
    }
    say("took " + blocks + " blocks; the head is " + chain.head());
  }

  private void say(String text) {
    spec.commandLine().getOut().println(text);
    spec.commandLine().getOut().flush();
  }

  private void require(boolean holds, String rule) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), rule);
    }
  }
}
