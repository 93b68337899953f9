package io.kadlink.protocols.eth.state;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.rules.Delegation;
import java.io.BufferedInputStream;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
import org.jspecify.annotations.Nullable;

/**
 * Reads the state of a block in the form of geth's {@code dump}: {@code {"root": ..., "accounts":
 * {"0xaddress": {"balance", "nonce", "root", "codeHash", "code", "address", "key"}}}}. An account
 * whose address geth does not know is there as {@code pre(0xkey)}. Storage is passed over, as are
 * fields it does not know. It is read as a stream; what is kept of an account is under 300 bytes.
 */
public final class DumpFile {
  /** Of one account under 300 bytes of memory: at most about 300 MB. */
  static final int MAX_ACCOUNTS = 1_000_000;

  private static final long MAX_FILE_BYTES = 4L << 30;

  /** Twice the largest code (EIP-170), in hex, and more for what contracts without a limit have. */
  private static final int MAX_STRING_CHARS = 1 << 20;

  private static final int MAX_DEPTH = 16;
  private static final int MAX_NAME_CHARS = 1_000;
  private static final int MAX_NUMBER_CHARS = 80;
  private static final int MAX_SHOWN_CHARS = 80;
  private static final int HEX = 16;

  private static final String UNKNOWN_ADDRESS = "pre(";

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(MAX_STRING_CHARS)
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNameLength(MAX_NAME_CHARS)
                  .maxNumberLength(MAX_NUMBER_CHARS)
                  .build())
          .build();

  private final String name;
  private final JsonParser parser;
  private final DumpedState.Builder accounts = new DumpedState.Builder();
  private String place = "";

  private DumpFile(String name, JsonParser parser) {
    this.name = name;
    this.parser = parser;
  }

  /**
   * Reads a dump and works out its root.
   *
   * @throws IOException when the file can't be read
   * @throws InvalidStateException when it is no dump, or its accounts have another root than it
   *     says
   */
  public static DumpedState read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException("no file " + file);
    }
    if (Files.size(file) > MAX_FILE_BYTES) {
      throw new InvalidStateException(file + ": larger than " + MAX_FILE_BYTES + " bytes");
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      return read(file.toString(), in);
    }
  }

  /** {@link #read(Path)} of a stream that messages call {@code name}. */
  public static DumpedState read(String name, InputStream in) throws IOException {
    try (JsonParser parser = JSON.createParser(in)) {
      return new DumpFile(name, parser).dump();
    } catch (JsonProcessingException e) {
      String at =
          e.getLocation() == null
              ? ""
              : ":" + e.getLocation().getLineNr() + ":" + e.getLocation().getColumnNr();
      throw new InvalidStateException(name + at + ": not JSON: " + e.getOriginalMessage());
    } catch (CharConversionException e) {
      throw new InvalidStateException(name + ": not JSON: " + e.getMessage());
    }
  }

  private DumpedState dump() throws IOException {
    Bytes32 root = null;
    boolean read = false;
    expectObject();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      place = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (place) {
        case "root" -> root = word(text(value));
        case "accounts" -> {
          readAccounts(value);
          read = true;
        }
        default -> parser.skipChildren();
      }
    }
    place = "";
    if (parser.nextToken() != null) {
      throw fault("more than one object");
    }
    if (root == null || !read) {
      throw fault(root == null ? "no root" : "no accounts");
    }
    DumpedState state = accounts.build();
    if (!state.root().equals(root)) {
      throw fault(
          "it says its root is "
              + root
              + ", but its "
              + state.size()
              + " accounts have the root "
              + state.root());
    }
    return state;
  }

  private void expectObject() throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw fault("expected an object");
    }
  }

  private void readAccounts(JsonToken value) throws IOException {
    if (value != JsonToken.START_OBJECT) {
      throw fault("expected an object");
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      place = parser.currentName();
      if (accounts.size() >= MAX_ACCOUNTS) {
        throw fault("more than " + MAX_ACCOUNTS + " accounts");
      }
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw fault("expected an object");
      }
      Bytes32 key = key(place);
      Fields fields = readFields();
      if (fields.address != null && !WorldState.key(fields.address).equals(key)) {
        throw fault("its address is " + fields.address);
      }
      if (fields.key != null && !fields.key.equals(key)) {
        throw fault("its key is " + fields.key + ", expected " + key);
      }
      if (!accounts.add(key, account(fields), isDelegated(fields))) {
        throw fault("the same account twice");
      }
    }
  }

  /** What is written of an account. */
  private static final class Fields {
    private @Nullable UInt256 balance;
    private @Nullable Long nonce;
    private @Nullable Bytes32 root;
    private @Nullable Bytes32 codeHash;
    private @Nullable Bytes code;
    private @Nullable Bytes address;
    private @Nullable Bytes32 key;
  }

  private Fields readFields() throws IOException {
    Fields fields = new Fields();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (value == JsonToken.VALUE_NULL) {
        continue;
      }
      switch (field) {
        case "balance" -> fields.balance = UInt256.valueOf(number(value, UInt256.SIZE * 8));
        case "nonce" -> fields.nonce = number(value, Long.SIZE).longValue();
        case "root" -> fields.root = word(text(value));
        case "codeHash" -> fields.codeHash = word(text(value));
        case "code" -> fields.code = hex(text(value));
        case "address" -> fields.address = address(text(value));
        case "key" -> fields.key = word(text(value));
        default -> parser.skipChildren();
      }
    }
    return fields;
  }

  private Account account(Fields fields) {
    if (fields.balance == null || fields.nonce == null) {
      throw fault(fields.balance == null ? "no balance" : "no nonce");
    }
    if (fields.root == null || fields.codeHash == null) {
      throw fault(fields.root == null ? "no root of its storage" : "no codeHash");
    }
    return new Account(fields.nonce, fields.balance, fields.root, fields.codeHash);
  }

  /** By its code, where that is written down and has the hash that the account says. */
  private boolean isDelegated(Fields fields) {
    Bytes code = fields.code;
    if (code == null || code.isEmpty()) {
      return false;
    }
    if (!WorldState.key(code).equals(fields.codeHash)) {
      throw fault("its code has another hash than " + fields.codeHash);
    }
    return Delegation.isDelegation(code);
  }

  /** What an account stands under in the trie. */
  private Bytes32 key(String text) {
    return text.startsWith(UNKNOWN_ADDRESS) && text.endsWith(")")
        ? word(text.substring(UNKNOWN_ADDRESS.length(), text.length() - 1))
        : Bytes32.wrap(WorldState.key(address(text)));
  }

  private String text(JsonToken value) throws IOException {
    if (value != JsonToken.VALUE_STRING) {
      throw fault("expected a string, found " + value);
    }
    return parser.getText();
  }

  private BigInteger number(JsonToken value, int maxBits) throws IOException {
    if (value != JsonToken.VALUE_STRING && value != JsonToken.VALUE_NUMBER_INT) {
      throw fault("expected a number, found " + value);
    }
    String text = parser.getText();
    boolean hex = text.startsWith("0x");
    String digits = hex ? text.substring(2) : text;
    int radix = hex ? HEX : 10;
    boolean isNumber =
        !digits.isEmpty()
            && digits.length() <= MAX_NUMBER_CHARS
            && digits.chars().allMatch(c -> c < 128 && Character.digit(c, radix) >= 0);
    if (!isNumber) {
      throw fault("expected a decimal or 0x hex number, found " + shorten(text));
    }
    BigInteger number = new BigInteger(digits, radix);
    if (number.bitLength() > maxBits) {
      throw fault("not from 0 to 2^" + maxBits + " - 1: " + shorten(text));
    }
    return number;
  }

  private Bytes32 word(String text) {
    Bytes bytes = hex(text);
    if (bytes.size() != Bytes32.SIZE) {
      throw fault("expected 32 bytes, found " + bytes.size());
    }
    return Bytes32.wrap(bytes);
  }

  private Bytes address(String text) {
    Bytes bytes = hex(text);
    if (bytes.size() != BlockHeader.ADDRESS_BYTES) {
      throw fault("expected an address of 20 bytes, found " + bytes.size() + " bytes");
    }
    return bytes;
  }

  /** Hex digits in pairs, {@code 0x} or not. */
  private Bytes hex(String text) {
    String digits = text.startsWith("0x") ? text.substring(2) : text;
    boolean isHex =
        digits.length() % 2 == 0
            && digits.chars().allMatch(c -> c < 128 && Character.digit(c, HEX) >= 0);
    if (!isHex) {
      throw fault("expected pairs of hex digits, found " + shorten(text));
    }
    return Bytes.fromHexString(digits);
  }

  private InvalidStateException fault(String fault) {
    return new InvalidStateException(
        name + (place.isEmpty() ? "" : ": " + shorten(place)) + ": " + fault);
  }

  private static String shorten(String text) {
    return text.length() <= MAX_SHOWN_CHARS ? text : text.substring(0, MAX_SHOWN_CHARS) + "...";
  }
}
