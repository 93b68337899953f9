package io.kadlink.cli;

import io.kadlink.protocols.eth.dev.ChainFile;
import io.kadlink.protocols.eth.dev.DevChain;
import io.kadlink.protocols.eth.dev.DevChainOptions;
import io.kadlink.protocols.eth.dev.GenesisFile;
import io.kadlink.protocols.eth.dev.InvalidGenesisException;
import io.kadlink.protocols.eth.state.DumpFile;
import io.kadlink.protocols.eth.state.InvalidStateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The chain that the options name. */
final class Chains {
  private static final Logger log = LoggerFactory.getLogger(Chains.class);

  /** In the data directory. */
  static final String FOLDER = "chain";

  private Chains() {}

  /** The chain of {@code --genesis}, or the built-in one, in the data directory. */
  static DevChainOptions of(NodeOptions options) throws IOException {
    DevChainOptions chain =
        of(Optional.ofNullable(options.genesis))
            .withDirectory(options.common.dataDir.resolve(FOLDER));
    if (options.networkId != null) {
      chain = chain.withNetworkId(options.networkId);
    }
    return options.pool.applyTo(chain);
  }

  /** The chain of a genesis file, or the built-in one, in memory. */
  static DevChainOptions of(Optional<Path> genesis) throws IOException {
    return genesis.isEmpty() ? DevChainOptions.devChain() : read(genesis.get());
  }

  private static DevChainOptions read(Path file) throws IOException {
    try {
      return DevChainOptions.of(GenesisFile.read(file));
    } catch (InvalidGenesisException e) {
      throw new CommandFailure("--genesis: " + e.getMessage(), e);
    }
  }

  /** Takes over the state of {@code --state}, which must be that of the head. */
  static void adoptState(DevChain chain, NodeOptions options) throws IOException {
    if (options.state == null) {
      return;
    }
    try {
      chain.adopt(DumpFile.read(options.state));
    } catch (InvalidStateException e) {
      throw new CommandFailure("--state: " + e.getMessage(), e);
    }
  }

  /** Imports the blocks of {@code --import}; the first one that is refused ends the start. */
  static void importBlocks(DevChain chain, NodeOptions options) throws IOException {
    if (options.importFile == null) {
      return;
    }
    Path file = options.importFile;
    long blocks;
    try (ImportProgress progress = new ImportProgress(file, Files.size(file))) {
      blocks = ChainFile.importInto(chain, file, progress);
    } catch (ChainFile.ImportException e) {
      throw new CommandFailure("--import: " + e.getMessage(), e);
    }
    log.info("imported {}: {} blocks, head {}", file, blocks, chain.head());
  }
}
