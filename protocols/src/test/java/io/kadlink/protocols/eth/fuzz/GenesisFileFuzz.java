package io.kadlink.protocols.eth.fuzz;

import io.kadlink.protocols.eth.dev.Genesis;
import io.kadlink.protocols.eth.dev.GenesisFile;
import io.kadlink.protocols.eth.dev.InvalidGenesisException;
import java.nio.charset.StandardCharsets;

/**
 * Any text as a genesis file: refused with the one exception there is for it, or read, and then the
 * text made from it is read as the same genesis.
 */
public final class GenesisFileFuzz {
  private GenesisFileFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    Genesis genesis;
    try {
      genesis = GenesisFile.parse("fuzz", new String(data, StandardCharsets.UTF_8));
      genesis.block();
    } catch (InvalidGenesisException refused) {
      return;
    }
    Genesis again = GenesisFile.parse("again", GenesisFile.format(genesis));
    if (!again.block().equals(genesis.block())) {
      throw new AssertionError("written and read again it is another genesis");
    }
  }
}
