package io.kadlink.protocols.eth.dev;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.protocols.eth.chain.BlockHeader;
import java.math.BigInteger;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;

/** A value in a JSON file that knows its place, so that every fault can name file and field. */
record JsonField(String file, String path, JsonNode node) {
  private static final int MAX_DECIMAL_DIGITS = 78; // of 2^256 - 1

  private static final int MAX_SHOWN_CHARS = 40;

  InvalidGenesisException fault(String fault) {
    return new InvalidGenesisException(
        file + ": " + (path.isEmpty() ? "the genesis" : path) + ": " + fault);
  }

  void requireObject() {
    if (!node.isObject()) {
      throw fault("expected an object, found " + shown());
    }
  }

  /** The field of this object with this name, unless it is missing or null. */
  Optional<JsonField> field(String name) {
    JsonNode value = node.get(name);
    return value == null || value.isNull() ? Optional.empty() : Optional.of(at(name, value));
  }

  JsonField required(String name) {
    return field(name).orElseThrow(() -> new JsonField(file, join(name), node).fault("missing"));
  }

  /** Each field of this object that is not null. */
  void forEach(BiConsumer<String, JsonField> action) {
    node.properties()
        .forEach(
            entry -> {
              if (!entry.getValue().isNull()) {
                action.accept(entry.getKey(), at(entry.getKey(), entry.getValue()));
              }
            });
  }

  long uint64() {
    return number(Long.SIZE).longValue();
  }

  UInt256 uint256() {
    return UInt256.valueOf(number(UInt256.SIZE * 8));
  }

  private BigInteger number(int maxBits) {
    BigInteger value;
    if (node.isIntegralNumber()) {
      value = node.bigIntegerValue();
    } else if (node.isTextual()) {
      value = parseNumber(node.textValue());
    } else {
      throw fault("expected a number, found " + shown());
    }
    if (value.signum() < 0 || value.bitLength() > maxBits) {
      throw fault("not from 0 to 2^" + maxBits + " - 1: " + shown());
    }
    return value;
  }

  private BigInteger parseNumber(String text) {
    boolean hex = text.startsWith("0x") || text.startsWith("0X");
    String digits = hex ? text.substring(2) : text;
    boolean allDigits =
        digits.chars().allMatch(c -> Character.digit(c, hex ? 16 : 10) >= 0 && c < 128);
    if (!allDigits || digits.length() > MAX_DECIMAL_DIGITS) {
      throw fault("expected a decimal or 0x hex number, found " + shown());
    }
    return digits.isEmpty() ? BigInteger.ZERO : new BigInteger(digits, hex ? 16 : 10);
  }

  /** Bytes of any length, as {@code 0x} hex. */
  Bytes bytes() {
    String text = text();
    if (!text.startsWith("0x") || text.length() % 2 != 0 || !isHex(text.substring(2))) {
      throw fault("expected 0x and an even number of hex digits, found " + shown());
    }
    return Bytes.fromHexString(text);
  }

  Bytes32 bytes32() {
    Bytes bytes = bytes();
    if (bytes.size() != Bytes32.SIZE) {
      throw fault("expected 32 bytes, found " + bytes.size());
    }
    return Bytes32.wrap(bytes);
  }

  Bytes address() {
    return toAddress(text());
  }

  /** A storage value: up to 32 bytes of hex, {@code 0x} or not, padded on the left. */
  Bytes32 word() {
    return toWord(text());
  }

  /** The name of this field, read as an address. */
  Bytes keyAsAddress(String key) {
    return toAddress(key);
  }

  /** The name of this field, read as a storage slot. */
  Bytes32 keyAsWord(String key) {
    return toWord(key);
  }

  private Bytes toAddress(String text) {
    String digits = unprefixed(text);
    if (digits.length() != 2 * BlockHeader.ADDRESS_BYTES || !isHex(digits)) {
      throw fault("expected an address of 40 hex digits, found " + shorten(text));
    }
    return Bytes.fromHexString(digits);
  }

  private Bytes32 toWord(String text) {
    String digits = unprefixed(text);
    if (digits.length() > 2 * Bytes32.SIZE || digits.length() % 2 != 0 || !isHex(digits)) {
      throw fault("expected up to 64 hex digits, an even number, found " + shorten(text));
    }
    return Bytes32.leftPad(Bytes.fromHexString(digits));
  }

  private String text() {
    if (!node.isTextual()) {
      throw fault("expected a string, found " + shown());
    }
    return node.textValue();
  }

  private JsonField at(String name, JsonNode value) {
    return new JsonField(file, join(name), value);
  }

  private String join(String name) {
    return path.isEmpty() ? shorten(name) : path + "." + shorten(name);
  }

  private String shown() {
    return shorten(node.toString());
  }

  private static String shorten(String text) {
    return text.length() <= MAX_SHOWN_CHARS + 4 ? text : text.substring(0, MAX_SHOWN_CHARS) + "...";
  }

  private static String unprefixed(String text) {
    return text.startsWith("0x") ? text.substring(2) : text;
  }

  private static boolean isHex(String digits) {
    return digits.chars().allMatch(c -> c < 128 && Character.digit(c, 16) >= 0);
  }
}
