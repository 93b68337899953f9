package io.kadlink.identity.fuzz;

import io.kadlink.identity.crypto.InvalidCurveInputException;
import io.kadlink.identity.crypto.Secp256k1;
import java.util.Arrays;
import java.util.function.Function;

/**
 * Both providers return the same bytes or both refuse. The first byte chooses the operation, the
 * rest is cut into its arguments, which may be short.
 */
public final class Secp256k1Fuzz {
  private static final Secp256k1 NATIVE = Secp256k1.named("native");
  private static final Secp256k1 JAVA = Secp256k1.named("bouncycastle");

  private Secp256k1Fuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    int operation = Math.floorMod(data[0], 7);
    Function<Secp256k1, byte[]> call =
        switch (operation) {
          case 0 -> curve -> curve.decompress(cut(data, 1, 33));
          case 1 -> curve -> curve.compress(cut(data, 1, 64));
          case 2 -> curve -> curve.recover(cut(data, 1, 32), cut(data, 33, 65));
          case 3 -> curve -> flag(curve.verify(cut(data, 1, 32), cut(data, 33, 64), key(data)));
          case 4 -> curve -> curve.sign(cut(data, 1, 32), cut(data, 33, 32));
          case 5 -> curve -> curve.ecdhCompressed(cut(data, 1, 32), cut(data, 33, 64));
          default -> curve -> flag(curve.isValidPublicKey(cut(data, 1, 64)));
        };
    String first = outcome(NATIVE, call);
    String second = outcome(JAVA, call);
    if (!first.equals(second)) {
      throw new AssertionError("operation " + operation + ": " + first + " but " + second);
    }
  }

  private static String outcome(Secp256k1 curve, Function<Secp256k1, byte[]> call) {
    try {
      return Arrays.toString(call.apply(curve));
    } catch (InvalidCurveInputException refused) {
      return "refused: " + refused.getMessage();
    }
  }

  private static byte[] key(byte[] data) {
    return cut(data, 97, 64);
  }

  private static byte[] flag(boolean value) {
    return new byte[] {(byte) (value ? 1 : 0)};
  }

  private static byte[] cut(byte[] data, int offset, int length) {
    int from = Math.min(offset, data.length);
    return Arrays.copyOfRange(data, from, Math.min(from + length, data.length));
  }
}
