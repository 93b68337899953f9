package io.kadlink.discovery.dns;

import io.kadlink.discovery.dns.TreeEntry.Branch;
import io.kadlink.discovery.dns.TreeEntry.Link;
import io.kadlink.discovery.dns.TreeEntry.Node;
import io.kadlink.identity.InvalidRecordException;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.Signature;
import io.kadlink.identity.crypto.Secp256k1;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.tuweni.bytes.Bytes;

/**
 * Reads the texts of EIP-1459; {@code toString} of what it returns writes them. What is accepted
 * prints to the very text it came from.
 */
public final class EntryCodec {
  /**
   * A publisher stays under 370 characters to fit a plain UDP answer, a record needs 404. Twice
   * that is read, since TCP and EDNS carry it.
   */
  public static final int MAX_TEXT_CHARS = 1_024;

  private static final Pattern ROOT =
      Pattern.compile(
          TreeRoot.PREFIX
              + " e=([A-Z2-7]{20,52}) l=([A-Z2-7]{20,52}) seq=(0|[1-9][0-9]{0,19})"
              + " sig=([A-Za-z0-9_-]{87})");

  private EntryCodec() {}

  /** Whether a text claims to be a root. */
  public static boolean isRoot(String text) {
    return text.startsWith(TreeRoot.PREFIX);
  }

  /** Whether a text claims to be an entry. */
  public static boolean isEntry(String text) {
    return text.startsWith(Branch.PREFIX)
        || text.startsWith(TreeLink.PREFIX)
        || text.startsWith(NodeRecord.PREFIX);
  }

  /**
   * Reads a root. The signature is not checked: see {@link TreeRoot#verify}.
   *
   * @throws BadEntryException when it is malformed
   */
  public static TreeRoot decodeRoot(String text) {
    requireShort(text);
    Matcher matcher = ROOT.matcher(text);
    if (!matcher.matches()) {
      throw new BadEntryException(
          "a root is \"" + TreeRoot.PREFIX + " e=HASH l=HASH seq=NUMBER sig=SIGNATURE\"");
    }
    TreeRoot root =
        new TreeRoot(
            new EntryHash(matcher.group(1)),
            new EntryHash(matcher.group(2)),
            seq(matcher.group(3)),
            decodeSignature(matcher.group(4)));
    if (!root.toString().equals(text)) {
      throw new BadEntryException("the base64 of a root's signature has stray bits at its end");
    }
    return root;
  }

  /**
   * Reads a signature's text.
   *
   * @throws BadEntryException when it is not 65 bytes in base64url without padding
   */
  static Signature decodeSignature(String base64) {
    byte[] signature;
    try {
      signature = Base64.getUrlDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new BadEntryException("a root's signature is URL-safe base64");
    }
    if (signature.length != Secp256k1.SIGNATURE_BYTES) {
      throw new BadEntryException("a root's signature has 65 bytes, not " + signature.length);
    }
    return new Signature(Bytes.wrap(signature));
  }

  /**
   * Reads a branch, a node or a link.
   *
   * @throws BadEntryException when it is malformed, or the node's record is not valid
   */
  public static TreeEntry decode(String text) {
    requireShort(text);
    TreeEntry entry;
    if (text.startsWith(Branch.PREFIX)) {
      entry = branch(text.substring(Branch.PREFIX.length()));
    } else if (text.startsWith(TreeLink.PREFIX)) {
      entry = new Link(TreeLink.parse(text));
    } else if (text.startsWith(NodeRecord.PREFIX)) {
      entry = node(text);
    } else {
      throw new BadEntryException("an entry is a branch, a link or a node record");
    }
    if (!entry.toString().equals(text)) {
      throw new BadEntryException("there is white space around the entry");
    }
    return entry;
  }

  private static Node node(String text) {
    try {
      return new Node(NodeRecord.parse(text));
    } catch (InvalidRecordException e) {
      throw new BadEntryException("the node record is not valid: " + e.getMessage());
    }
  }

  private static Branch branch(String list) {
    List<EntryHash> children = new ArrayList<>();
    if (!list.isEmpty()) {
      int start = 0;
      for (int comma = list.indexOf(','); comma >= 0; comma = list.indexOf(',', start)) {
        children.add(new EntryHash(list.substring(start, comma)));
        start = comma + 1;
      }
      children.add(new EntryHash(list.substring(start)));
    }
    return new Branch(children);
  }

  private static long seq(String digits) {
    try {
      return Long.parseUnsignedLong(digits);
    } catch (NumberFormatException e) {
      throw new BadEntryException("a root's sequence number has at most 64 bits");
    }
  }

  private static void requireShort(String text) {
    if (text.length() > MAX_TEXT_CHARS) {
      throw new BadEntryException(
          "an entry has at most " + MAX_TEXT_CHARS + " characters, not " + text.length());
    }
  }
}
