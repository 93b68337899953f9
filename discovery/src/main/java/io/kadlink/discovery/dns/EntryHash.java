package io.kadlink.discovery.dns;

import com.google.common.io.BaseEncoding;
import io.kadlink.identity.crypto.Keccak256;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.apache.tuweni.bytes.Bytes;

/**
 * The name of a tree's entry: the Keccak-256 of its text, usually cut to 16 bytes, in base32
 * without padding (EIP-1459).
 *
 * @param text as it stands in branches and in front of the domain
 */
public record EntryHash(String text) {
  /** Shorter ones could be forged: 96 bits are the least that clients accept. */
  public static final int MIN_BYTES = 12;

  public static final int MAX_BYTES = Keccak256.BYTES;

  /** What a publisher cuts hashes to. */
  public static final int PUBLISHED_BYTES = 16;

  static final BaseEncoding BASE32 = BaseEncoding.base32().omitPadding();

  /** 20 characters hold 12 bytes, 52 hold 32. */
  private static final Pattern SHAPE = Pattern.compile("[A-Z2-7]{20,52}");

  /**
   * Checks the text.
   *
   * @throws BadEntryException when it is not base32 of {@value #MIN_BYTES} to 32 bytes
   */
  public EntryHash {
    if (!SHAPE.matcher(text).matches() || !BASE32.canDecode(text)) {
      throw new BadEntryException("an entry's hash is 12 to 32 bytes in base32");
    }
  }

  /** The name that an entry with this text gets. */
  public static EntryHash of(String entryText) {
    return new EntryHash(BASE32.encode(hash(entryText), 0, PUBLISHED_BYTES));
  }

  /** Whether this names an entry with that text. */
  public boolean matches(String entryText) {
    byte[] expected = BASE32.decode(text);
    return Bytes.wrap(expected).equals(Bytes.wrap(hash(entryText)).slice(0, expected.length));
  }

  /** What it has in common with every other abbreviation of the same hash. */
  Bytes shortest() {
    return Bytes.wrap(BASE32.decode(text), 0, MIN_BYTES);
  }

  private static byte[] hash(String entryText) {
    return Keccak256.hash(entryText.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Override
  public String toString() {
    return text;
  }
}
