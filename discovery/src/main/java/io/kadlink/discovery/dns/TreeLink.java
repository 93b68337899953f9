package io.kadlink.discovery.dns;

import io.kadlink.identity.PublicKey;
import io.kadlink.identity.crypto.InvalidCurveInputException;
import java.util.regex.Pattern;
import org.apache.tuweni.bytes.Bytes;

/**
 * Where a node list is and who signs it: {@code enrtree://KEY@domain} (EIP-1459).
 *
 * @param publicKey the key that signs the tree's root
 * @param domain the DNS name of the root
 */
public record TreeLink(PublicKey publicKey, String domain) {
  static final String PREFIX = "enrtree://";

  /** A name has at most 253 characters, and an entry's hash and a dot go in front. */
  public static final int MAX_DOMAIN_CHARS = 200;

  private static final String LABEL = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
  private static final Pattern DOMAIN = Pattern.compile("(" + LABEL + "\\.)*" + LABEL);
  private static final int KEY_CHARS = 53;

  /**
   * Checks the domain.
   *
   * @throws BadEntryException when it is not a DNS name of at most {@value #MAX_DOMAIN_CHARS}
   *     characters
   */
  public TreeLink {
    if (domain.length() > MAX_DOMAIN_CHARS || !DOMAIN.matcher(domain).matches()) {
      throw new BadEntryException(
          "a tree's domain is a DNS name of at most " + MAX_DOMAIN_CHARS + " characters");
    }
  }

  /**
   * Parses {@code enrtree://KEY@domain}, the key being 33 bytes in base32.
   *
   * @throws BadEntryException saying which part is wrong
   */
  public static TreeLink parse(String url) {
    if (!url.startsWith(PREFIX)) {
      throw new BadEntryException("a node list's URL starts with \"" + PREFIX + "\"");
    }
    int at = url.indexOf('@');
    if (at < 0) {
      throw new BadEntryException("a node list's URL names its key before an \"@\"");
    }
    return new TreeLink(key(url.substring(PREFIX.length(), at)), url.substring(at + 1));
  }

  private static PublicKey key(String base32) {
    if (base32.length() != KEY_CHARS || !EntryHash.BASE32.canDecode(base32)) {
      throw new BadEntryException("a node list's key is 33 bytes in base32");
    }
    byte[] compressed = EntryHash.BASE32.decode(base32);
    if (!EntryHash.BASE32.encode(compressed).equals(base32)) {
      throw new BadEntryException("the base32 of a node list's key has stray bits at its end");
    }
    try {
      return PublicKey.ofCompressed(Bytes.wrap(compressed));
    } catch (InvalidCurveInputException e) {
      throw new BadEntryException("a node list's key is no secp256k1 key: " + e.getMessage());
    }
  }

  /** The URL. */
  @Override
  public String toString() {
    return PREFIX + EntryHash.BASE32.encode(publicKey.compressed().toArray()) + "@" + domain;
  }
}
