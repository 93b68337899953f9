package io.kadlink.identity.fuzz;

import io.kadlink.identity.Enode;
import io.kadlink.identity.crypto.InvalidCurveInputException;
import java.nio.charset.StandardCharsets;

/** A URL that parses prints to one that parses to the same; anything else is refused. */
public final class EnodeFuzz {
  private EnodeFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    Enode enode;
    try {
      enode = Enode.parse(new String(data, StandardCharsets.UTF_8));
    } catch (InvalidCurveInputException leaked) {
      throw leaked;
    } catch (IllegalArgumentException refused) {
      if (!refused.getMessage().startsWith("not an enode URL: ")) {
        throw refused;
      }
      return;
    }
    Enode again = Enode.parse(enode.toString());
    if (!again.equals(enode)) {
      throw new AssertionError(enode + " became " + again);
    }
    if (enode.hasAddressLiteral() && enode.tcpEndpoint().isUnresolved()) {
      throw new AssertionError("an address literal did not resolve");
    }
  }
}
