package io.kadlink.testnet;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;

/** Quantities as JSON-RPC writes them: {@code 0x1a}. */
final class Hex {
  private Hex() {}

  static String quantity(long value) {
    return "0x" + Long.toHexString(value);
  }

  static long number(JsonNode quantity) throws IOException {
    return big(quantity).longValueExact();
  }

  static BigInteger big(JsonNode quantity) throws IOException {
    String text = quantity.asText();
    if (!text.startsWith("0x")) {
      throw new IOException("expected a quantity like 0x1a, got: " + quantity);
    }
    return new BigInteger(text.substring(2), 16);
  }
}
