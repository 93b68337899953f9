package io.kadlink.protocols.eth.fuzz;

import io.kadlink.protocols.eth.state.DumpFile;
import io.kadlink.protocols.eth.state.DumpedState;
import io.kadlink.protocols.eth.state.InvalidStateException;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/** Any bytes as a dump of a state: refused with the one exception there is for it, or read. */
public final class DumpFileFuzz {
  private DumpFileFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    try {
      DumpedState state = DumpFile.read("fuzz", new ByteArrayInputStream(data));
      if (state.size() > data.length) {
        throw new AssertionError("more accounts than bytes");
      }
    } catch (InvalidStateException refused) {
      // as it should be
    } catch (IOException e) {
      throw new AssertionError("reading memory does not fail", e);
    }
  }
}
